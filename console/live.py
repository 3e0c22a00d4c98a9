"""直播: booked with its reminders, checked by somebody else, stopped at once, and what became of it."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, abort, flash, render_template, request
from sqlalchemy import select

from bot import inbox
from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from console.trail import refuse
from models import audience, live, live_guest
from models.content import LiveStream
from models.events.base import Event
from models.events.internal import PlanHalted
from models.events.live import LiveChecked, LiveStopped
from models.live import CHECKS
from models.live_guest import LiveQuestion
from models.plan import Actor, Refused
from models.work import Work

PATH = "/console/live"
READERS = ("author", "approver", "operator", "auditor", "admin")
MAKERS = ("author", "operator", "admin")
CHECKERS = ("approver", "admin")
STATES = {"planned": "待开始", "live": "直播中", "ended": "已结束", "cancelled": "已取消"}
FIELDS = ("title", "starts", "minutes", "speaker", "licence", "anchor", "url", "bullets")
SHOWN = 200
"""Questions on the page."""
STREAMS = Listing(
    chosen=select(LiveStream),
    ends=LiveStream.id,
    order="-starts",
    columns=(
        Column("title", "主题", lambda row: row.title, LiveStream.title, lambda row: f"{PATH}/{row.id}"),
        Column("starts", "开始", lambda row: row.starts_at, LiveStream.starts_at),
        Column("speaker", "主讲人", lambda row: row.speaker),
        Column("status", "状态", lambda row: STATES.get(row.status, row.status), LiveStream.status),
        Column("checked", "审核", lambda row: row.checked_by or "待审核"),
    ),
    filters=(Filter("status", "状态", STATES, lambda value: LiveStream.status == value),),
    empty="还没有直播：新建一场，提醒会自动排好",
)


def blueprint(desk: Desk) -> Blueprint:
    """List, booking, one stream, and what is done with it."""
    pages = Blueprint("live", __name__)

    @desk.page(pages, PATH, READERS)
    def streams() -> Answer:
        return listed(desk, STREAMS, "直播", "lives.html", may_make=desk.person.role in MAKERS)

    @desk.page(pages, f"{PATH}/new", MAKERS, ("GET", "POST"))
    def book() -> Answer:
        return _book(desk)

    @desk.page(pages, f"{PATH}/<int:live_id>", READERS)
    def stream(live_id: int) -> Answer:
        with desk.db.read() as session:
            found = session.get(LiveStream, live_id)
            if found is None:
                abort(404)
            asked = select(LiveQuestion).where(LiveQuestion.live_id == live_id).order_by(LiveQuestion.id.desc())
            return render_template(
                "live.html", one=found, states=STATES, checks=CHECKS, rungs=live.rungs(session, live_id),
                figures=live_guest.figures(session, live_id), questions=list(session.scalars(asked.limit(SHOWN))),
                makes=desk.person.role in MAKERS, may_check=desk.person.role in CHECKERS,
                page=f"{desk.db.rules.public_url}/m/live/{live_id}",
            )  # fmt: skip

    @desk.page(pages, f"{PATH}/<int:live_id>/check", CHECKERS, ("POST",))
    def check(live_id: int) -> Answer:
        return _do(desk, live_id, "check")

    @desk.page(pages, f"{PATH}/<int:live_id>/stop", (*MAKERS, "approver"), ("POST",))
    def stop(live_id: int) -> Answer:
        return _do(desk, live_id, "stop")

    return pages


def _book(desk: Desk) -> Answer:
    values = {name: request.form.get(name, "").replace("\r\n", "\n") for name in FIELDS}
    faults: list[str] = []
    if request.method == "POST":
        try:
            with desk.db.work() as work:
                made = live.book(work, values, _starts(values, desk), Actor(desk.person.name, desk.person.role))
            flash("已保存，三次提醒已排好；审核通过后才会创建和提醒")
            return back(f"{PATH}/{made.id}")
        except Refused as refused:
            faults.append(str(refused))
    page = render_template("live_edit.html", values=values, faults=faults)
    return (page, 422) if faults else page


def _starts(values: Mapping[str, str], desk: Desk) -> datetime:
    if not (values["minutes"] or "60").isdecimal() or not 10 <= int(values["minutes"] or "60") <= 600:  # noqa: PLR2004 the field's bounds
        raise Refused("时长须为 10 到 600 分钟")
    try:
        return datetime.fromisoformat(values["starts"]).replace(tzinfo=desk.zone)
    except ValueError:
        raise Refused("请填写开始时间（北京时间）") from None


def _do(desk: Desk, live_id: int, step: str) -> Answer:
    by = Actor(desk.person.name, desk.person.role)
    try:
        with desk.db.work() as work:
            found = work.session.get(LiveStream, live_id)
            if found is None:
                abort(404)
            flash(_check(work, found, by) if step == "check" else _stop(work, found, by))
    except Refused as refused:
        refuse(desk.db, desk.person, f"{PATH}/<live_id>/{step}", str(refused), f"live:{live_id}")
        flash(f"未执行：{refused}", "bad")
    return back(f"{PATH}/{live_id}")


def _check(work: Work, found: LiveStream, by: Actor) -> str:
    sizes = {
        one.id: sum(len(some) for some in audience.targets(one.segment, work).values())
        for one in live.rungs(work.session, found.id)
    }
    live.check(work, found, request.form.getlist("ticks"), sizes, by)
    event = LiveChecked(key=f"live:checked:{found.id}", at=work.now, live_id=found.id)
    inbox.put(work, [inbox.of_event(event, source="console", lane=f"live:{found.id}")])
    return "已审核，提醒开始运行"


def _stop(work: Work, found: LiveStream, by: Actor) -> str:
    halted = live.stop(work, found, by)
    events: list[Event] = [LiveStopped(key=f"live:stopped:{found.id}", at=work.now, live_id=found.id)]
    if halted:
        events.append(PlanHalted(key=f"live:halt:{found.id}", at=work.now, plan_id=0, msgids=tuple(halted)))
    inbox.put(work, [inbox.of_event(one, source="console", priority=0) for one in events])
    return f"已停止：提醒不再发出，正在撤回 {len(halted)} 条尚未点击的群发。已发出的提醒可在推送页发更正"
