"""What is due in the referral programme: ripe referrals, holds that end, contact ways to give back, second looks."""

from sqlalchemy import and_, or_, select, text

from bot import inbox
from models import kf
from models.events.internal import ReferralChecked
from models.events.referral import InvitationsAged, InviteBroken, InviterLooked, PointsDue
from models.kf import KfSession
from models.points import ENTRY
from models.referral import Referral
from models.work import Work
from rules.referral import OBSERVED, STAY


def referrals(work: Work) -> int:
    """Referrals that may have ripened: seven days in, a month in, or announced and never come. One look a day."""
    day, now = work.now.date().isoformat(), work.now
    waiting = select(Referral.id).where(
        or_(
            and_(Referral.status == "JOINED", Referral.joined_at <= now - STAY),
            and_(Referral.status.in_(("STAY7", "LEARNED", "INVITED")), Referral.joined_at <= now - OBSERVED),
        )
    )
    events = [
        ReferralChecked(key=f"referral:{one}:{day}", at=now, referral_id=one, on=now)
        for one in work.session.scalars(waiting)
    ]
    return inbox.put(work, [inbox.of_event(one, source="clock", priority=8) for one in events])


def points(work: Work) -> int:
    """Members whose held points are due or whose points are too old; the key names the hour."""
    ripe = or_(
        and_(ENTRY.c.released.is_(False), ENTRY.c.frozen.is_(False), ENTRY.c.available_at <= work.now),
        and_(ENTRY.c.released, ENTRY.c.expires_at <= work.now),
    )
    members = select(ENTRY.c.member_id).where(text("remaining > 0"), ripe).distinct().limit(5000)
    events = [
        PointsDue(key=f"points:{one}:{work.now:%Y%m%d%H}"[:80], at=work.now, member_id=one)
        for one in work.session.scalars(members)
    ]
    return inbox.put(work, [inbox.of_event(one, source="clock", priority=8) for one in events])


def invitations(work: Work) -> int:
    """Once a day: contact ways of expired invitations."""
    event = InvitationsAged(key=f"invitations:{work.now:%Y%m%d}", at=work.now)
    return inbox.put(work, [inbox.of_event(event, source="clock", priority=9)])


def notices(work: Work) -> int:
    """Inviters to be told that an invitation does not count, of those who can be told now."""
    reachable = select(KfSession.member_id).where(kf.reachable(work.now))
    lost = Referral.status == "REJECTED", and_(Referral.status == "LEFT", Referral.credited)
    broken = select(Referral.id).where(
        or_(*lost), Referral.told_at.is_(None), Referral.changed_at > work.now - OBSERVED,
        Referral.inviter_id.in_(reachable),
    )  # fmt: skip
    events = [
        InviteBroken(key=f"broken:{one}:{work.now:%Y%m%d%H%M}"[:80], at=work.now, referral_id=one)
        for one in work.session.scalars(broken.limit(5000))
    ]
    return inbox.put(work, [inbox.of_event(one, source="clock", priority=7) for one in events])


def fraud_looks(work: Work) -> int:
    """Once a day, every inviter with points still in their hold: most fraud shows only in the crowd."""
    open_ones = select(Referral.inviter_id).where(
        Referral.status.in_(("STAY7", "LEARNED")), Referral.joined_at > work.now - 2 * OBSERVED
    )
    events = [
        InviterLooked(key=f"look:{one}:{work.now:%Y%m%d}"[:80], at=work.now, inviter_id=one)
        for one in work.session.scalars(open_ones.distinct().limit(20_000))
    ]
    return inbox.put(work, [inbox.of_event(one, source="clock", priority=9) for one in events])
