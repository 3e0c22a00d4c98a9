"""The leaderboard of invitations, and its lines for a push: first letters only, nobody against their wish."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from models.member import Member
from models.referral import InviterStanding, Referral
from models.work import Work

SHOWN = 10
WEEK = timedelta(days=7)
EFFECTIVE = ("STAY7", "LEARNED", "MATURED")


@dataclass(frozen=True, slots=True)
class Rank:
    """A line of the board."""

    place: int
    name: str
    invitees: int


def ranking(work: Work, now: datetime, span: timedelta = WEEK * 4) -> list[Rank]:
    """Inviters by effective invitees who joined within `span`; equal numbers share a place."""
    counted = (
        select(Referral.inviter_id, func.count().label("invitees"))
        .join(InviterStanding, InviterStanding.member_id == Referral.inviter_id, isouter=True)
        .where(Referral.status.in_(EFFECTIVE), Referral.credited, Referral.verdict != "hold")
        .where(Referral.joined_at >= now - span, func.coalesce(InviterStanding.hidden, False).is_(False))
        .group_by(Referral.inviter_id)
        .order_by(func.count().desc(), Referral.inviter_id)
        .limit(SHOWN)
    )
    rows = work.session.execute(counted).all()
    places = {row.invitees: place for place, row in reversed(list(enumerate(rows, 1)))}
    return [Rank(places[row.invitees], _initial(work, row.inviter_id), row.invitees) for row in rows]


def lines(work: Work, now: datetime) -> str:
    """The board as text for the weekly push; empty when there is nobody on it.

    Whoever became effective this week joined at most two weeks ago: a referral counts after seven days.
    """
    return "\n".join(f"{one.place}. {one.name} 有效邀请 {one.invitees} 人" for one in ranking(work, now, 2 * WEEK))


def _initial(work: Work, member_id: str) -> str:
    member = work.session.get(Member, member_id)
    return f"{member.name[:1]}**" if member is not None and member.name else "成员"
