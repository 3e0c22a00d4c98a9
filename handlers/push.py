"""Send a planned push to its segment through the owners who have to tap, and follow what became of it."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import select

from models import group
from models.actions import Action, CheckMass, CreateMass
from models.content import Content, Delivery, MassTask, Occurrence, PushPlan
from models.events.internal import MassCheckDue, MassChecked, MassCreated, PushDue
from models.member import Friendship, Member
from models.work import Work

FIRST_CHECK = timedelta(seconds=30)
"""Right after creation WeCom answers 41063 (still dispatching)."""
CHECKS = (30, 60, 120, 300, 900, 1800, 3600)
GIVE_UP = timedelta(days=3)
LARGEST = {"group": 2000, "single": 10_000}
"""Targets WeCom takes in one mass message (doc 92135)."""
SENT, NOT_FRIEND, OVER_CAP = 1, 2, 3
REFUSALS = {NOT_FRIEND: "已不是好友", OVER_CAP: "超过企业微信接收上限"}


def fire(event: PushDue, work: Work) -> Iterator[Action]:
    """One occurrence to everybody its plan is for."""
    yield from send_occurrence(event.occurrence_id, work, about="push")


def send_occurrence(occurrence_id: int, work: Work, about: str) -> Iterator[Action]:
    """Approved words only, one action per owner; the gate decides target by target."""
    occurrence = work.session.get(Occurrence, occurrence_id)
    plan = work.session.get(PushPlan, occurrence.plan_id) if occurrence else None
    if occurrence is None or plan is None or occurrence.state != "queued":
        return
    content = work.session.get(Content, plan.content_id)
    if plan.status != "approved" or content is None or not content.approved:
        occurrence.state = "dropped"
        return
    occurrence.state = "done"
    text = words(content, plan, work)
    for (owner, kind), targets in segment(plan.segment, work).items():
        for some in _batched(targets, LARGEST[kind]):
            chats, customers = (some, ()) if kind == "group" else ((), some)
            yield CreateMass(
                owner=owner, text=text, content_id=content.id, occurrence_id=occurrence.id, chat_ids=chats,
                customers=customers, about=about,
            )  # fmt: skip


def _batched(targets: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """Targets in runs of at most `size`."""
    for start in range(0, len(targets), size):
        yield tuple(targets[start : start + size])


def words(content: Content, plan: PushPlan, work: Work) -> str:
    """The content as people will read it."""
    text = work.rules.fill(content.body, json.loads(plan.fields))
    tip = work.rules.risk_tip(content.risk_tip)
    return f"{text}\n{tip}" if tip else text


def segment(wanted: str, work: Work) -> dict[tuple[str, str], list[str]]:
    """`groups:all`, `groups:<id>,<id>` or `tier:S,A` -> targets by (owner who sends, group|single)."""
    kind, _, names = wanted.partition(":")
    chosen: dict[tuple[str, str], list[str]] = defaultdict(list)
    if kind == "groups":
        for chat in group.living(work.session):
            if names == "all" or chat.id in names.split(","):
                chosen[chat.owner_id, "group"].append(chat.id)
    elif kind == "tier":
        rows = (
            select(Member.advisor_id, Member.id)
            .join(Friendship, (Friendship.member_id == Member.id) & (Friendship.employee_id == Member.advisor_id))
            .where(Member.tier.in_(names.split(",")), Friendship.ended_at.is_(None))
            .order_by(Member.advisor_id, Member.id)
        )
        for advisor, member_id in work.session.execute(rows).tuples():
            chosen[advisor, "single"].append(member_id)
    return chosen


def tasked(event: MassCreated, work: Work) -> Iterator[Action]:
    """WeCom has the task; its owner must tap. Follow it from now on."""
    first = work.now + FIRST_CHECK
    work.session.add(
        MassTask(
            msgid=event.msgid,
            occurrence_id=event.occurrence_id,
            owner_id=event.owner,
            created_at=event.at,
            check_at=first,
            checks=0,
            open=True,
        )
    )
    for row in _deliveries(work, event.occurrence_id, event.targets):
        row.msgid = event.msgid
        row.state, row.reason = ("refused", "企业微信不可送达") if row.target in event.refused else ("tasked", "")
    yield from ()


def check_due(event: MassCheckDue, work: Work) -> Iterator[Action]:
    """Ask again, ever more rarely."""
    task = work.session.get(MassTask, event.msgid)
    if task is not None and task.open:
        task.checks += 1
        task.check_at = work.now + timedelta(seconds=CHECKS[min(task.checks, len(CHECKS) - 1)])
        yield CheckMass(msgid=task.msgid, owner=task.owner_id)


def checked(event: MassChecked, work: Work) -> Iterator[Action]:
    """Settle the targets WeCom has decided; close the task when none is left or three days have gone by."""
    task = work.session.get(MassTask, event.msgid)
    if task is None:
        return
    status = dict(event.results)
    rows = list(work.session.scalars(select(Delivery).where(Delivery.msgid == event.msgid)))
    for row in rows:
        found = status.get(row.target, 0)
        if found == SENT:
            row.state, row.reason = "sent", ""
        elif found in REFUSALS:
            row.state, row.reason = "refused", REFUSALS[found]
    settled = all(row.state != "tasked" for row in rows)
    task.open = not settled and event.at - task.created_at < GIVE_UP
    yield from ()


def _deliveries(work: Work, occurrence_id: int, targets: tuple[str, ...]) -> list[Delivery]:
    chosen = select(Delivery).where(Delivery.occurrence_id == occurrence_id, Delivery.target.in_(targets))
    return list(work.session.scalars(chosen))
