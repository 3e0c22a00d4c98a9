"""合规: the rules in force and a place to try a text, registers of groups, licences and assessments, offences."""

from collections.abc import Callable, Mapping
from datetime import date

from flask import Blueprint, flash, render_template, request
from sqlalchemy import select

from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from models import evidence
from models.intercept import InterceptRule
from models.register import GroupRecord, ImpactAssessment, Licence
from models.violation import Violation
from models.work import Work
from rules.intercept import KINDS

PATH = "/console/compliance"
READERS = ("approver", "operator", "auditor", "privacy", "admin")
WRITERS = ("approver", "privacy", "admin")
LONGEST = 4000
DECISIONS = {"go": "可以开展", "conditional": "有条件开展", "stop": "不得开展"}
STATES = {"open": "待处理", "handled": "已处理", "false_alarm": "误报"}
VERDICTS = {"send": "可以发送", "review": "须人工复核", "block": "不得发送"}
GROUPS = Listing(
    chosen=select(GroupRecord), ends=GroupRecord.chat_id, order="review",
    columns=(
        Column("chat", "群", lambda row: row.chat_id), Column("owner", "群主", lambda row: row.owner_id),
        Column("officer", "合规专员", lambda row: row.officer), Column("purpose", "用途", lambda row: row.purpose),
        Column("review", "复核日", lambda row: row.review_on, GroupRecord.review_on),
        Column("invites", "邀请直达", lambda row: "是" if row.invites else "否"),
    ),
    empty="还没有登记的群：第一个群登记之后，未登记的群不再接收推送",
)  # fmt: skip
LICENCES = Listing(
    chosen=select(Licence), ends=Licence.number, order="expires",
    columns=(
        Column("number", "执业编号", lambda row: row.number), Column("name", "姓名", lambda row: row.name),
        Column("employee", "员工账号", lambda row: row.employee_id),
        Column("expires", "有效期至", lambda row: row.expires_on, Licence.expires_on),
    ),
    empty="还没有登记的资格：登记之后，直播提醒只为资格有效的主讲人发送",
)  # fmt: skip
ASSESSMENTS = Listing(
    chosen=select(ImpactAssessment), ends=ImpactAssessment.id, order="-on",
    columns=(
        Column("title", "评估事项", lambda row: row.title), Column("scope", "范围", lambda row: row.scope),
        Column("risk", "风险", lambda row: row.risk), Column("measures", "措施", lambda row: row.measures),
        Column("decision", "结论", lambda row: DECISIONS.get(row.decision, row.decision)),
        Column("on", "评估日", lambda row: row.assessed_on, ImpactAssessment.assessed_on),
        Column("review", "复评日", lambda row: row.review_on),
    ),
    empty="还没有个人信息保护影响评估",
)  # fmt: skip
OFFENCES = Listing(
    chosen=select(Violation), ends=Violation.id, order="-at",
    columns=(
        Column("at", "时间", lambda row: row.at, Violation.at), Column("chat", "群", lambda row: row.chat_id),
        Column("category", "类别", lambda row: row.category, Violation.category),
        Column("rule", "规则", lambda row: row.rule), Column("quote", "原话（已脱敏）", lambda row: row.quote),
        Column("basis", "依据", lambda row: row.basis),
        Column("state", "状态", lambda row: STATES.get(row.state, row.state)),
    ),
    filters=(Filter("state", "状态", STATES, lambda value: Violation.state == value),),
    empty="没有群内违规记录",
)  # fmt: skip
INTERCEPTS = Listing(
    chosen=select(InterceptRule), ends=InterceptRule.name, order="name",
    columns=(
        Column("name", "企业微信规则名", lambda row: row.name, InterceptRule.name),
        Column("kind", "对员工", lambda row: KINDS[row.kind]), Column("count", "词数", lambda row: len(row.words)),
        Column("words", "词", lambda row: "、".join(row.words)), Column("at", "核对时间", lambda row: row.at),
    ),
    empty="还没有同步到企业微信：每天核对一次，与上面的规则包同源",
)  # fmt: skip
TABS = {
    "": "规则", "offences": "群内违规", "intercepts": "员工侧敏感词",
    "groups": "群登记", "licences": "资格登记", "assessments": "影响评估",
}  # fmt: skip
LISTS = {
    "offences": OFFENCES,
    "intercepts": INTERCEPTS,
    "groups": GROUPS,
    "licences": LICENCES,
    "assessments": ASSESSMENTS,
}


