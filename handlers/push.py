"""Send a planned push to its segment through the owners who have to tap, and follow what became of it."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from handlers import board, broadcast
from models import actions, audience, evidence, group, link
from models import plan as plans
from models.actions import Action, CancelMass, CheckMass, CreateMass, FetchGroup, RemindMass
from models.content import CONTROL, Content, Delivery, MassTask, Occurrence, PushPlan
from models.events.internal import MassCheckDue, MassChecked, MassCreated, PlanHalted, PushDue, SendFailed
from models.ledger import Outbound
from models.media import MediaAsset
from models.rulebook import PLACEHOLDER
from models.work import Work
from rules import document

FIRST_CHECK = timedelta(seconds=30)
"""Right after creation WeCom answers 41063 (still dispatching)."""
CHECKS = (30, 60, 120, 300, 900, 1800, 3600)
GIVE_UP = timedelta(days=3)
REMINDERS = (timedelta(hours=2), timedelta(hours=6), timedelta(hours=20))
"""When an owner who has not tapped is asked again; WeCom allows three a day (41094)."""
LARGEST = {"group": 2000, "single": 10_000}
"""Targets WeCom takes in one mass message (doc 92135)."""
SENT, NOT_FRIEND, OVER_CAP = 1, 2, 3
IDENTITY, OPT_OUT = "发送方：{{broker}} {{hotline}}", "回复“退订”可不再接收此类消息"
"""calendar.yaml content_rules: who sends, on every push; how to stop it, on one-to-one marketing (广告法 43 条)."""
AI_MADE = "（本文由AI辅助起草，经人工审核）"
"""calendar.yaml content_rules."""
LINK_LIVES = timedelta(days=180)
REFUSALS = {NOT_FRIEND: "已不是好友", OVER_CAP: "超过企业微信接收上限"}


def fire(event: PushDue, work: Work) -> Iterator[Action]:
    """One occurrence to everybody its plan is for."""
    yield from send_occurrence(event.occurrence_id, work, about="push")


def send_occurrence(
    occurrence_id: int, work: Work, about: str, fields: Mapping[str, str] | None = None
) -> Iterator[Action]:
    """Approved words only, one action per owner; the gate decides target by target."""
    occurrence = work.session.get(Occurrence, occurrence_id)
    plan = work.session.get(PushPlan, occurrence.plan_id) if occurrence else None
    if occurrence is None or plan is None or occurrence.state != "queued":
        return
    content, reached = work.session.get(Content, plan.content_id), audience.targets(plan.segment, work)
    why = "推送计划已停用" if _stopped(plan) else plans.objection(plan, content)
    pieces = [one for one in (content, plans.variant_of(plan)) if one is not None and not why]
    texts = {one.id: words(one, plan, work, fields) for one in pieces}
    if unfilled := next((gap for text in texts.values() if (gap := PLACEHOLDER.search(text))), None):
        why = f"内容里还有没填写的占位符 {unfilled[0]}"
    if why or not pieces:
        explain(occurrence, plan, why, work, about)
        return
    if plans.outgrown(plan, occurrence, sum(len(some) for some in reached.values()), work):
        return
    _snapshot(occurrence, plan, reached, work)
    occurrence.state = "done"
    carried = {one.id: _carried(one, occurrence, work) for one in pieces}
    for owner, kind in list(reached):
        found = reached.pop((owner, kind))  # a million people are not kept twice
        if kind in broadcast.WAYS:
            yield from broadcast.of(kind, found, occurrence, texts[pieces[0].id], pieces[0].id, carried[pieces[0].id])
            continue
        targets = found if kind == "group" else _without_control(found, plan, occurrence, owner, work)
        for piece, some in _shared_out(targets, plan, pieces, LARGEST[kind]):
            chats, customers = (some, ()) if kind == "group" else ((), some)
            yield CreateMass(
                owner=owner, text=texts[piece.id], content_id=piece.id, occurrence_id=occurrence.id, chat_ids=chats,
                customers=customers, about=about, **carried[piece.id],
            )  # fmt: skip


def _shared_out(
    targets: Sequence[str], plan: PushPlan, pieces: Sequence[Content], size: int
) -> Iterator[tuple[Content, tuple[str, ...]]]:
    """Each content with those who get it, in runs WeCom takes at once."""
    for number, piece in enumerate(pieces):
        alone = len(pieces) == 1
        mine = [one for one in targets if alone or plans.gets_variant(plan.id, one) == bool(number)]
        yield from ((piece, some) for some in _batched(mine, size))


def _carried(content: Content, occurrence: Occurrence, work: Work) -> dict[str, Any]:
    """What goes with a content; the link is this occurrence's own, so that its clicks are known."""
    found: dict[str, Any] = {}
    if content.image:
        picture = work.session.get_one(MediaAsset, content.image)
        found |= {"image": picture.hash, "image_words": picture.words or ""}
    if content.attachment:
        asset = work.session.get_one(MediaAsset, content.attachment)
        found["attachment"] = (document.kind_of(asset.body), asset.hash)
        found["image_words"] = "\n".join(one for one in (found.get("image_words", ""), asset.words) if one)
    if content.mini_appid:
        found["mini"] = (content.mini_title, content.mini_appid, content.mini_page)
    if content.link_url:
        code = link.tracked(work, "push", f"{occurrence.id}:{content.id}", content.link_url, LINK_LIVES)
        found["link"] = (content.link_title, content.link_desc, f"{work.rules.public_url}/r/{code}")
    return found


