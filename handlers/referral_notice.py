"""扣回须告知原因与申诉入口: an inviter is told why an invitation does not count, as soon as they can be told.

WeCom gives no way to write to a member first, except through 48 hours after their own last word in 微信客服 (doc
94677): whoever cannot be reached now reads it on their page, and is told when they next speak.
"""

from collections.abc import Iterator

from sqlalchemy import select

from handlers import invite
from models import kf
from models.actions import Action, SendKf
from models.events.referral import InviteBroken
from models.kf import KfSession
from models.referral import Referral
from models.work import Work

NOTICE = "R-03"
GENERAL = "经人工复核不符合活动规则"
"""What officers write for themselves is not for the inviter."""


def tell(event: InviteBroken, work: Work) -> Iterator[Action]:
    """Once, in the conversation the inviter has open."""
    found = work.session.get(Referral, event.referral_id)
    if found is None or found.told_at is not None:
        return
    line = work.session.scalars(
        select(KfSession)
        .where(KfSession.member_id == found.inviter_id, kf.reachable(work.now))
        .order_by(KfSession.said_at.desc())
    ).first()
    reason = GENERAL if found.reason.startswith("复核认定") else found.reason
    text = invite.words(work, NOTICE, reason=reason)
    if line is not None and text:
        found.told_at = work.now
        yield SendKf(to=found.inviter_id, open_kfid=line.open_kfid, text=text, content_id=NOTICE)
