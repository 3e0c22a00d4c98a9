"""The life of a push plan: drafted, submitted, approved by others than its maker, changed, paused, ended.

An approval is bound to a fingerprint of everything that decides what people read, when, and who they are; and to the
size of the audience then. Whatever changes one of them voids it (products.md 3, maker-checker bound to a content hash).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import object_session

from models import evidence
from models.content import Content, Delivery, MassTask, Occurrence, PushPlan
from models.events.base import Event
from models.events.internal import LiveReminderDue, PushDue
from models.ledger import Outbound, in_state
from models.work import Work
from rules import audience, schedule
from rules.trading_calendar import CalendarMissing

PAUSED = "推送已暂停"
LANE = "push"
"""All pushes: each counts what the ones before it gave, so two at once exceed no cap."""
FRESH = timedelta(days=1)
HALF = 50
"""Per cent of the targets that get a plan's other content."""
MOMENT_TITLE, STAFF_TEXT = 64, 1900
"""Bytes; of an app message's 2,048 some are the link's."""
ONLY_WORDS = "带有图片或附件：内部通知和群机器人只发文字和链接，请另选"
INSIDE = ("staff", "robots")
"""Audiences that are our own people."""
EDITABLE = ("rule", "content_id", "variant_id", "fields", "segment", "misfire", "holdout")


class Refused(Exception):
    """What a person asked for is not allowed; the text tells them why and what to do."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks."""

    name: str
    role: str


