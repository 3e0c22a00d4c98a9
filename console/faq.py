"""问答: the FAQ base as a list with figures, and one entry with its versions, its editor and its approval."""

from dataclasses import fields
from datetime import date, timedelta

from flask import Blueprint, Response, abort, flash, render_template, request
from sqlalchemy import func, select

from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from console.trail import refuse
from handlers import faq_base
from handlers.faq_base import Refused
from models import faq_base as base
from models.faq import FaqEntry, Figures, figures
from models.faq_base import REJECTED, FaqVersion
from rules import faq_write
from rules.faq_body import CHANNELS, FLAGS, LABELS, Body

PATH = "/console/faq"
READERS = ("author", "approver", "operator", "auditor", "admin")
WRITERS = ("author", "admin")
CHECKERS = ("approver", "admin")
STATES = {
    "draft": "待审批", "approved": "已审批", "published": "已发布", "superseded": "已被替代", "rejected": "已退回",
}  # fmt: skip
CHANNEL_TITLES = {"kf": "微信客服", "group": "客户群", "app": "员工应用", "aibot": "智能机器人"}
SINCE = timedelta(days=30)
KINDS = {"yaml": "application/yaml", "csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.ms-excel"}
NEWEST = (
    select(FaqVersion.entry_id, func.max(FaqVersion.number).label("number"))
    .where(FaqVersion.state != REJECTED)
    .group_by(FaqVersion.entry_id)
    .subquery()
)


def blueprint(desk: Desk) -> Blueprint:
    """List, export, one entry, and the steps of its versions."""
    pages = Blueprint("faq", __name__)
    _reading(desk, pages)
    _writing(desk, pages)
    _checking(desk, pages)
    return pages


def listing(counted: dict[str, Figures]) -> Listing:
    """Entries by their newest version, with the figures of the last thirty days."""

    def of(name: str, title: str) -> Column:
        return Column(name, title, lambda row: getattr(counted.get(row.entry_id, Figures()), name))

    return Listing(
        chosen=select(FaqVersion).join(
            NEWEST, (FaqVersion.entry_id == NEWEST.c.entry_id) & (FaqVersion.number == NEWEST.c.number)
        ),
        ends=FaqVersion.entry_id,
        order="id",
        columns=(
            Column("id", "编号", lambda row: row.entry_id, FaqVersion.entry_id, lambda row: f"{PATH}/{row.entry_id}"),
            Column("category", "分类", lambda row: row.category, FaqVersion.category),
            Column("question", "标准问", lambda row: row.question, FaqVersion.question),
            Column("phrasings", "问法", lambda row: 1 + len(row.body["phrasings"])),
            Column("state", "状态", _state, FaqVersion.state),
            of("asked", "问到"), of("answered", "答出"), of("offered", "给选项"), of("chosen", "点选"),
            of("none", "都不是"), of("handed", "转人工"),
            Column("made", "修改", lambda row: row.made_at, FaqVersion.made_at),
        ),
        filters=(Filter("state", "状态", STATES, lambda value: FaqVersion.state == value),),
        search=lambda words: (
            FaqVersion.question.contains(words, autoescape=True)
            | FaqVersion.category.contains(words, autoescape=True)
            | FaqVersion.entry_id.contains(words.upper(), autoescape=True)
        ),
        empty="库里还没有条目：从文件导入，或新建一条",
    )  # fmt: skip


def _state(row: FaqVersion) -> str:
    return f"{STATES[row.state]}（下架）" if row.withdraws else STATES[row.state]


def _reading(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, PATH, READERS)
    def faq() -> Answer:
        with desk.db.read() as session:
            counted = figures(session, desk.db.clock() - SINCE)
        return listed(desk, listing(counted), "问答", "faq.html")

    @desk.page(pages, f"{PATH}/file.<any(yaml, csv, xlsx):kind>", READERS)
    def faq_file(kind: str) -> Answer:
        """The base as a file that can be imported again; `drafts=1`: as last written."""
        with desk.db.read() as session:
            bodies = faq_base.bodies(session, drafts=request.args.get("drafts") == "1")
        answer = Response(faq_write.write(f"x.{kind}", bodies), content_type=KINDS[kind])
        answer.headers["Content-Disposition"] = f'attachment; filename="faq.{kind}"'
        return answer

    @desk.page(pages, f"{PATH}/<entry_id>", READERS)
    def faq_entry(entry_id: str) -> Answer:
        return _entry(desk, entry_id)


