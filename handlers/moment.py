"""客户朋友圈: WeCom makes a moment, advisors publish it, customers like and answer; all of it has to be asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from handlers import activity
from models import moment as moments
from models.actions import Action, SendApp
from models.broadcasts import CancelMoment, CheckMoment, FindMoment, ReadMoment
from models.content import Delivery
from models.events.broadcast import MomentAsked, MomentChecked, MomentDue, MomentMade, MomentRead
from models.events.internal import PlanHalted
from models.events.members import ActivitySeen
from models.moment import LOOKS, NUDGE, OVER, Moment
from models.plan import PAUSED
from models.work import Work

NO_TAP = timedelta(days=3)
"""Whoever has not published by then is taken not to."""


def asked(event: MomentAsked, work: Work) -> Iterator[Action]:
    """WeCom has it; look at it from now on."""
    yield from ()
    found = work.session.scalars(select(Moment).where(Moment.occurrence_id == event.occurrence_id)).first()
    if found is None:
        work.session.add(
            Moment(
                occurrence_id=event.occurrence_id, job_id=event.job_id, moment_id=event.moment_id, created_at=event.at,
                check_at=work.now + LOOKS[0],
            )
        )  # fmt: skip
        for row in _rows(work, event.occurrence_id, "queued"):
            row.state, row.msgid = "tasked", event.moment_id or event.job_id


def due(event: MomentDue, work: Work) -> Iterator[Action]:
    """Ask again, ever more rarely; whoever is slow is asked once, by a message of ours."""
    found = work.session.get(Moment, event.moment)
    if found is None or not found.open:
        return
    found.checks += 1
    found.check_at = work.now + LOOKS[min(found.checks, len(LOOKS) - 1)]
    age = work.now - found.created_at
    found.open = age < OVER
    if not found.moment_id:
        yield FindMoment(job_id=found.job_id)
        return
    yield CheckMoment(moment_id=found.moment_id)
    for one in _rows(work, found.occurrence_id, "sent"):
        yield ReadMoment(moment_id=found.moment_id, owner=one.target)
    waiting = _rows(work, found.occurrence_id, "tasked")
    if waiting and age >= NUDGE and not found.nudged:
        found.nudged = True
        yield SendApp(
            to=tuple(one.target for one in waiting), content_id="ui:moment_nudge",
            text="有一条客户朋友圈等您发表：请在企业微信“客户朋友圈”里查看并点击发表。",
        )  # fmt: skip
    if age >= NO_TAP:
        for row in waiting:
            row.reason = "顾问三天内没有发表"


def made(event: MomentMade, work: Work) -> Iterator[Action]:
    """Advisors can publish; whom WeCom left out is told so; one that was called back meanwhile is called back there."""
    found = moments.of_job(work.session, event.job_id)
    if found is None:
        return
    found.moment_id = event.moment_id
    for row in _rows(work, found.occurrence_id, "tasked"):
        row.msgid = event.moment_id
        if event.errcode:
            row.state, row.reason = "refused", f"企业微信没有受理（错误码 {event.errcode}）"
        elif row.target in event.refused:
            row.state, row.reason = "refused", "不在可见范围，或没有客户联系权限"
    if event.errcode:
        found.open = False
    elif not found.open:
        yield CancelMoment(moment_id=event.moment_id)


def checked(event: MomentChecked, work: Work) -> Iterator[Action]:
    """Who has published has done their part."""
    yield from ()
    found = moments.of_wecom(work.session, event.moment_id)
    if found is not None:
        for row in _rows(work, found.occurrence_id, "tasked", "withheld"):
            if row.target in event.published:
                row.state, row.reason = "sent", ""


def read(event: MomentRead, work: Work) -> Iterator[Action]:
    """A like or an answer is an interaction of that customer."""
    found = moments.of_wecom(work.session, event.moment_id)
    if found is None:
        return
    for member_id, kind, second in event.rows:
        done = ActivitySeen(
            key=f"moment:{found.id}:{kind}:{member_id}"[:80], at=datetime.fromtimestamp(second, UTC),
            member_id=member_id, kind="moment", ref=f"moment:{found.id}",
        )  # fmt: skip
        yield from activity.seen(done, work)


def halted(event: PlanHalted, work: Work) -> Iterator[Action]:
    """The plan was paused: what advisors have not published is called back."""
    for found in moments.open_of(work.session, event.plan_id):
        found.open = False
        for row in _rows(work, found.occurrence_id, "tasked"):
            row.state, row.reason = "withheld", PAUSED
        if found.moment_id:
            yield CancelMoment(moment_id=found.moment_id)
            yield CheckMoment(moment_id=found.moment_id)  # who was faster than we: it is out all the same


def _rows(work: Work, occurrence_id: int, *states: str) -> list[Delivery]:
    mine = select(Delivery).where(Delivery.occurrence_id == occurrence_id, Delivery.state.in_(states))
    return list(work.session.scalars(mine))
