"""Count what members do, from every lawful signal, and place them in a tier the moment it changes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers import rfm
from models import activity, activity_batch, member, tiering
from models import rfm as figures
from models.actions import Action
from models.activity import Activity
from models.events.base import Event
from models.events.contacts import FriendAdded, GroupMembersChanged
from models.events.kf import KfEntered
from models.events.members import ActivitiesSeen, ActivitySeen
from models.events.messages import MediaReceived, TextReceived
from models.member import is_customer
from models.work import Work
from rules.text import counts_as_interaction

LIVE_MINUTES = 1
"""Watching less than this is no interaction."""


def spoke(event: TextReceived, work: Work) -> Iterator[Action]:
    """A customer's text; bare emoji and numbers do not count (alerts.yaml, rfm.definitions.F)."""
    if event.customer:
        kind = "message" if event.channel == "group" else "question"
        member.meet(work.session, event.member_id, event.at)
        if counts_as_interaction(event.text):
            record(work, Activity(**_head(event, event.member_id), kind=kind, chat_id=event.chat_id))
    yield from ()


def shared(event: MediaReceived, work: Work) -> Iterator[Action]:
    """A customer's picture, voice or file."""
    if event.customer:
        member.meet(work.session, event.member_id, event.at)
        if event.media != "emotion":
            record(work, Activity(**_head(event, event.member_id), kind="media", chat_id=event.chat_id))
    yield from ()


def entered(event: KfEntered, work: Work) -> Iterator[Action]:
    """A customer opened 微信客服."""
    record(work, Activity(**_head(event, event.member_id), kind="kf_session", chat_id=""))
    yield from ()


def befriended(event: FriendAdded, work: Work) -> Iterator[Action]:
    """A new contact: on the timeline, not counted."""
    record(work, Activity(**_head(event, event.member_id, ":friend"), kind="friend", chat_id=""))
    yield from ()


def moved(event: GroupMembersChanged, work: Work) -> Iterator[Action]:
    """Customers joined or left a group: on the timeline, not counted."""
    kind = "join" if event.joined else "leave"
    for at, who in enumerate(event.member_ids):
        if is_customer(who):
            record(work, Activity(**_head(event, who, f":{at}"), kind=kind, chat_id=event.chat_id))
    yield from ()


def seen(event: ActivitySeen, work: Work) -> Iterator[Action]:
    """What another part observed: a click, live minutes, a moment reaction, a quiz, a referral."""
    if event.kind != "live" or event.amount >= LIVE_MINUTES:
        more = {"chat_id": event.ref[:64], "amount": event.amount}
        record(work, Activity(**_head(event, event.member_id), kind=event.kind[:16], **more))
    yield from ()


def watched(event: ActivitiesSeen, work: Work) -> list[Action]:
    """A whole audience at once: met, folded in, and placed (upwards) by one statement."""
    zone, session = work.rules.zone, work.session
    for who, second in event.done:
        member.meet(session, who, datetime.fromtimestamp(second, UTC))
    session.flush()
    since = work.now.astimezone(zone).date() - tiering.WINDOW + timedelta(days=1)
    activity_batch.fold(session, event.done, zone, since)
    rows = [
        Activity(
            source_key=f"{event.key[:70]}:{at}", member_id=who, kind=event.kind[:16], chat_id=event.ref[:64],
            at=datetime.fromtimestamp(second, UTC), amount=0,
        )
        for at, (who, second) in enumerate(event.done)
    ]  # fmt: skip
    session.add_all(rows)
    session.execute(activity_batch.LAST_ACTIVE.execution_options(synchronize_session=False))
    tables = figures.tables_now(session, work.rules.rfm)
    tiering.review(work, tables, work.now, falls=False, only=activity_batch.touched())
    return []


def _head(event: Event, member_id: str, tail: str = "") -> dict[str, Any]:
    return {"source_key": f"{event.key[: 80 - len(tail)]}{tail}", "member_id": member_id, "at": event.at}


def record(work: Work, done: Activity) -> None:
    """One happening of a member, once; it counts, and the tier follows, unless the kind is a passive one."""
    if activity.known(work.session, done.source_key):
        return
    met = member.meet(work.session, done.member_id, done.at)
    if done.kind in activity.PASSIVE:
        work.session.add(done)
        return
    activity.note(work.session, done, done.at.astimezone(work.rules.zone).date())
    state = figures.state_of(work.session, met.id, met.first_seen_at)
    met.last_active_at = state.last_at = max(done.at, met.last_active_at or done.at)
    work.session.flush()
    rfm.retier(work, met, state)
