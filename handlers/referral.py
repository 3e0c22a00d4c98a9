"""老带新 as learning points: attribution by signed state, milestones, never a reward for opening an account."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from handlers import reply
from models import referral as points
from models.actions import Action, AddWay
from models.events.contacts import ContactEvent, FriendAdded, FriendRemoved
from models.events.internal import ReferralChecked, WayCreated
from models.events.messages import TextReceived
from models.member import Friendship, advisors, contacts_with
from models.referral import Invitation, PointsEntry, Referral
from models.work import Work
from rules import referral as rule
from rules.text import counts_as_interaction

CAMPAIGN = 1
COMMANDS = frozenset({"我的邀请", "我的积分"})
VALID = timedelta(days=90)
"""Life of an invitation's signed state."""
TRY_AGAIN = timedelta(minutes=10)
"""A contact way that has not come by then is asked for once more."""
HANDED_OVER = "DELETE_BY_TRANSFER"
"""FriendRemoved.source when the company gives a customer to another employee (doc 92130)."""
OBSERVED = timedelta(days=30)
"""Whoever leaves within it takes the points with them (referral.yaml LEFT, clawback)."""


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


def left(event: ContactEvent, work: Work) -> Iterator[Action]:
    """An invitee's contact ended: the stay is broken, even if they come back before anybody looks."""
    yield from ()
    if isinstance(event, FriendRemoved) and event.source == HANDED_OVER:
        return  # a colleague has them now
    found = work.session.scalars(select(Referral).where(Referral.invitee_id == event.member_id)).first()
    if found is not None and event.at - found.joined_at <= OBSERVED:
        _advance(found, work, event.at)


def check(event: ReferralChecked, work: Work) -> Iterator[Action]:
    """The nightly look at a referral whose seven days are over."""
    yield from ()
    found = work.session.get(Referral, event.referral_id)
    if found is not None:
        _advance(found, work, event.on)


def _advance(found: Referral, work: Work, at: datetime) -> None:
    stays = bool(contacts_with(work.session, found.invitee_id))
    facts = rule.Facts(joined_at=found.joined_at, present=stays, interacted=found.interacted_at is not None)
    state = rule.next_state(found.status, facts, at)
    if state == found.status or (state != "LEFT" and not work.rules.referral_open):
        return
    found.status, found.changed_at = state, at
    if state == "LEFT":
        _take_back(found, work, at)
    for award in rule.awards(work.rules.referral, state):
        person = found.inviter_id if award.to == "inviter" else found.invitee_id
        _award(work, _key(award, found), person, award, at)


def _key(award: rule.Award, found: Referral) -> str:
    return f"{award.rule}:{found.id}:{award.to}"


def _take_back(found: Referral, work: Work, at: datetime) -> None:
    """Every entry of this referral gets its opposite, held and expiring together with it."""
    keys = [_key(award, found) for due in work.rules.referral.awards.values() for award in due]
    for entry in work.session.scalars(select(PointsEntry).where(PointsEntry.key.in_(keys))).all():
        back = PointsEntry(
            key=f"back:{entry.key}", member_id=entry.member_id, points=-entry.points, rule="CLAWBACK", at=at,
            available_at=entry.available_at, expires_at=entry.expires_at,
        )  # fmt: skip
        work.session.add(back)


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
    if invitation is not None and invitation.qr_code and _alive(invitation, work):
        text = f"您的专属邀请二维码：{invitation.qr_code}\n活动为投资者教育互动，与开户、入金、交易、购买产品无关。"
        yield from reply.say(event, work, text, content_id="ui:referral")
        return
    if invitation is None or not _alive(invitation, work) or work.now - invitation.created_at >= TRY_AGAIN:
        yield from open_invitation(work, event.member_id, invitation)
    yield from reply.say(
        event, work, "正在为您生成专属邀请码，请稍后再次发送“我的邀请”查看。", content_id="ui:referral"
    )


def _alive(invitation: Invitation, work: Work) -> bool:
    return rule.read_state(work.rules.referral_secrets, invitation.state, work.now.date()) is not None


def open_invitation(work: Work, member_id: str, old: Invitation | None = None) -> Iterator[Action]:
    """An invitation with a freshly signed state; the contact way follows as an event.

    It leads to the member's own advisor, or to the first one for members who only know 微信客服.
    """
    employees = (contacts_with(work.session, member_id) or advisors(work.session))[:1]
    if not employees:
        return
    invitation = old or Invitation(inviter_id=member_id, campaign=CAMPAIGN)
    invitation.state = invitation.config_id = invitation.qr_code = ""
    invitation.created_at = work.now
    work.session.add(invitation)
    work.session.flush()
    expires = work.now.date() + VALID
    invitation.state = rule.make_state(work.rules.referral_secrets[0], invitation.id, CAMPAIGN, expires)
    yield AddWay(invitation_id=invitation.id, employees=tuple(employees), state=invitation.state)


def way_created(event: WayCreated, work: Work) -> Iterator[Action]:
    """Keep the handle: it is the only one WeCom gives."""
    yield from ()
    invitation = work.session.get(Invitation, event.invitation_id)
    if invitation is not None:
        invitation.config_id, invitation.qr_code = event.config_id, event.qr_code
