"""A member's own invitation: who may have one, the contact way behind it, and how WeCom's quota of ways is kept.

WeCom lets a company have 500,000 ways in all (doc 96348). One way a member and campaign, taken back when its state is
past its day; near the ceiling new invitations share a way and are told apart by their tracked link.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select

from handlers import programme, reply
from models import consent, link, register
from models.actions import Action
from models.content import Content
from models.events.internal import WayCreated
from models.events.messages import TextReceived
from models.events.referral import InvitationsAged, InvitationWanted
from models.link import TrackedLink
from models.member import Member, advisors, contacts_with
from models.referral import Invitation, InviterStanding
from models.ways import AddJoinWay, AddKfLink, AddWay, DropJoinWay, DropWay
from models.work import Work
from rules import referral as rule

CAMPAIGN = programme.CAMPAIGN
VALID = timedelta(days=90)
"""Life of an invitation's signed state."""
TRY_AGAIN = timedelta(minutes=10)
"""A contact way that has not come by then is asked for once more."""
CEILING = 400_000
"""Ways of our own; the rest of the 500,000 stays for people, join ways and pushes."""
PURPOSE = "referral"
ASKED, AGREED = "我的邀请", "同意活动规则"
RULES, INVITATION = "R-01", "R-04"
MAKING = "正在为您生成专属邀请码，请稍后再次发送“我的邀请”查看。"
CLEANED = 200
"""Expired ways taken back in one go."""


def ask(event: TextReceived, work: Work) -> Iterator[Action]:
    """我的邀请: the code, or what is missing for one."""
    if why := barrier(work, event.member_id):
        yield from reply.say(event, work, why, content_id="ui:referral")
        return
    if not agreed(work, event.member_id):
        terms = words(work, RULES, cap=str(work.rules.referral.limits.points_per_month))
        text = f"{terms}\n回复“{AGREED}”即表示您已年满 18 岁、不是证券从业人员并同意以上规则，之后即可获取邀请码。"
        yield from reply.say(event, work, text, content_id=RULES)
        return
    invitation = own(work, event.member_id)
    if invitation is not None and invitation.qr_code and alive(invitation, work):
        page = f"{work.rules.public_url}/m/invite"
        text = words(work, INVITATION, qr=invitation.qr_code, page=page)
        yield from reply.say(event, work, text or "邀请文案尚未获批，暂不能邀请。", content_id=INVITATION)
        return
    yield from ensure(work, event.member_id, invitation)
    yield from reply.say(event, work, MAKING, content_id="ui:referral")


def agree(event: TextReceived, work: Work) -> Iterator[Action]:
    """The rules accepted under their wording; kept as a consent."""
    _consent(event.member_id, event.at, work)
    yield from reply.say(event, work, f"已记录。发送“{ASKED}”获取您的专属邀请码。", content_id="ui:referral")


def _consent(member_id: str, at: datetime, work: Work) -> None:
    row = consent.Consent(member_id=member_id, purpose=PURPOSE, granted=True, wording=RULES, at=at)
    work.session.add(row)
    work.session.flush()


def agreed(work: Work, member_id: str) -> bool:
    """Whether the member has accepted the rules and not withdrawn since."""
    return consent.allows(work.session, member_id, PURPOSE)


def wanted(event: InvitationWanted, work: Work) -> Iterator[Action]:
    """The same from the member's page, where the rules stand beside the button."""
    if not barrier(work, event.member_id):
        if not agreed(work, event.member_id):
            _consent(event.member_id, event.at, work)
        yield from ensure(work, event.member_id, own(work, event.member_id))


def barrier(work: Work, member_id: str) -> str:
    """Why a member may not invite (referral.yaml eligible_inviter); empty when they may, rules still to be accepted."""
    pack = programme.pack_of(work, CAMPAIGN)
    if not work.rules.referral_open or not pack.running(work.now.astimezone(work.rules.zone).date()):
        return "邀请活动目前未开放。"
    member = work.session.get(Member, member_id)
    since = member.first_seen_at if member is not None else work.now
    missing = pack.limits.inviter_days - (work.now - since).days
    if missing > 0:
        return f"加入满 {pack.limits.inviter_days} 天后可以邀请朋友，还需 {missing} 天。"
    barred = work.session.get(InviterStanding, member_id)
    if barred is not None and barred.barred_until is not None and barred.barred_until > work.now:
        return f"您的邀请资格已暂停（{barred.why}）。如有异议请回复“申诉”。"
    if pack.audience and (member is None or member.tier not in pack.audience):
        return "本期活动面向部分成员开放。"
    return ""


def own(work: Work, member_id: str) -> Invitation | None:
    """A member's invitation of the standing campaign."""
    mine = select(Invitation).where(Invitation.inviter_id == member_id, Invitation.campaign == CAMPAIGN)
    return work.session.scalars(mine).first()


