"""老带新 as learning points: attribution by signed state, milestones, never a reward for opening an account."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from handlers import reply
from models import referral as points
from models.actions import Action, AddWay
from models.events.contacts import FriendAdded
from models.events.internal import ReferralChecked, WayCreated
from models.events.messages import TextReceived
from models.member import Friendship
from models.referral import Invitation, PointsEntry, Referral
from models.work import Work
from rules import referral as rule
from rules.text import counts_as_interaction

CAMPAIGN = 1
COMMANDS = frozenset({"我的邀请", "我的积分"})


def attribute(event: FriendAdded, work: Work) -> Iterator[Action]:
    """First touch by event time: whoever invited first keeps the invitee, whatever order callbacks arrive in."""
    invited = rule.read_state(work.rules.referral_secrets, event.state, event.at.date()) if event.state else None
    yield from ()
    if invited is None or not work.rules.referral_open:
        return
    invitation = work.session.get(Invitation, invited.inviter_no)
    if invitation is None or invitation.inviter_id == event.member_id:
        return
    if _known_before(work, event):
        return
    known = work.session.scalars(select(Referral).where(Referral.invitee_id == event.member_id)).first()
    if known is None:
        work.session.add(
            Referral(
                invitee_id=event.member_id, inviter_id=invitation.inviter_id, campaign=invitation.campaign,
                status="JOINED", reason="", joined_at=event.at, changed_at=event.at,
            )
        )  # fmt: skip
    elif event.at < known.joined_at and known.status == "JOINED":
        known.inviter_id, known.campaign, known.joined_at = invitation.inviter_id, invitation.campaign, event.at


def _known_before(work: Work, event: FriendAdded) -> bool:
    """Somebody who was a contact before this invitation is nobody's referral (delete and re-add farming)."""
    earlier = select(Friendship).where(Friendship.member_id == event.member_id, Friendship.since < event.at)
    return work.session.scalars(earlier.limit(1)).first() is not None


def interacted(event: TextReceived, work: Work) -> Iterator[Action]:
    """An invitee's first real interaction; with seven days' stay it makes the first milestone."""
    yield from ()
    if not event.customer or not counts_as_interaction(event.text):
        return
    open_one = select(Referral).where(Referral.invitee_id == event.member_id, Referral.status == "JOINED")
    found = work.session.scalars(open_one).first()
    if found is not None:
        found.interacted_at = found.interacted_at or event.at
        _advance(found, work, event.at)


def check(event: ReferralChecked, work: Work) -> Iterator[Action]:
    """The nightly look at a referral whose seven days are over."""
    yield from ()
    found = work.session.get(Referral, event.referral_id)
    if found is not None:
        _advance(found, work, event.on)


def _advance(found: Referral, work: Work, at: datetime) -> None:
    stay = work.session.scalars(
        select(Friendship).where(Friendship.member_id == found.invitee_id, Friendship.ended_at.is_(None)).limit(1)
    ).first()
    facts = rule.Facts(joined_at=found.joined_at, present=stay is not None, interacted=found.interacted_at is not None)
    state = rule.next_state(found.status, facts, at)
    if state == found.status:
        return
    found.status, found.changed_at = state, at
    for award in rule.awards(work.rules.referral, state):
        person = found.inviter_id if award.to == "inviter" else found.invitee_id
        _award(work, f"{award.rule}:{found.id}:{award.to}", person, award, at)


def _award(work: Work, key: str, person: str, award: rule.Award, at: datetime) -> None:
    if work.session.scalars(select(PointsEntry.id).where(PointsEntry.key == key)).first() is not None:
        return
    entry = PointsEntry(
        key=key, member_id=person, points=award.points, rule=award.rule, at=at,
        available_at=at + timedelta(days=award.hold_days), expires_at=at + timedelta(days=award.valid_days),
    )  # fmt: skip
    work.session.add(entry)


def asked(event: TextReceived, work: Work) -> Iterator[Action]:
    """我的积分 and 我的邀请 in a one-to-one chat."""
    if event.text.strip() not in COMMANDS or not event.customer or event.channel == "group":
        return
    if event.text.strip() == "我的积分":
        have = points.balance(work.session, event.member_id, work.now)
        text = f"您现有可用学习积分 {have} 分。积分仅可兑换投教课程与学习权益，不可提现。"
        yield from reply.say(event, work, text, content_id="ui:points")
        return
    yield from _invite(event, work)


def _invite(event: TextReceived, work: Work) -> Iterator[Action]:
    if not work.rules.referral_open:
        yield from reply.say(event, work, "邀请活动目前未开放。", content_id="ui:referral")
        return
    own = select(Invitation).where(Invitation.inviter_id == event.member_id, Invitation.campaign == CAMPAIGN)
    invitation = work.session.scalars(own).first()
    if invitation is not None and invitation.qr_code:
        text = f"您的专属邀请二维码：{invitation.qr_code}\n活动为投资者教育互动，与开户、入金、交易、购买产品无关。"
        yield from reply.say(event, work, text, content_id="ui:referral")
        return
    if invitation is None:
        yield from open_invitation(work, event.member_id)
    yield from reply.say(
        event, work, "正在为您生成专属邀请码，请稍后再次发送“我的邀请”查看。", content_id="ui:referral"
    )


def open_invitation(work: Work, member_id: str) -> Iterator[Action]:
    """A new invitation with its signed state; the contact way follows as an event."""
    friends = select(Friendship.employee_id).where(Friendship.member_id == member_id, Friendship.ended_at.is_(None))
    employees = tuple(work.session.scalars(friends.limit(1)))
    if not employees:
        return
    invitation = Invitation(
        inviter_id=member_id, campaign=CAMPAIGN, state="", config_id="", qr_code="", created_at=work.now
    )
    work.session.add(invitation)
    work.session.flush()
    expires = work.now.date() + timedelta(days=90)
    invitation.state = rule.make_state(work.rules.referral_secrets[0], invitation.id, CAMPAIGN, expires)
    yield AddWay(invitation_id=invitation.id, employees=employees, state=invitation.state)


def way_created(event: WayCreated, work: Work) -> Iterator[Action]:
    """Keep the handle: it is the only one WeCom gives."""
    yield from ()
    invitation = work.session.get(Invitation, event.invitation_id)
    if invitation is not None:
        invitation.config_id, invitation.qr_code = event.config_id, event.qr_code