def _entry(desk: Desk, entry_id: str, wrong: str = "") -> Answer:
    with desk.db.read() as session:
        versions = base.versions_of(session, entry_id)
        if not versions and entry_id != "new":
            abort(404)
        newest = next((one for one in versions if one.state != REJECTED), versions[0] if versions else None)
        shown = _typed() if wrong else Body.of(newest.body).kept() if newest else {}
        page = render_template(
            "faq_entry.html", entry_id=entry_id, versions=versions, body=shown, wrong=[wrong] if wrong else [],
            live=session.get(FaqEntry, entry_id), figures=figures(session, desk.db.clock() - SINCE).get(entry_id),
            states=STATES, flags=FLAGS, channels=CHANNEL_TITLES, tips=desk.db.rules.risk_tips, labels=LABELS,
            writes=desk.person.role in WRITERS, checks=desk.person.role in CHECKERS, now=desk.db.clock(),
            preview=_as_heard(desk, newest),
        )  # fmt: skip
    return (page, 422) if wrong else page


def _as_heard(desk: Desk, version: FaqVersion | None) -> str:
    body = Body.of(version.body) if version is not None else None
    return faq_base.dressed(body, desk.db.rules, proviso=body.verify) if body is not None else ""


def _writing(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, f"{PATH}/save", WRITERS, ("POST",))
    def faq_save() -> Answer:
        try:
            body = _body()
            with desk.db.work() as work:
                made = faq_base.save(body, desk.person.name, work, request.form.get("note", ""))
        except Refused as error:
            refuse(desk.db, desk.person, f"{PATH}/save", str(error), "faq")
            return _entry(desk, request.form.get("known", "new") or "new", str(error))
        flash(f"已存为第 {made.number} 版草稿，等待另一位审批人")
        return back(f"{PATH}/{body.id}")

    @desk.page(pages, f"{PATH}/<entry_id>/withdraw", WRITERS, ("POST",))
    def faq_withdraw(entry_id: str) -> Answer:
        try:
            with desk.db.work() as work:
                faq_base.withdraw(entry_id, desk.person.name, work, request.form.get("note", ""))
            flash("已提交下架，审批并发布后生效")
        except Refused as error:
            flash(str(error))
        return back(f"{PATH}/{entry_id}")


def _checking(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, f"{PATH}/versions/<int:version_id>/<any(approve, reject):step>", CHECKERS, ("POST",))
    def faq_step(version_id: int, step: str) -> Answer:
        try:
            with desk.db.work() as work:
                if step == "approve":
                    done = faq_base.approve(version_id, desk.person, work, request.form.get("checker", ""))
                else:
                    done = faq_base.reject(version_id, desk.person, request.form.get("note", ""), work)
            flash(f"{done.entry_id} 第 {done.number} 版{STATES[done.state]}")
            return back(f"{PATH}/{done.entry_id}")
        except Refused as error:
            refuse(desk.db, desk.person, f"{PATH}/versions/<version_id>/{step}", str(error), f"faq:{version_id}")
            flash(str(error))
            return back(PATH)


def _typed() -> dict[str, object]:
    """The form as it was sent, for a page that shows it again."""
    made: dict[str, object] = dict(request.form.items())
    for one in fields(Body):
        if one.type == tuple[str, ...]:
            made[one.name] = _lines(one.name)
        elif one.type is bool:
            made[one.name] = bool(request.form.get(one.name))
    return made


def _lines(name: str) -> list[str]:
    said = request.form.getlist(name)
    parts = said if name in {"flags", "channels"} else "\n".join(said).splitlines()
    return [one.strip() for one in parts if one.strip()]


def _body() -> Body:
    typed = _typed()
    words = {name: str(typed.get(name, "")).strip() for name in ("id", "category", "question", "answer", "risk_tip")}
    lists = {name: tuple(_lines(name)) for name in ("phrasings", "keywords", "flags", "channels", "source")}
    ticks = {name: bool(typed[name]) for name in ("needs_human", "suitability", "urgent", "verify")}
    days = {name: _day(name) for name in ("effective_from", "effective_until")}
    return Body(**{**words, **lists, **ticks, **days, "channels": _places(lists["channels"])})  # type: ignore[arg-type]  # by name above


def _places(ticked: tuple[str, ...]) -> tuple[str, ...]:
    """All ticked is the same as none: everywhere, also where the product comes to speak later."""
    return () if set(ticked) == set(CHANNELS) else ticked


def _day(name: str) -> date | None:
    said = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Refused(f"{LABELS[name]}须为日期，形如 2026-12-01") from None