def alive(invitation: Invitation, work: Work) -> bool:
    """Whether its signed state is genuine and in its days."""
    return rule.read_state(work.rules.referral_secrets, invitation.state, work.now.date()) is not None


def ensure(work: Work, member_id: str, invitation: Invitation | None) -> Iterator[Action]:
    """A living invitation, made or renewed where there is none."""
    late = invitation is not None and not invitation.qr_code and work.now - invitation.created_at >= TRY_AGAIN
    if invitation is None or late or not alive(invitation, work):
        yield from _open(work, member_id, invitation)


def _open(work: Work, member_id: str, old: Invitation | None) -> Iterator[Action]:
    """An invitation with a freshly signed state; the contact way follows as an event.

    It leads to the member's own advisor, or to the first one for members who only know 微信客服.
    """
    employees = (contacts_with(work.session, member_id) or advisors(work.session))[:1]
    if not employees:
        return
    invitation = old or Invitation(inviter_id=member_id, campaign=CAMPAIGN)
    yield from _give_back(invitation)
    invitation.state, invitation.created_at = "", work.now
    work.session.add(invitation)
    work.session.flush()
    expires = work.now.date() + VALID
    invitation.state = rule.make_state(work.rules.referral_secrets[0], invitation.id, CAMPAIGN, expires)
    _link(work, invitation)
    if _ways(work) >= CEILING:
        invitation.qr_code = f"{work.rules.public_url}/r/{invitation.code}"
        return
    yield AddWay(invitation_id=invitation.id, employees=tuple(employees), state=invitation.state)
    if chats := register.open_to_invited(work.session, work.now.astimezone(work.rules.zone).date())[:CHATS]:
        yield AddJoinWay(invitation_id=invitation.id, chats=tuple(chats), state=invitation.state)
    if shared := _kf_address(work):
        invitation.kf_url = _with_state(shared, invitation.state)
    else:
        yield AddKfLink(invitation_id=invitation.id)


CHATS = 5
"""Groups one join way may lead into (41091 beyond, doc 99547)."""
STATE_OF_KF = "&scene_param="


def _give_back(invitation: Invitation) -> Iterator[Action]:
    """The ways an invitation has had so far."""
    if invitation.config_id:
        yield DropWay(config_id=invitation.config_id)
    if invitation.join_config_id:
        yield DropJoinWay(config_id=invitation.join_config_id)
    invitation.config_id = invitation.qr_code = ""
    invitation.join_config_id = invitation.join_qr_code = invitation.kf_url = ""


def _kf_address(work: Work) -> str:
    """The address all invitations share, as soon as one has it."""
    some = select(Invitation.kf_url).where(Invitation.kf_url != "").order_by(Invitation.id.desc()).limit(1)
    return (work.session.scalar(some) or "").partition(STATE_OF_KF)[0]


def _with_state(address: str, state: str) -> str:
    """The state comes back in enter_session (doc 94670)."""
    return f"{address}{STATE_OF_KF}{state}" if "?" in address else f"{address}?{STATE_OF_KF[1:]}{state}"


def _link(work: Work, invitation: Invitation) -> None:
    """The poster's link; a renewed invitation gets a new one and the old one ends with the old state."""
    invitation.code = link.tracked(work, "invite", str(invitation.id), "", VALID)
    work.session.get_one(TrackedLink, invitation.code).target = f"/m/join/{invitation.code}"


def _ways(work: Work) -> int:
    columns = (Invitation.config_id, Invitation.join_config_id)
    return sum(work.session.execute(select(*(func.count(func.nullif(one, "")) for one in columns))).one())


def way_created(event: WayCreated, work: Work) -> Iterator[Action]:
    """Keep the handle: it is the only one WeCom gives."""
    yield from ()
    invitation = work.session.get(Invitation, event.invitation_id)
    if invitation is None:
        return
    if event.into == "friend":
        invitation.config_id, invitation.qr_code = event.config_id, event.qr_code
    elif event.into == "group":
        invitation.join_config_id, invitation.join_qr_code = event.config_id, event.qr_code
    else:
        invitation.kf_url = _with_state(event.qr_code, invitation.state)


def clean_up(event: InvitationsAged, work: Work) -> Iterator[Action]:
    """Ways whose state is past its day are given back to the quota."""
    has_some = (Invitation.config_id != "") | (Invitation.join_config_id != "")
    old = select(Invitation).where(has_some, Invitation.created_at < event.at - VALID - timedelta(1))
    for one in work.session.scalars(old.limit(CLEANED)):
        yield from _give_back(one)


def words(work: Work, content_id: str, **fields: str) -> str:
    """Approved words only; empty where nobody has approved exactly these."""
    content = work.session.get(Content, content_id)
    return work.rules.fill(content.body, fields) if content is not None and content.approved else ""
