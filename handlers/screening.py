"""The fraud screen at work: gathers what is known around a referral, asks rules.fraud, and opens a case."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from models import fraud
from models.activity import Activity
from models.fraud import FraudCase, FraudMark
from models.member import Employee, Friendship, Member
from models.referral import Referral, ReferralTouch
from models.work import Work
from rules import fraud as rule
from rules.fraud import Join, Verdict

WINDOW = timedelta(days=30)
AROUND = 500
"""Referrals each step of a look takes in: the inviter's own, those that share a mark, those who are tied to these."""
FIRST_WEEK = timedelta(days=7)


def look(work: Work, found: Referral, at: datetime) -> str:
    """The verdict on one referral: empty, hold or reject. What is not clean becomes a case with its evidence."""
    joins, marks = around(work, found, at)
    weights = rule.learned(fraud.precision(work.session))
    verdict = rule.screen(joins, at.timestamp(), marks, weights, offices=offices(work))[found.id]
    return settle(work, found, verdict, at)


def settle(work: Work, found: Referral, verdict: Verdict, at: datetime) -> str:
    """Keep the verdict; a case a person has decided stays decided."""
    case = work.session.scalars(select(FraudCase).where(FraudCase.referral_id == found.id)).first()
    if case is not None and case.state in ("cleared", "confirmed"):
        return "reject" if case.state == "confirmed" else ""
    found.verdict = verdict.action
    if not verdict.action:
        return ""
    state = "held" if verdict.action == "hold" else "rejected"
    if case is None:
        case = FraudCase(
            referral_id=found.id, inviter_id=found.inviter_id, score=verdict.score, signals=dict(verdict.signals),
            state=state, opened_at=at, decided_by="", note="", appeal="",
        )  # fmt: skip
        work.session.add(case)
    else:
        case.score, case.signals, case.state = verdict.score, dict(verdict.signals), state
    return verdict.action


def around(work: Work, found: Referral, at: datetime) -> tuple[list[Join], dict[str, frozenset[str]]]:
    """The neighbourhood of a referral, two steps far (rules.circles).

    All of its inviter, whoever shares a device, number or network with them, and invitations by and of all these.
    """
    session, since = work.session, at - WINDOW
    recent = Referral.joined_at >= since
    mine = list(session.scalars(select(Referral).where(Referral.inviter_id == found.inviter_id, recent).limit(AROUND)))
    mine = mine if found in mine else [found, *mine]
    people = {one.invitee_id for one in mine} | {found.inviter_id}
    digests = select(FraudMark.digest).where(FraudMark.member_id.in_(people))
    sharing = select(FraudMark.member_id).where(FraudMark.digest.in_(digests))
    near = select(Referral).where(
        or_(Referral.invitee_id.in_(sharing), Referral.invitee_id == found.inviter_id), recent
    )
    mine = _with(mine, session.scalars(near.limit(AROUND)))
    people = {one.invitee_id for one in mine} | {one.inviter_id for one in mine}
    tied = select(Referral).where(or_(Referral.inviter_id.in_(people), Referral.invitee_id.in_(people)), recent)
    return joins_of(work, _with(mine, session.scalars(tied.limit(AROUND))))


def _with(some: list[Referral], more: Iterable[Referral]) -> list[Referral]:
    ids = {one.id for one in some}
    return [*some, *(one for one in more if one.id not in ids)]


def joins_of(work: Work, some: Sequence[Referral]) -> tuple[list[Join], dict[str, frozenset[str]]]:
    """Referrals with everything the screen may know of them."""
    people = {one.invitee_id for one in some} | {one.inviter_id for one in some}
    marks = _marks(work, people)
    staff = _staff_digests(work)
    contacts = _contacts(work, people)
    left = {member: when for member, (_, when) in contacts.items()}
    talk, repeats, persons = _talk(work, some), _repeats(work, some), _persons(work, people)
    joins = []
    for one in some:
        have = marks[one.invitee_id]
        first = {kind: min(values) for kind, values in have.items() if values}
        when = left.get(one.invitee_id)
        joins.append(
            Join(
                id=one.id, invitee=one.invitee_id, inviter=one.inviter_id, at=one.joined_at.timestamp(),
                device=first.get("device", ""), phone=first.get("phone", ""), block=first.get("block", ""),
                net=first.get("net", ""), employee=contacts.get(one.invitee_id, ("", None))[0],
                left_at=when.timestamp() if when is not None else None,
                interactions=max(talk[one.invitee_id], int(one.interacted_at is not None)),
                repeats=repeats[one.invitee_id], staff=bool(staff & {mark for kind in have.values() for mark in kind}),
                same_person=persons[one.inviter_id] == persons[one.invitee_id],
                promised=bool(marks[one.inviter_id].get("text")),
            )
        )  # fmt: skip
    own = {one.inviter_id for one in some}
    return joins, {who: _own(marks[who]) for who in own}


def _own(kinds: dict[str, set[str]]) -> frozenset[str]:
    """What is an inviter's own."""
    return frozenset().union(*(kinds.get(kind, set()) for kind in ("device", "phone", "net")))


def _marks(work: Work, people: Iterable[str]) -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in work.session.scalars(select(FraudMark).where(FraudMark.member_id.in_(list(people)))):
        found[row.member_id][row.kind].add(row.digest)
    return found


def _staff_digests(work: Work) -> set[str]:
    """Devices and numbers of employees, as far as they were reported."""
    staff = select(Employee.id)
    chosen = select(FraudMark.digest).where(FraudMark.member_id.in_(staff), FraudMark.kind.in_(("device", "phone")))
    return set(work.session.scalars(chosen))


def offices(work: Work) -> frozenset[str]:
    """Networks employees were seen on."""
    staff = select(Employee.id)
    chosen = select(FraudMark.digest).where(FraudMark.member_id.in_(staff), FraudMark.kind == "net")
    return frozenset(work.session.scalars(chosen))


def _contacts(work: Work, people: Iterable[str]) -> dict[str, tuple[str, datetime | None]]:
    """Member -> (who was added first, when the contact ended)."""
    rows = select(Friendship).where(Friendship.member_id.in_(list(people))).order_by(Friendship.since.desc())
    return {one.member_id: (one.employee_id, one.ended_at) for one in work.session.scalars(rows)}


def _talk(work: Work, some: Sequence[Referral]) -> Counter[str]:
    """Invitee -> interactions of the first seven days."""
    joined = {one.invitee_id: one.joined_at for one in some}
    if not joined:
        return Counter()
    said = select(Activity.member_id, Activity.at).where(
        Activity.member_id.in_(joined), Activity.at >= min(joined.values()),
        Activity.at <= max(joined.values()) + FIRST_WEEK,
    )  # fmt: skip
    rows = work.session.execute(said)
    return Counter(member for member, at in rows if joined[member] <= at <= joined[member] + FIRST_WEEK)


def _repeats(work: Work, some: Sequence[Referral]) -> Counter[str]:
    """Invitee -> other inviters whose codes they used."""
    inviter = {one.invitee_id: one.inviter_id for one in some}
    touched = select(ReferralTouch.invitee_id, ReferralTouch.inviter_id).where(ReferralTouch.invitee_id.in_(inviter))
    return Counter(invitee for invitee, other in work.session.execute(touched.distinct()) if other != inviter[invitee])


def _persons(work: Work, people: Collection[str]) -> dict[str, str]:
    """Member -> what names the WeChat user behind it: the unionid where there is one."""
    rows = work.session.execute(select(Member.id, Member.unionid).where(Member.id.in_(people)))
    union = {member: unionid for member, unionid in rows if unionid}
    return {one: union.get(one, one) for one in people}
