"""Count what members do, and place them in a tier the moment it changes."""

from collections.abc import Iterator
from datetime import timedelta

from models import activity, member
from models.actions import Action
from models.activity import Activity, TierChange
from models.events.base import MemberEvent
from models.events.kf import KfEntered
from models.events.messages import MediaReceived, TextReceived
from models.member import Member
from models.work import Work
from rules import rfm
from rules.text import counts_as_interaction

WINDOW_DAYS = 30
NEWCOMER = timedelta(days=14)


def spoke(event: TextReceived, work: Work) -> Iterator[Action]:
    """A customer's text; bare emoji and numbers do not count (alerts.yaml, rfm.definitions.F)."""
    if event.customer:
        kind = "message" if event.channel == "group" else "question"
        _record(work, event, kind, event.chat_id, counted=counts_as_interaction(event.text))
    yield from ()


def shared(event: MediaReceived, work: Work) -> Iterator[Action]:
    """A customer's picture, voice or file."""
    if event.customer:
        _record(work, event, "media", event.chat_id, counted=event.media != "emotion")
    yield from ()


def entered(event: KfEntered, work: Work) -> Iterator[Action]:
    """A customer opened 微信客服."""
    _record(work, event, "kf_session", "", counted=True)
    yield from ()


def _record(work: Work, event: MemberEvent, kind: str, chat_id: str, *, counted: bool) -> None:
    met = member.meet(work.session, event.member_id, event.at)
    if not counted:
        return
    done = Activity(source_key=event.key, member_id=event.member_id, kind=kind, chat_id=chat_id, at=event.at)
    activity.note(work.session, done, event.at.astimezone(work.rules.zone).date())
    met.last_active_at = max(event.at, met.last_active_at or event.at)
    work.session.flush()
    retier(work, met)


def retier(work: Work, met: Member) -> None:
    """Place one member by today's figures; asset figures stay unknown until a member has consented to their use."""
    today = work.now.astimezone(work.rules.zone).date()
    count = activity.count_since(work.session, met.id, today - timedelta(days=WINDOW_DAYS - 1))
    figures = rfm.Figures(
        last_active_at=met.last_active_at,
        count_30d=count,
        monetary=None,
        newcomer=work.now - met.first_seen_at <= NEWCOMER,
    )
    tier = rfm.place(work.rules.rfm, figures, work.now)
    if tier.code == met.tier or (met.tier and rfm.is_lower(work.rules.rfm, tier.code, met.tier)):
        return  # upwards at once; downwards is the monthly review's business
    change = TierChange(member_id=met.id, old=met.tier, new=tier.code, why=tier.why, at=work.now)
    work.session.add(change)
    met.tier, met.tier_since, met.tier_why = tier.code, work.now, tier.why
