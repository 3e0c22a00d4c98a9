"""Points for what was reached, within every cap, and taking them back.

Caps are judged under the lock of the accounts they concern, so any number of events at once stay within them.
"""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select

from handlers import programme
from models import movements, points
from models import referral as known
from models.events.referral import MilestoneReached
from models.movements import Grant
from models.points import PointsEntry
from models.programme import draw
from models.referral import Referral
from models.work import Work
from rules import programme as rules
from rules.programme import Award, Limits, Pack


def credit(found: Referral, state: str, work: Work, at: datetime) -> None:
    """Both sides' points for a state just reached; under review they stay held."""
    pack = programme.pack_by_id(work, found.programme_id)
    due = rules.awards(pack, state)
    if not due:
        return
    points.lock(work.session, [found.inviter_id, found.invitee_id])
    for award in due:
        give(work, found, award, pack, at)
    if state == "STAY7" and found.credited:
        _climb(work, found, pack, at)
    if found.verdict == "hold":
        movements.freeze(work.session, f"referral:{found.id}", frozen=True)


def give(work: Work, found: Referral, award: Award, pack: Pack, at: datetime) -> int:
    """One side's points, as far as its caps allow; how many."""
    inviter = award.to == "inviter"
    person = found.inviter_id if inviter else found.invitee_id
    room = _yearly_room(work, person, pack.limits, at)
    if inviter:
        room = min(room, _inviter_room(work, found, pack.limits, at))
    amount = min(award.points, room)
    if amount <= 0 or not draw(work.session, found.campaign, amount, pack.limits.budget):
        known.note_step(work.session, found, "已达积分上限，不再计分", at, "CAPPED")
        return 0
    key, about = f"{award.rule}:{found.id}:{award.to}", f"referral:{found.id}"
    _issue(work, award, at, member_id=person, points=amount, key=key, about=about)
    found.credited = found.credited or inviter
    return amount


def _inviter_room(work: Work, found: Referral, limits: Limits, at: datetime) -> int:
    """Points the inviter may still get for this one: eligible, within the day's invitees and the month's points."""
    barred = known.standing(work.session, found.inviter_id).barred_until
    if barred is not None and barred > at:
        return 0
    day = day_of(found.joined_at, work)
    credited = select(func.count()).where(
        Referral.inviter_id == found.inviter_id, Referral.credited, Referral.id != found.id,
        Referral.joined_at >= day, Referral.joined_at < day + timedelta(days=1),
    )  # fmt: skip
    if not found.credited and (work.session.scalar(credited) or 0) >= limits.credited_per_day:
        return 0
    month = day_of(at, work).replace(day=1)
    return limits.points_per_month - points.issued_since(work.session, found.inviter_id, month)


def _yearly_room(work: Work, person: str, limits: Limits, at: datetime) -> int:
    year = day_of(at, work).replace(month=1, day=1)
    return limits.points_per_year - points.issued_since(work.session, person, year)


def _climb(work: Work, found: Referral, pack: Pack, at: datetime) -> None:
    """A rung of the ladder, once a member and campaign."""
    mine = select(func.count()).where(
        Referral.inviter_id == found.inviter_id, Referral.campaign == found.campaign, Referral.credited
    )
    work.session.flush()
    count = work.session.scalar(mine) or 0
    extra = rules.rung(pack, count)
    if extra:
        award = Award(rule="P-LADDER", to="inviter", points=extra, hold_days=pack.hold_days, valid_days=pack.valid_days)
        room = min(extra, _inviter_room(work, found, pack.limits, at))
        key = f"P-LADDER:{found.campaign}:{found.inviter_id}:{count}"[:120]
        if room > 0 and draw(work.session, found.campaign, room, pack.limits.budget):
            about = f"referral:{found.id}"
            _issue(work, award, at, member_id=found.inviter_id, points=room, key=key, about=about)


def _issue(work: Work, award: Award, at: datetime, **grant: Any) -> None:
    made = Grant(
        rule=award.rule, at=at, **grant,
        available_at=at + timedelta(days=award.hold_days), expires_at=at + timedelta(days=award.valid_days),
    )  # fmt: skip
    movements.issue(work.session, made)


def take_back(found: Referral, work: Work, why: str, at: datetime) -> None:
    """Everything issued for this referral, from both sides."""
    chosen = select(PointsEntry.key, PointsEntry.member_id).where(
        PointsEntry.about == f"referral:{found.id}", PointsEntry.kind == "issue"
    )
    rows = work.session.execute(chosen.order_by(PointsEntry.id)).all()
    points.lock(work.session, [one.member_id for one in rows])
    for one in rows:
        movements.claw_back(work.session, one.key, why, at)


def day_of(at: datetime, work: Work) -> datetime:
    """The beginning of the (Beijing) day of a moment."""
    return datetime.combine(at.astimezone(work.rules.zone), time(), work.rules.zone)


def own(event: MilestoneReached, work: Work) -> None:
    """What members earn for their own learning, capped by the (Beijing) week."""
    pack = programme.pack_of(work, programme.CAMPAIGN)
    award = pack.own.get(event.milestone)
    if award is None or not work.rules.referral_open:
        return
    points.lock(work.session, [event.member_id])
    monday = day_of(event.at, work)
    monday -= timedelta(days=monday.weekday())
    had = select(func.sum(PointsEntry.points)).where(
        PointsEntry.member_id == event.member_id, PointsEntry.rule == award.rule, PointsEntry.at >= monday
    )
    room = award.per_week - (work.session.scalar(had) or 0) if award.per_week else award.points
    room = min(room, _yearly_room(work, event.member_id, pack.limits, event.at))
    key = f"{award.rule}:{event.member_id}" if award.once else f"{award.rule}:{event.key}"
    about = f"milestone:{event.milestone}"
    _issue(work, award, event.at, member_id=event.member_id, points=min(award.points, room), key=key[:120], about=about)