def _snapshot(occurrence: Occurrence, plan: PushPlan, reached: Mapping[Any, Sequence[str]], work: Work) -> None:
    """Who it was for, as a digest in the evidence."""
    everybody = sorted(target for some in reached.values() for target in some)
    counted = hashlib.sha256()
    for at, one in enumerate(everybody):  # not as one text: a million people are forty megabytes
        counted.update(f"\n{one}".encode() if at else one.encode())
    digest = counted.hexdigest()
    body = {"segment": plan.segment, "size": len(everybody), "sha256": digest, "fingerprint": plan.approved_print}
    evidence.record(work, "audience", "", body, ref=f"occurrence:{occurrence.id}")


def _without_control(
    targets: Sequence[str], plan: PushPlan, occurrence: Occurrence, owner: str, work: Work
) -> list[str]:
    """The plan's control group gets nothing, and its rows say so: what it does anyway is not the push's merit."""
    if not plan.holdout:
        return list(targets)
    held = {one for one in targets if plans.held_out(plan.id, plan.holdout, one)}
    for target in sorted(held):
        work.session.add(
            Delivery(
                occurrence_id=occurrence.id, target=target, owner_id=owner, about="push", state="withheld",
                reason=CONTROL, at=work.now,
            )
        )  # fmt: skip
    return [one for one in targets if one not in held]


def _stopped(plan: PushPlan) -> bool:
    """Not by the clock, which pauses a plan once its next moment lies in a year without calendar: this one stands."""
    return plan.status != "approved" and not (plan.status == "paused" and plan.next_at is None)


def explain(occurrence: Occurrence, plan: PushPlan, why: str, work: Work, about: str) -> None:
    """Nobody gets this one; every target's row says why."""
    occurrence.state = "dropped"
    for (owner, _), targets in audience.targets(plan.segment, work).items():
        for target in targets:
            row = Delivery(
                occurrence_id=occurrence.id, target=target, owner_id=owner, about=about, state="withheld",
                reason=why[:80], at=work.now,
            )  # fmt: skip
            work.session.add(row)


