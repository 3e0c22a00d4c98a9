"""Who invited whom: every path leaves a touch, and the first valid touch by event time keeps the invitee.

A touch comes from a friend added, a group joined, a 微信客服 conversation opened or a link clicked. Each new touch and
each new fact about a person (an older contact, a unionid) decides anew, so the order of arrival does not matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from handlers import award, milestone, programme
from models import referral as known
from models.actions import Action, FetchGroup
from models.events.contacts import FriendAdded, GroupMembersChanged
from models.events.internal import CustomerFetched, GroupFetched
from models.events.kf import KfEntered
from models.events.referral import InviteClicked
from models.group import GroupMember
from models.member import Member, meet
from models.points import dialect
from models.referral import Invitation, InviterStanding, Referral, ReferralTouch
from models.work import Work
from rules import referral as rule

JOINING = ("friend", "group")
"""Paths by which somebody really comes in; the others only announce it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A trace with a state. `ref` names the happening, so that a replay is the same touch."""

    invitee: str
    state: str
    path: str
    ref: str
    at: datetime


def attribute(event: FriendAdded, work: Work) -> Iterator[Action]:
    """A new contact, by whatever way; one without a state may still be somebody who was announced."""
    yield from ()
    ref = f"{event.employee_id}:{event.state}"
    _note(work, Seen(invitee=event.member_id, state=event.state, path="friend", ref=ref, at=event.at))
    _decide(work, event.member_id, came=event.at)


def group_joined(event: GroupMembersChanged, work: Work) -> Iterator[Action]:
    """Somebody scanned a group's code: whose code stands only in the member list, so it is read."""
    if event.joined and event.scene == SCANNED and work.rules.referral_open:
        yield FetchGroup(chat_id=event.chat_id)


SCANNED = "3"
"""JoinScene of a callback (doc 92277)."""


def group_read(event: GroupFetched, work: Work) -> Iterator[Action]:
    """The state of a join way stands in the group's member list and in no callback (doc 92707)."""
    yield from ()
    for member_id, kind, _seconds, _scene, state, _name in event.members:
        if kind == CUSTOMER and state.startswith(rule.PREFIX):
            stay = work.session.get(GroupMember, (event.chat_id, member_id))
            at = stay.joined_at if stay is not None else event.at
            _note(work, Seen(invitee=member_id, state=state, path="group", ref=event.chat_id, at=at))
            _decide(work, member_id, came=at)


CUSTOMER = 2


def kf_entered(event: KfEntered, work: Work) -> Iterator[Action]:
    """A conversation opened by a link with `scene_param` (doc 94670)."""
    yield from ()
    if event.scene_param:
        ref = f"{event.open_kfid}:{event.scene_param}"
        _note(work, Seen(invitee=event.member_id, state=event.scene_param, path="kf", ref=ref[:120], at=event.at))
        _decide(work, event.member_id)


def clicked(event: InviteClicked, work: Work) -> Iterator[Action]:
    """A tracked link followed by somebody WeCom named (OAuth, doc 98177)."""
    yield from ()
    _note(work, Seen(invitee=event.member_id, state=event.state, path="click", ref=event.state, at=event.at))
    _decide(work, event.member_id)


def identified(event: CustomerFetched, work: Work) -> Iterator[Action]:
    """A unionid can show that two ids are one person: one referral, and none of oneself."""
    yield from ()
    if event.unionid:
        for one in known.same_person(work.session, event.member_id):
            _decide(work, one)


def _note(work: Work, seen: Seen) -> None:
    """Keep the touch of a genuine state; anything forged, altered or expired leaves no trace."""
    state, today = seen.state, seen.at.date()
    invited = rule.read_state(work.rules.referral_secrets, state, today) if state else None
    invitation = work.session.get(Invitation, invited.inviter_no) if invited is not None else None
    if invitation is None or not work.rules.referral_open:
        return
    meet(work.session, seen.invitee, seen.at)
    row = {
        "invitee_id": seen.invitee, "inviter_id": invitation.inviter_id, "campaign": invitation.campaign,
        "path": seen.path, "ref": seen.ref[:120], "at": seen.at, "fault": _fault(work, invitation, seen),
    }  # fmt: skip
    work.session.execute(dialect(work.session).insert(ReferralTouch).values(row).on_conflict_do_nothing())


def _fault(work: Work, invitation: Invitation, seen: Seen) -> str:
    """What makes a touch worthless from the start."""
    barred = work.session.get(InviterStanding, invitation.inviter_id)
    if barred is not None and barred.barred_until is not None and barred.barred_until > seen.at:
        return "邀请人已被暂停资格"
    mine = known.referral_of(work.session, invitation.inviter_id)
    if mine is not None and mine.inviter_id == seen.invitee:
        return "互相邀请"
    if not programme.pack_of(work, invitation.campaign).running(seen.at.astimezone(work.rules.zone).date()):
        return "活动未开始或已结束"
    return _crowded(work, invitation, seen) if seen.path == "group" else ""


