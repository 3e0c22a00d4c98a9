"""活动: made by one, approved by another; who took part, what members wrote, and reminders as ordinary pushes."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, abort, flash, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import inbox
from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from console.trail import refuse
from handlers import engagement as use_case
from models import engagement, engagement_words
from models.engagement import AUDIENCES, KINDS, Engagement, EngagementEntry
from models.member import Employee
from models.plan import Actor, Refused
from models.work import Work
from rules.engagement import passed, written

PATH = "/console/engagements"
READERS = ("author", "approver", "operator", "auditor", "admin")
MAKERS = ("author", "operator", "admin")
CHECKERS = ("approver", "admin")
FIELDS = ("title", "kind", "audience", "intro", "questions", "url", "ai_made", "opens", "closes")
STATES = {"done": "已参加", "waiting": "待审核", "taken": "已采用", "dropped": "未采用"}
ENGAGEMENTS = Listing(
    chosen=select(Engagement),
    ends=Engagement.id,
    order="-opens",
    columns=(
        Column("title", "名称", lambda row: row.title, Engagement.title, lambda row: f"{PATH}/{row.id}"),
        Column("kind", "形式", lambda row: KINDS[row.kind], Engagement.kind),
        Column("audience", "参加人", lambda row: AUDIENCES[row.audience]),
        Column("opens", "开始", lambda row: row.opens_at, Engagement.opens_at),
        Column("closes", "结束", lambda row: row.closes_at, Engagement.closes_at),
        Column(
            "approved", "批准", lambda row: "已收起" if row.closed else row.approved_by if row.approved else "未批准"
        ),
    ),
    filters=(
        Filter("kind", "形式", KINDS, lambda value: Engagement.kind == value),
        Filter("audience", "参加人", AUDIENCES, lambda value: Engagement.audience == value),
    ),
    search=lambda words: Engagement.title.contains(words, autoescape=True),
    empty="还没有活动：打卡、答题、投票、征集，或给同事的内部课程，都从“新建活动”开始",
)


def blueprint(desk: Desk) -> Blueprint:
    """List, editor, one activity, its entries, and the lesson a colleague takes."""
    pages = Blueprint("engagements", __name__)
    _reading(desk, pages)
    _doing(desk, pages)
    return pages


def _reading(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, PATH, READERS)
    def engagements() -> Answer:
        return listed(desk, ENGAGEMENTS, "活动", "engagements.html", may_make=desk.person.role in MAKERS)

    @desk.page(pages, f"{PATH}/<int:number>", READERS)
    def one(number: int) -> Answer:
        with desk.db.work() as work:
            return render_template("engagement.html", **_shown(desk, work, _found(work.session, number)))

    @desk.page(pages, f"{PATH}/<int:number>/entries", READERS)
    def entries(number: int) -> Answer:
        return listed(desk, _entries(desk, number), "参加记录", "engagement_entries.html", number=number)


def _doing(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, f"{PATH}/new", MAKERS, ("GET", "POST"))
    def new() -> Answer:
        return _edit(desk, None)

    @desk.page(pages, f"{PATH}/<int:number>/edit", MAKERS, ("GET", "POST"))
    def edit(number: int) -> Answer:
        return _edit(desk, number)

    @desk.page(pages, f"{PATH}/<int:number>/approve", CHECKERS, ("POST",))
    def approve(number: int) -> Answer:
        return _do(desk, number, "approve")

    @desk.page(pages, f"{PATH}/<int:number>/<any(close, remind, attended):step>", MAKERS, ("POST",))
    def advance(number: int, step: str) -> Answer:
        return _do(desk, number, step)

    @desk.page(pages, f"{PATH}/entries/<int:entry_id>/<any(take, drop):verdict>", (*MAKERS, "approver"), ("POST",))
    def judge(entry_id: int, verdict: str) -> Answer:
        return _judge(desk, entry_id, verdict)


def _entries(desk: Desk, number: int) -> Listing:
    zone = desk.zone
    return Listing(
        chosen=select(EngagementEntry).where(EngagementEntry.engagement_id == number),
        ends=EngagementEntry.id,
        order="-at",
        columns=(
            Column("at", "时间", lambda row: row.at, EngagementEntry.id),
            Column("who", "参加人", lambda row: row.member_id),
            Column("score", "得分", lambda row: row.score if row.answers else "", EngagementEntry.score),
            Column("text", "内容", lambda row: row.text),
            Column("state", "状态", lambda row: STATES[row.state], EngagementEntry.state),
            Column("day", "北京日期", lambda row: f"{row.at.astimezone(zone):%Y-%m-%d}"),
        ),
        filters=(Filter("state", "状态", STATES, lambda value: EngagementEntry.state == value),),
        search=lambda words: EngagementEntry.member_id == words,
        empty="还没有人参加",
    )


def _shown(desk: Desk, work: Work, row: Engagement) -> dict[str, object]:
    people, every = engagement.figures(work.session, row.id)
    waiting = select(EngagementEntry).where(
        EngagementEntry.engagement_id == row.id, EngagementEntry.state == "waiting"
    )  # fmt: skip
    return {
        "one": row, "kinds": KINDS, "audiences": AUDIENCES, "verdict": engagement.lint(work, row),
        "text": engagement.readable(row), "people": people, "every": every, "page": engagement_words.page_of(work, row),
        "tally": engagement.tally(work.session, row) if row.kind == "vote" else [],
        "waiting": list(work.session.scalars(waiting.order_by(EngagementEntry.id).limit(50))),
        "missing": _missing(work, row) if row.audience == "staff" else [], "now": work.now,
        "makes": desk.person.role in MAKERS, "checks": desk.person.role in CHECKERS,
        "plans": engagement_words.plans_of(work.session, row),
    }  # fmt: skip


def _missing(work: Work, row: Engagement) -> list[str]:
    """Colleagues who have not passed the lesson yet."""
    done = select(EngagementEntry).where(EngagementEntry.engagement_id == row.id)
    passes = {
        one.member_id for one in work.session.scalars(done)
        if row.kind != "quiz" or passed(one.score, len(row.questions))
    }  # fmt: skip
    staff = work.session.scalars(select(Employee).where(Employee.active).order_by(Employee.id))
    return [one.name or one.id for one in staff if one.id not in passes]


def _edit(desk: Desk, number: int | None) -> Answer:
    faults: list[str] = []
    with desk.db.work() as work:
        row = _found(work.session, number) if number is not None else None
        values = _values(desk, row)
        if request.method == "POST":
            values = {name: request.form.get(name, "").replace("\r\n", "\n") for name in FIELDS}
            try:
                with work.session.begin_nested():
                    by = Actor(desk.person.name, desk.person.role)
                    row = engagement.save(work, row, values, _span(desk, values), by)
                flash("已保存，批准后按时开放")
                return back(f"{PATH}/{row.id}")
            except Refused as refused:
                faults.append(str(refused))
        page = render_template(
            "engagement_edit.html", values=values, faults=faults, number=number, kinds=KINDS, audiences=AUDIENCES
        )
    return (page, 422) if faults else page


def _values(desk: Desk, row: Engagement | None) -> dict[str, str]:
    if row is None:
        return dict.fromkeys(FIELDS, "") | {"kind": "quiz", "audience": "members"}
    local = {name: f"{at.astimezone(desk.zone):%Y-%m-%dT%H:%M}" for name, at in (
        ("opens", row.opens_at), ("closes", row.closes_at),
    )}  # fmt: skip
    return {
        "title": row.title, "kind": row.kind, "audience": row.audience, "intro": row.intro, "url": row.url,
        "questions": written(row.asked), "ai_made": "1" if row.ai_made else "", **local,
    }  # fmt: skip


def _span(desk: Desk, values: Mapping[str, str]) -> tuple[datetime, datetime]:
    try:
        opens, closes = (datetime.fromisoformat(values[name]).replace(tzinfo=desk.zone) for name in ("opens", "closes"))
    except ValueError:
        raise Refused("请填写开始和结束时间（北京时间）") from None
    return opens, closes


def _do(desk: Desk, number: int, step: str) -> Answer:
    by = Actor(desk.person.name, desk.person.role)
    try:
        with desk.db.work() as work:
            flash(_step(work, _found(work.session, number), step, by))
    except Refused as refused:
        refuse(desk.db, desk.person, f"{PATH}/<number>/{step}", str(refused), f"engagement:{number}")
        flash(f"未执行：{refused}", "bad")
    return back(f"{PATH}/{number}")


def _step(work: Work, row: Engagement, step: str, by: Actor) -> str:
    if step == "approve":
        engagement.approve(work, row, request.form.get("seen", ""), by)
        return "已批准，到时开放"
    if step == "close":
        row.closed = True
        return "已收起，页面不再开放"
    if step == "remind":
        made = engagement_words.remind(work, row, by)
        return f"已写好提醒内容并建立 {len(made)} 条推送草稿：批准内容、提交推送后按时发出"
    made_entries = use_case.attended(work, row, request.form.get("people", "").splitlines(), by.name)
    _tell(work, row, *made_entries)
    return f"已导入 {len(made_entries)} 人的到场记录"


def _tell(work: Work, row: Engagement, *made: EngagementEntry) -> None:
    inbox.put(
        work,
        [
            inbox.of_event(event, source="console", lane=f"to:{one.member_id}")
            for one in made for event in use_case.seen(row, one)
        ],
    )  # fmt: skip


def _judge(desk: Desk, entry_id: int, verdict: str) -> Answer:
    by = Actor(desk.person.name, desk.person.role)
    with desk.db.work() as work:
        entry = work.session.get(EngagementEntry, entry_id)
        if entry is None:
            abort(404)
        row = _found(work.session, entry.engagement_id)
        if entry.state != "waiting":
            flash("这一条已处理过")
        elif verdict == "drop":
            entry.state, entry.by = "dropped", by.name
            flash("未采用")
        else:
            flash(engagement_words.share(work, row, entry, by))
        return back(f"{PATH}/{row.id}")


def _found(session: Session, number: int) -> Engagement:
    return session.get(Engagement, number) or abort(404)