def _batched(targets: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """Targets in runs of at most `size`."""
    for start in range(0, len(targets), size):
        yield tuple(targets[start : start + size])


def words(content: Content, plan: PushPlan, work: Work, fields: Mapping[str, str] | None = None) -> str:
    """The content as people will read it: who sends it and how to stop it below, the risk tip last."""
    rules = work.rules
    given = {**(fields or {}), **json.loads(plan.fields)}
    if "{{board}}" in content.body and (ranked := board.lines(work, work.now)):
        given["board"] = ranked
    lines = [rules.fill(content.body, given)]
    if content.ai_made:
        lines[0] += f"\n{AI_MADE}"
    if plan.segment.startswith(plans.INSIDE):
        return lines[0]  # colleagues know who writes to them
    if not all(rules.fill(name) in lines[0] for name in ("{{broker}}", "{{hotline}}")):
        lines.append(rules.fill(IDENTITY))
    if content.kind == "marketing" and content.channel == "one_to_one" and "退订" not in lines[0]:
        lines.append(OPT_OUT)
    return "\n".join(line for line in (*lines, rules.risk_tip(content.risk_tip)) if line)


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
    yield from _read_again(event.refused, work)


def failed(event: SendFailed, work: Work) -> Iterator[Action]:
    """WeCom made no task at all: its targets are told why nothing came."""
    row = work.session.get(Outbound, event.outbound_id)
    action = actions.load(row.kind, row.body) if row is not None and row.kind == "CreateMass" else None
    if not isinstance(action, CreateMass):
        return
    for delivery in _deliveries(work, action.occurrence_id, action.chat_ids or action.customers):
        delivery.state, delivery.reason = "refused", f"企业微信没有受理群发（错误码 {event.errcode}）"
    yield from _read_again(action.chat_ids, work)


def _read_again(targets: tuple[str, ...], work: Work) -> Iterator[Action]:
    """A group WeCom refuses has most likely another owner now, and the callback that said so was lost."""
    yield from (FetchGroup(chat_id=one) for one in targets if work.session.get(group.Group, one) is not None)


def check_due(event: MassCheckDue, work: Work) -> Iterator[Action]:
    """Ask again, ever more rarely."""
    task = work.session.get(MassTask, event.msgid)
    if task is not None and task.open:
        task.checks += 1
        task.check_at = work.now + timedelta(seconds=CHECKS[min(task.checks, len(CHECKS) - 1)])
        yield CheckMass(msgid=task.msgid, owner=task.owner_id)
        if task.reminders < len(REMINDERS) and work.now - task.created_at >= REMINDERS[task.reminders]:
            task.reminders += 1
            yield RemindMass(msgid=task.msgid)


def halted(event: PlanHalted, work: Work) -> Iterator[Action]:
    """The plan was paused: what its owners have not sent yet is called back."""
    for msgid in event.msgids:
        task = work.session.get(MassTask, msgid)
        if task is not None and task.open:
            task.open = False
            for row in work.session.scalars(
                select(Delivery).where(Delivery.msgid == msgid, Delivery.state == "tasked")
            ):
                row.state, row.reason = "withheld", plans.PAUSED
            yield CancelMass(msgid=msgid)
            yield CheckMass(msgid=msgid, owner=task.owner_id)  # who was faster than we: they have it all the same


def checked(event: MassChecked, work: Work) -> Iterator[Action]:
    """Settle the targets WeCom has decided; close the task when none is left or three days have gone by."""
    task = work.session.get(MassTask, event.msgid)
    if task is None:
        return
    status = dict(event.results)
    _keep_answer(event, task, work)
    rows = list(work.session.scalars(select(Delivery).where(Delivery.msgid == event.msgid)))
    for row in rows:
        found = status.get(row.target, 0)
        if found == SENT:
            row.state, row.reason = "sent", ""
        elif found in REFUSALS:
            row.state, row.reason = "refused", REFUSALS[found]
    settled = all(row.state != "tasked" for row in rows)
    task.open = not settled and event.at - task.created_at < GIVE_UP
    for row in rows:
        if row.state == "tasked" and not task.open:
            row.reason = "发送人三天内没有点击发送"
    yield from ()


def _keep_answer(event: MassChecked, task: MassTask, work: Work) -> None:
    """What WeCom said, once for each different answer: by counts and a digest, as it names persons."""
    told = "\n".join(f"{target} {state}" for target, state in sorted(event.results))
    found = hashlib.sha256(told.encode()).hexdigest()
    if found == task.answer:
        return
    task.answer = found
    counts = {str(state): sum(1 for _, one in event.results if one == state) for _, state in event.results}
    body = {"msgid": event.msgid, "states": counts, "digest": found}
    evidence.record(work, "provider_answer", "", body, ref=f"occurrence:{task.occurrence_id}")


def _deliveries(work: Work, occurrence_id: int, targets: tuple[str, ...]) -> list[Delivery]:
    chosen = select(Delivery).where(Delivery.occurrence_id == occurrence_id, Delivery.target.in_(targets))
    return list(work.session.scalars(chosen))