def blueprint(desk: Desk) -> Blueprint:
    """The rules, four lists, and the forms of three registers."""
    pages = Blueprint("compliance", __name__)

    @desk.page(pages, PATH, READERS)
    def rules() -> Answer:
        lexicon, text = desk.db.rules.lexicon, request.args.get("text", "")[:LONGEST]
        today = desk.db.clock().astimezone(desk.zone).date()
        verdict = lexicon.lint(text, "out", today) if text.strip() else None
        return render_template(
            "compliance.html", text=text, verdict=verdict, verdicts=VERDICTS, packs=lexicon.packs, today=today,
            tabs=TABS, tab="",
        )  # fmt: skip

    @desk.page(pages, f"{PATH}/<any(offences, intercepts, groups, licences, assessments):tab>", READERS)
    def register(tab: str) -> Answer:
        may = desk.person.role in WRITERS
        return listed(desk, LISTS[tab], TABS[tab], "registers.html", tabs=TABS, tab=tab, may=may, decisions=DECISIONS)

    @desk.page(pages, f"{PATH}/<any(groups, licences, assessments):tab>", WRITERS, ("POST",))
    def enter(tab: str) -> Answer:
        try:
            with desk.db.work() as work:
                about = MAKERS[tab](request.form, work, desk.person.name)
                facts = {"register": tab, "entry": about, "by": desk.person.name}
                evidence.record(work, "operator_action", "", facts, ref=f"{tab}:{about}"[:120])
        except ValueError as fault:
            flash(f"没有保存：{fault}", "bad")
        else:
            flash("已登记")
        return back(f"{PATH}/{tab}")

    return pages


def _group(form: Mapping[str, str], work: Work, by: str) -> str:
    chat, officer, purpose = (_words(form, name, title) for name, title in GROUP_FIELDS)
    row = work.session.get(GroupRecord, chat) or GroupRecord(chat_id=chat)
    row.owner_id, row.officer, row.purpose = form.get("owner", "").strip()[:64], officer, purpose
    row.review_on, row.by, row.at = _day(form, "review", "复核日"), by, work.now
    row.invites = form.get("invites") == "1"
    work.session.add(row)
    return chat


def _licence(form: Mapping[str, str], work: Work, by: str) -> str:
    number, name = _words(form, "number", "执业编号", 32), _words(form, "name", "姓名", 60)
    row = work.session.get(Licence, number) or Licence(number=number)
    row.name, row.employee_id = name, form.get("employee", "").strip()[:64]
    row.expires_on, row.by, row.at = _day(form, "expires", "有效期"), by, work.now
    work.session.add(row)
    return number


def _assessment(form: Mapping[str, str], work: Work, by: str) -> str:
    if form.get("decision") not in DECISIONS:
        raise ValueError("请选择结论")
    row = ImpactAssessment(
        title=_words(form, "title", "评估事项", 120), scope=_words(form, "scope", "范围", 400),
        risk=_words(form, "risk", "风险", 400), measures=_words(form, "measures", "措施", 400),
        decision=form["decision"], assessed_on=_day(form, "assessed", "评估日"),
        review_on=_day(form, "review", "复评日"),
        by=by, at=work.now,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    return str(row.id)


GROUP_FIELDS = (("chat", "群编号"), ("officer", "合规专员"), ("purpose", "用途"))
MAKERS: dict[str, Callable[[Mapping[str, str], Work, str], str]] = {
    "groups": _group, "licences": _licence, "assessments": _assessment,
}  # fmt: skip
"""Register -> what makes an entry of a form; ValueError says which field is missing."""


def _words(form: Mapping[str, str], name: str, title: str, most: int = 64) -> str:
    found = form.get(name, "").strip()
    if not found:
        raise ValueError(f"{title}不能为空")
    if len(found) > most:
        raise ValueError(f"{title}最多 {most} 个字")
    return found


def _day(form: Mapping[str, str], name: str, title: str) -> date:
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError:
        raise ValueError(f"{title}须为日期，例如 2027-06-30") from None
