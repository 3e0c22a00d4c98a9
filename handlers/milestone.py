"""What an invitee reaches, what that earns, and what is taken back when it turns out not to be so.

Risk test and opened account are written down and earn nothing, unless the account-opening switch is on, which only
two people can open together (models.programme).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from handlers import award, programme, screening
from models import milestone as milestones
from models import movements, points
from models import referral as known
from models.actions import Action, Attest
from models.events.contacts import ContactEvent, FriendRemoved, GroupMembersChanged
from models.events.internal import ReferralChecked
from models.events.members import ActivitySeen
from models.events.messages import TextReceived
from models.events.referral import MilestoneReached, PointsDue
from models.group import GroupMember
from models.member import contacts_with
from models.programme import open_switch
from models.referral import Referral
from models.work import Work
from rules import programme as rules
from rules import referral as rule
from rules.programme import ARTICLES, Award
from rules.text import counts_as_interaction

HANDED_OVER = "DELETE_BY_TRANSFER"
"""FriendRemoved.source when the company gives a customer to another employee (doc 92130)."""
ANNOUNCED = timedelta(days=30)
"""An invitation followed by nothing ends after it."""


def interacted(event: TextReceived, work: Work) -> Iterator[Action]:
    """An invitee's first real interaction; with seven days' stay it makes the first milestone."""
    yield from ()
    if not event.customer or not counts_as_interaction(event.text):
        return
    found = known.referral_of(work.session, event.member_id)
    if found is not None and found.status == "JOINED":
        found.interacted_at = found.interacted_at or event.at
        go_on(found, work, event.at)


def left(event: ContactEvent, work: Work) -> Iterator[Action]:
    """An invitee's contact ended: the stay is broken, even if they come back before anybody looks."""
    yield from ()
    if isinstance(event, FriendRemoved) and event.source == HANDED_OVER:
        return  # a colleague has them now
    _gone(event.member_id, event.at, work)


def group_left(event: GroupMembersChanged, work: Work) -> Iterator[Action]:
    """The same for whoever left a group and is nobody's contact."""
    yield from ()
    if not event.joined:
        for member_id in event.member_ids:
            _gone(member_id, event.at, work)


def _gone(member_id: str, at: datetime, work: Work) -> None:
    found = known.referral_of(work.session, member_id)
    if found is not None and at - found.joined_at <= rule.OBSERVED:
        go_on(found, work, at)


def check(event: ReferralChecked, work: Work) -> Iterator[Action]:
    """The daily look at a referral that may have ripened."""
    yield from ()
    found = work.session.get(Referral, event.referral_id)
    if found is None:
        return
    if found.status == "INVITED" and event.on - found.joined_at > ANNOUNCED:
        found.status, found.changed_at = "EXPIRED", event.on
        known.note_step(work.session, found, "30 天内没有加入", event.on)
    go_on(found, work, event.on)


def points_due(event: PointsDue, work: Work) -> Iterator[Action]:
    """Holds that are over, points that are too old."""
    yield from ()
    movements.settle(work.session, event.member_id, event.at)


def reached(event: MilestoneReached, work: Work) -> Iterator[Action]:
    """Something learned earns points; a risk test or an opened account is only written down."""
    found = known.referral_of(work.session, event.member_id)
    if event.milestone in rules.NEVER_REWARDED:
        milestones.note(work.session, event.member_id, event.milestone, event.at)
        yield from _compliance_milestone(event, found, work)
        return
    award.own(event, work)
    if found is not None and event.milestone in ("LIVE", "QUIZ", "LEARNED"):
        found.learned_at = found.learned_at or event.at
        go_on(found, work, event.at)


def seen(event: ActivitySeen, work: Work) -> Iterator[Action]:
    """A live stream watched for ten minutes, or a quiz answered, as other parts of the product saw it."""
    if event.kind == "quiz" or (event.kind == "live" and event.amount >= LONG_ENOUGH):
        milestone = event.kind.upper()
        made = MilestoneReached(key=event.key, at=event.at, member_id=event.member_id, milestone=milestone)
        yield from reached(made, work)


LONG_ENOUGH = 10
"""Minutes of a live stream."""


def _compliance_milestone(event: MilestoneReached, found: Referral | None, work: Work) -> Iterator[Action]:
    """Audited, never shown to the inviter. Points only while two people's switch is on, and never for a risk test."""
    switch = open_switch(work.session, event.at) if event.milestone == "OPENED" else None
    facts: dict[str, object] = {"milestone": event.milestone, "referral": found.id if found else None}
    if found is None or switch is None or found.status in ("LEFT", "REJECTED", "EXPIRED"):
        basis = ARTICLES["opening"] if found is not None else "不是受邀人"
        yield Attest(
            kind="milestone", ref=event.key, person=event.member_id, facts={**facts, "points": 0, "why": basis}
        )
        return
    pack = programme.pack_by_id(work, found.programme_id)
    due = Award(rule="P-OPEN", to="inviter", points=switch.points, hold_days=pack.hold_days, valid_days=pack.valid_days)
    points.lock(work.session, [found.inviter_id])
    given = award.give(work, found, due, pack, event.at)
    facts |= {"points": given, "switch": switch.id, "basis": switch.basis_digest}
    yield Attest(kind="opening_reward", ref=event.key, person=found.inviter_id, facts=facts)


def go_on(found: Referral, work: Work, at: datetime) -> None:
    """As many steps as the facts allow."""
    while True:
        facts = rule.Facts(
            joined_at=found.joined_at, present=_present(work, found.invitee_id),
            interacted=found.interacted_at is not None, learned=found.learned_at is not None,
        )  # fmt: skip
        state = rule.next_state(found.status, facts, at)
        if state == found.status or (state != "LEFT" and not work.rules.referral_open):
            return
        if state == "STAY7" and not _screened(found, work, at):
            return
        found.status, found.changed_at = state, at
        if state == "LEFT":
            award.take_back(found, work, "受邀人 30 天内离开", at)
        known.note_step(work.session, found, WORDS[state], at)
        award.credit(found, state, work, at)


WORDS = {
    "STAY7": "停留满 7 天并有真实互动", "LEARNED": "完成投教任务", "MATURED": "观察期满 30 天",
    "LEFT": "受邀人 30 天内离开，积分已扣回",
}  # fmt: skip


def _screened(found: Referral, work: Work, at: datetime) -> bool:
    """The fraud screen before the first points; False when the referral is rejected."""
    if found.verdict == "cleared":
        return True
    verdict = screening.look(work, found, at)
    if verdict == "reject":
        reject(work, found, "未通过反作弊审核，可申诉", at)
    return verdict != "reject"


def _present(work: Work, member_id: str) -> bool:
    """Somebody's contact, or in one of our groups."""
    if contacts_with(work.session, member_id):
        return True
    stays = select(GroupMember.chat_id).where(GroupMember.member_id == member_id, GroupMember.left_at.is_(None))
    return work.session.scalars(stays.limit(1)).first() is not None


def reject(work: Work, found: Referral, why: str, at: datetime) -> None:
    """It was no referral: nothing more is earned and what was is taken back."""
    found.status, found.changed_at = "REJECTED", at
    award.take_back(found, work, why, at)
    known.note_step(work.session, found, why, at)