def fingerprint(plan: PushPlan, content: Content) -> str:
    """What an approval is bound to."""
    parts = [
        content.id, content.digest, content.kind, content.channel, content.risk_tip, plan.rule, plan.segment,
        plan.fields, plan.misfire, plan.live_id, plan.holdout, plan.edits,
        *([content.product_risk] if content.product_risk else []),
        *([other.id, other.digest, other.product_risk] if (other := variant_of(plan)) is not None else []),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def variant_of(plan: PushPlan) -> Content | None:
    """The other content of a plan that compares two."""
    session = object_session(plan)
    return session.get(Content, plan.variant_id) if plan.variant_id and session is not None else None


def gets_variant(plan_id: int, target: str) -> bool:
    """Whether a target gets the other content: stable, so that all its occurrences can be compared."""
    return audience.share_of(f"variant:{plan_id}", target) < HALF


def draft(work: Work, values: Mapping[str, str], by: Actor) -> PushPlan:
    """A new plan. Refused when a value cannot be: the rule, the content or the fields."""
    plan = PushPlan(
        status="draft", created_by=by.name, note="", approved_print="", approved_size=0, approved_by="", edits=0,
        holdout=0,
    )  # fmt: skip
    _fill(plan, values, work)
    work.session.add(plan)
    work.session.flush()
    return plan


def change(work: Work, plan: PushPlan, values: Mapping[str, str], by: Actor) -> None:
    """Other values; whatever approvals there were are void, and whoever changed it is its maker now."""
    if plan.status == "ended":
        raise Refused("计划已结束，不能修改：请新建计划")
    before = {name: getattr(plan, name) for name in EDITABLE}
    _fill(plan, values, work)
    if before != {name: getattr(plan, name) for name in EDITABLE}:
        plan.created_by, plan.note = by.name, ""
        plan.edits += 1
        void(plan)
        evidence.record(work, "operator_action", "", {"by": by.name, "did": "change"}, ref=f"plan:{plan.id}")


def decide(work: Work, occurrence: Occurrence, by: Actor, *, send: bool) -> Event | None:
    """A person's word on a missed moment: the event that sends it after all, or None when it is dropped."""
    if occurrence.state != "missed":
        raise Refused("这次推送已处理过，请刷新")
    plan = work.session.get_one(PushPlan, occurrence.plan_id)
    if send and plan.status != "approved":
        raise Refused("计划当前未在运行：请先批准或恢复，再补发")
    occurrence.state = "queued" if send else "dropped"
    body = {"by": by.name, "moment": occurrence.fire_at.isoformat(), "send": send}
    evidence.record(work, "operator_action", "", body, ref=f"occurrence:{occurrence.id}")
    return due_event(plan, occurrence, work.now, again=work.new_id()) if send else None


def resume(work: Work, plan: PushPlan, by: Actor) -> None:
    """Go on after a pause, if the approval still holds; what was held back less than a day ago leaves now."""
    if plan.status != "paused":
        raise Refused("只有暂停的计划可以恢复")
    if plan.approved_print != fingerprint(plan, content_of(plan, work)):
        raise Refused("暂停期间计划或内容有改动：请重新提交审批")
    plan.status, plan.note, plan.next_at = "approved", "", next_moment(plan, work)
    mine = select(Occurrence.id).where(Occurrence.plan_id == plan.id, Occurrence.fire_at > work.now - FRESH)
    held = update(Outbound).where(Outbound.occurrence_id.in_(mine), Outbound.reason == PAUSED)
    work.session.execute(held.values(state="due", reason="").execution_options(synchronize_session=False))
    waiting = update(Delivery).where(Delivery.occurrence_id.in_(mine), Delivery.reason == PAUSED)
    work.session.execute(waiting.values(state="queued", reason="").execution_options(synchronize_session=False))
    evidence.record(work, "operator_action", "", {"by": by.name, "did": "resume"}, ref=f"plan:{plan.id}")


def objection(plan: PushPlan, content: Content | None) -> str:
    """Why an occurrence may not go out now; empty when it may."""
    if content is None or not content.approved:
        return "内容未经批准，或批准后被改动"
    if plan.variant_id and ((other := variant_of(plan)) is None or not other.approved):
        return "对比内容未经批准，或批准后被改动"
    if plan.approved_print != fingerprint(plan, content):
        return "计划在批准后被改动，须重新审批"
    return misfit(plan.segment, content)


def misfit(segment: str, content: Content) -> str:
    """Why a content cannot go the way an audience asks for; empty when it can (wecom-outbound 2.8, 3.1, 3.4)."""
    kind, one = audience.parse(segment)[0].kind, content
    more = one.mini_appid or (one.attachment and (one.image or one.link_url))
    faults = {
        "moments": (
            (one.channel == "one_to_one", "是一对一内容，不能发朋友圈：请选客户群内容"),
            (bool(more), "带得太多：朋友圈只能带图片、视频、链接其中一种，不能带小程序"),
            (bool(one.link_url and not one.image), "带有链接却没有图：朋友圈里的链接必须配一张图"),
            (len(one.link_title.encode()) > MOMENT_TITLE, f"的链接标题超过朋友圈的上限 {MOMENT_TITLE} 字节：请缩短"),
        ),
        "staff": (
            (bool(one.image or one.attachment), ONLY_WORDS),
            (len(one.body.encode()) > STAFF_TEXT, f"太长：应用消息最多 {STAFF_TEXT} 字节，请缩短"),
        ),
        "robots": ((bool(one.image or one.attachment), ONLY_WORDS),),
    }
    return next((f"内容 {one.id} {why}" for wrong, why in faults.get(kind, ()) if wrong), "")


def outgrown(plan: PushPlan, occurrence: Occurrence, audience: int, work: Work) -> bool:
    """Whether it would reach far more than was approved (blast-radius brake): then it waits for the checkers."""
    if not work.rules.approval.outgrown(plan.approved_size, audience):
        return False
    occurrence.state, plan.status, plan.approved_print = "missed", "submitted", ""
    plan.edits += 1  # who said yes to fewer has not said yes to this
    plan.note = f"接收对象现有 {audience} 个，批准时 {plan.approved_size} 个：请重新审批，再决定是否补发"
    return True


def pause(work: Work, plan: PushPlan, by: Actor) -> list[str]:
    """Stop at once: nothing that waits leaves. Mass messages whose owners have not all tapped, to be cancelled."""
    if plan.status != "approved":
        raise Refused("只有运行中的计划可以暂停")
    plan.status, plan.note = "paused", f"{by.name} 暂停"
    mine = select(Occurrence.id).where(Occurrence.plan_id == plan.id)
    held = update(Outbound).where(Outbound.occurrence_id.in_(mine), in_state(Outbound, "due"))
    work.session.execute(held.values(state="withheld", reason=PAUSED).execution_options(synchronize_session=False))
    waiting = update(Delivery).where(Delivery.occurrence_id.in_(mine), Delivery.state == "queued")
    work.session.execute(waiting.values(state="withheld", reason=PAUSED).execution_options(synchronize_session=False))
    evidence.record(work, "operator_action", "", {"by": by.name, "did": "pause"}, ref=f"plan:{plan.id}")
    return list(work.session.scalars(select(MassTask.msgid).where(MassTask.occurrence_id.in_(mine), MassTask.open)))


def sign(plan: PushPlan, content: Content, audience: int) -> None:
    """Bind the plan's approval to what it is now."""
    plan.approved_print, plan.approved_size = fingerprint(plan, content), audience


def refused(work: Work, plan_id: int, step: str, why: str, by: Actor) -> None:
    """What somebody tried and was not allowed to do is evidence too."""
    body = {"by": by.name, "role": by.role, "step": step, "why": why}
    evidence.record(work, "refused", "", body, ref=f"plan:{plan_id}")


def held_out(plan_id: int, percent: int, person: str) -> bool:
    """Whether a person belongs to the plan's control group: stable, so that its occurrences can be compared."""
    return audience.share_of(f"plan:{plan_id}", person) < percent


def due_event(plan: PushPlan, occurrence: Occurrence, now: datetime, again: str = "") -> Event:
    """The event of an occurrence; its key is the occurrence (and the decision to send it after all)."""
    kind = LiveReminderDue if plan.live_id else PushDue
    key = f"occurrence:{occurrence.id}" + (f":{again}" if again else "")
    return kind(key=key, at=now, occurrence_id=occurrence.id)


def void(plan: PushPlan) -> None:
    """Back to a draft."""
    plan.status, plan.approved_print, plan.approved_by, plan.next_at = "draft", "", "", None


def _fill(plan: PushPlan, values: Mapping[str, str], work: Work) -> None:
    try:
        plan.rule = str(schedule.parse(values["rule"]))
        audience.parse(values["segment"])
    except ValueError as fault:
        raise Refused(str(fault)) from fault
    content = work.session.get(Content, values["content_id"])
    if content is None:
        raise Refused(f"没有内容 {values['content_id']}")
    if why := misfit(values["segment"], content):
        raise Refused(why)
    plan.name = values["name"].strip()[:80] or content.id
    plan.content_id, plan.segment, plan.misfire = content.id, values["segment"], values.get("misfire", "ask")
    plan.variant_id = _variant(content, values.get("variant_id") or "", work)
    plan.fields, plan.holdout = _blanks(values.get("fields") or "{}"), int(values.get("holdout") or 0)
    plan.kind = plan.rule.split()[0]


def _variant(content: Content, variant_id: str, work: Work) -> str:
    """The same channel and kind, or the comparison would compare something else."""
    if not variant_id:
        return ""
    other = work.session.get(Content, variant_id)
    if other is None or other.id == content.id:
        raise Refused("对比内容须是另一条已有的内容")
    if (other.channel, other.kind) != (content.channel, content.kind):
        raise Refused(f"对比内容 {other.id} 的渠道或类别与 {content.id} 不同：比较不出文案的好坏")
    return other.id


def _blanks(text: str) -> str:
    """What fills the content's blanks: names and words."""
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    if not isinstance(fields, dict) or not all(isinstance(one, str) for one in fields.values()):
        raise Refused("占位符的取值应为“名称: 文字”")
    return json.dumps(fields, ensure_ascii=False)


def content_of(plan: PushPlan, work: Work) -> Content:
    """The plan's content. Refused when somebody removed it."""
    content = work.session.get(Content, plan.content_id)
    if content is None:
        raise Refused(f"计划所用的内容 {plan.content_id} 已不存在：请另选内容")
    return content


def next_moment(plan: PushPlan, work: Work) -> datetime | None:
    """Its first moment from now on. Refused when that takes a calendar nobody has entered."""
    try:
        return schedule.next_after(schedule.parse(plan.rule), work.now, work.rules.calendar)
    except CalendarMissing as missing:
        raise Refused(str(missing)) from missing