def _crowded(work: Work, invitation: Invitation, seen: Seen) -> str:
    """One inviter may bring only so many into groups on one (Beijing) day."""
    day = award.day_of(seen.at, work)
    brought = select(func.count(func.distinct(ReferralTouch.invitee_id))).where(
        ReferralTouch.inviter_id == invitation.inviter_id, ReferralTouch.path == "group",
        ReferralTouch.at >= day, ReferralTouch.at < day + timedelta(days=1), ReferralTouch.fault == "",
    )  # fmt: skip
    most = programme.pack_of(work, invitation.campaign).limits.group_per_day
    return f"超过每人每日带群上限 {most} 人" if (work.session.scalar(brought) or 0) >= most else ""


def _decide(work: Work, invitee: str, came: datetime | None = None) -> None:
    """Whose invitee this person is, from everything known now. `came`: they joined at this moment."""
    touches = select(ReferralTouch).where(ReferralTouch.invitee_id == invitee).order_by(ReferralTouch.id)
    if work.session.scalars(touches.limit(1)).first() is None:
        return
    # One decision about a person at a time: fifty scans at once end with one inviter.
    work.session.execute(select(Member.id).where(Member.id == invitee).with_for_update())
    ids = known.same_person(work.session, invitee)
    rows = list(work.session.scalars(touches.execution_options(populate_existing=True)))
    earliest = known.known_since(work.session, ids)
    judged = [rule.Touch(one.inviter_id, one.at, one.id, _late_fault(one, ids, earliest)) for one in rows]
    winner = rule.first_touch(judged)
    found = _row(work, invitee)
    if found is None and winner is not None:
        first = next(one for one in rows if one.id == winner.order)
        _open(work, first, joined=came if first.path not in JOINING else first.at)
    elif found is not None:
        came_in = [one.at for one in rows if one.path in JOINING]
        _review(work, found, winner, judged, min(came_in, default=came))


def _row(work: Work, invitee: str) -> Referral | None:
    chosen = select(Referral).where(Referral.invitee_id == invitee).execution_options(populate_existing=True)
    return work.session.scalars(chosen).first()


def _late_fault(touch: ReferralTouch, ids: list[str], earliest: datetime | None) -> str:
    """What only later knowledge shows: oneself under another id, or somebody we knew before."""
    if touch.inviter_id in ids:
        return "邀请人与受邀人是同一人"
    if touch.fault:
        return touch.fault
    return "此前已是联系人或群成员" if earliest is not None and earliest < touch.at else ""


def _open(work: Work, touch: ReferralTouch, joined: datetime | None) -> None:
    others = [one for one in known.same_person(work.session, touch.invitee_id) if one != touch.invitee_id]
    if any(known.referral_of(work.session, one) is not None for one in others):
        return  # the same WeChat user under another id is already somebody's invitee
    version = programme.version_of(work, touch.campaign)
    made = Referral(
        invitee_id=touch.invitee_id, inviter_id=touch.inviter_id, campaign=touch.campaign, reason="", verdict="",
        status="JOINED" if joined else "INVITED", joined_at=joined or touch.at, changed_at=work.now, credited=False,
        programme_id=version.id if version is not None else None,
    )  # fmt: skip
    work.session.add(made)
    work.session.flush()
    known.note_step(work.session, made, f"首次触达：{PATHS[touch.path]}", touch.at)


PATHS = {"friend": "扫码添加顾问", "group": "扫码入群", "kf": "客服链接", "click": "点击邀请链接"}


def _review(
    work: Work, found: Referral, winner: rule.Touch | None, judged: list[rule.Touch], came: datetime | None
) -> None:
    """A newer fact about an open referral: it may belong to somebody else, to nobody, or have come true."""
    if found.status not in ("INVITED", *rule.OPEN):
        return
    if winner is None:
        why = next((one.fault for one in judged if one.inviter == found.inviter_id), "没有有效的邀请")
        milestone.reject(work, found, why, work.now)
        return
    if winner.inviter != found.inviter_id and not found.credited:
        found.inviter_id = winner.inviter
        known.note_step(work.session, found, "更早的触达到达，归属改为更早的邀请人", work.now, "REASSIGNED")
    if found.status == "INVITED" and came is not None:
        found.status, found.joined_at, found.changed_at = "JOINED", came, work.now
        known.note_step(work.session, found, "受邀后加入", came)
    elif found.status == "JOINED" and came is not None:
        found.joined_at = min(found.joined_at, came)
    duplicate = [one for one in known.same_person(work.session, found.invitee_id) if one != found.invitee_id]
    earlier = [row for one in duplicate if (row := known.referral_of(work.session, one)) and row.id < found.id]
    if any(one.status != "REJECTED" for one in earlier):
        milestone.reject(work, found, "同一微信用户已计入另一次邀请", work.now)
