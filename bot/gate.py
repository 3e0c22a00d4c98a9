"""No action leaves without passing here: lint, consent, quiet hours, frequency caps. Every refusal has a reason.

The rules are config/data: send_policy of calendar.yaml, the compliance lexicon, members' consents. Replies and service
messages answer to the lint only; pushes to everything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import insert

from bot import admission, broadcast
from handlers import trace
from models import consent, content, kf, opinion
from models.actions import TRAITS, Action, CreateMass, ReplyAibot, SendKf, words_of
from models.broadcasts import Broadcast
from models.content import CORRECTION, Content, Delivery
from models.work import Work
from rules.trading_calendar import next_allowed

STREAM_FIRST = timedelta(seconds=5)
"""How long the answer of the smart robot waits for WeCom's poll (bot.streams)."""
BUDGET = "客户上次发言后已回复 5 条或超过 48 小时（微信客服上限），待客户再次发言时补发"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What may go: perhaps fewer targets, perhaps later, perhaps nothing. `reason` says why."""

    action: Action
    may_go: bool = True
    reason: str = ""
    not_before: datetime | None = None
    for_people: bool = False
    """An answer that may not be given by the bot: a person has to."""


def judge(action: Action, work: Work) -> Ruling:
    """The gate's word on one action."""
    traits = TRAITS[type(action)]
    if traits.purpose == "plumbing":
        return Ruling(action=action)
    if blocked := _blocked_words(action, work):
        _nobody_gets_it(action, blocked, work)
        return Ruling(action=action, may_go=False, reason=blocked, for_people=True)
    if loose := trace.untraced(action, work):
        return Ruling(action=action, may_go=False, reason=f"内容无法溯源：{'、'.join(loose)[:200]}", for_people=True)
    if isinstance(action, (CreateMass, Broadcast)):
        return _judge_push(action, work) if isinstance(action, CreateMass) else _judge_broadcast(action, work)
    if isinstance(action, SendKf) and not kf.spend(work.session, action.open_kfid, action.to, work.now):
        kf.hold(work.session, action, work.now)
        return Ruling(action=action, may_go=False, reason=BUDGET)
    # The stream that was opened takes the robot's answer sooner.
    return Ruling(action=action, not_before=work.now + STREAM_FIRST if isinstance(action, ReplyAibot) else None)


def _nobody_gets_it(action: Action, why: str, work: Work) -> None:
    if isinstance(action, CreateMass):
        _write_down(action, dict.fromkeys(action.chat_ids or action.customers, why), work)
    elif isinstance(action, Broadcast):
        broadcast.write_down(action, dict.fromkeys(action.to, why), work)


def _blocked_words(action: Action, work: Work) -> str:
    """Why the words may not be sent. Cards to our own people quote clients and are not linted."""
    if TRAITS[type(action)].purpose == "alert":
        return ""
    approved = _approved_words(action, work)
    for text in words_of(action):
        verdict = work.rules.lexicon.lint(text, "out")
        if verdict.verdict == "send":
            continue
        loose = [one for one in verdict.findings if one.text not in approved]
        worst = [one for one in verdict.findings if one.severity == "block"]
        found = (worst or loose)[:1]
        if found and (verdict.verdict == "block" or loose):
            return f"合规拦截 {found[0].rule} {found[0].category}（{found[0].basis}）"
    return ""


def _approved_words(action: Action, work: Work) -> str:
    """The approved text behind an action: a checker has seen its wording, so a review finding in it is settled."""
    content_id = str(getattr(action, "content_id", ""))
    if content_id.startswith(("faq:", "ui:")):
        return "\n".join(words_of(action))
    found = work.session.get(Content, content_id) if content_id else None
    if found is None or not found.approved:
        return ""
    return "\n".join([found.body, *words_of(action)[1:]]) if isinstance(action, (CreateMass, Broadcast)) else found.body


def _judge_push(action: CreateMass, work: Work) -> Ruling:
    targets = action.chat_ids or action.customers
    refused = _refusals(action, targets, work)
    _write_down(action, refused, work)
    left = tuple(one for one in targets if one not in refused)
    if not left:
        return Ruling(
            action=action, may_go=False, reason="; ".join(sorted(set(refused.values())))[:500] or "没有接收对象"
        )
    fewer = replace(action, chat_ids=left) if action.chat_ids else replace(action, customers=left)
    return _at_a_lawful_hour(fewer, work)


def _judge_broadcast(action: Broadcast, work: Work) -> Ruling:
    refused = broadcast.refusals(action, work)
    broadcast.write_down(action, refused, work)
    fewer = broadcast.without(action, refused)
    if fewer is None:
        why = "; ".join(sorted(set(refused.values())))[:500]
        return Ruling(action=action, may_go=False, reason=why or "没有接收对象")
    return _at_a_lawful_hour(fewer, work)


def _at_a_lawful_hour(fewer: Action, work: Work) -> Ruling:
    opens = next_allowed(work.now, work.rules.send_policy)
    if opens > work.now:
        return Ruling(
            action=fewer, reason=f"免打扰时段，推迟到 {opens.astimezone(work.rules.zone):%m-%d %H:%M}", not_before=opens
        )
    return Ruling(action=fewer)


def _refusals(action: CreateMass, targets: Sequence[str], work: Work) -> dict[str, str]:
    """Target -> why not: the same topic too soon, consent of persons, then the caps of a Beijing day and week."""
    caps = work.rules.caps
    today = datetime.combine(work.now.astimezone(work.rules.zone), time(), work.rules.zone)
    monday = today - timedelta(days=today.weekday())
    told = content.told_of(work.session, action.content_id, targets, work.now - caps.same_topic, work.now)
    day = content.received_since(work.session, targets, today, work.now)
    week = content.received_since(work.session, targets, monday, work.now)
    agreed = consent.agreed(work.session, action.customers, _purpose(action, work))
    held = {**admission.refusals(action, targets, work), **_held_by_opinion(action, targets, work)}
    refused: dict[str, str] = {}
    if _corrects(action, work):
        return {target: why for target, why in admission.refusals(action, targets, work).items() if why}
    for target in targets:
        if target in held:
            refused[target] = held[target]
        elif action.customers and target not in agreed:
            refused[target] = "未同意接收"
        elif target in told:
            refused[target] = "同一内容刚推送过"
        elif action.chat_ids and day.get(target, 0) >= caps.group_per_day:
            refused[target] = "超过群每日上限"
        elif week.get(target, 0) >= (caps.group_per_week if action.chat_ids else caps.person_per_week):
            refused[target] = "超过每周上限"
    return refused


def _corrects(action: CreateMass, work: Work) -> bool:
    """Whoever got what was wrong must get what is right, however much they have had this week."""
    found = work.session.get(Content, action.content_id)
    return found is not None and found.type == CORRECTION


def _held_by_opinion(action: CreateMass, targets: Sequence[str], work: Work) -> dict[str, str]:
    """No marketing and no live notices while an opinion incident waits for its answer (alerts.yaml stop_rules)."""
    found = work.session.get(Content, action.content_id)
    kind = action.about if action.about == "live_reminder" else found.type if found is not None else ""
    return opinion.held(work.session, targets, found.kind if found is not None else "", kind)


PURPOSES = {
    "holiday": "greeting",
    "live_reminder": "live",
    "live_followup": "live",
    "live_notice": "live",
    "care": "care",
    "service_reminder": "service",
    "service_notice": "service",
    "consent": "service",
}
"""Type of content -> the purpose a person must have agreed to (W-03); everything else is weekly content."""


def _purpose(action: CreateMass, work: Work) -> str:
    if action.about == "live_reminder":
        return "live"
    found = work.session.get(Content, action.content_id)
    return PURPOSES.get(found.type, "weekly") if found is not None else "weekly"


def _write_down(action: CreateMass, refused: Mapping[str, str], work: Work) -> None:
    """A row for every target, with the reason where it gets nothing."""
    rows = [
        {
            "occurrence_id": action.occurrence_id, "target": target, "owner_id": action.owner, "about": action.about,
            "msgid": "", "content_id": action.content_id, "state": "withheld" if target in refused else "queued",
            "reason": refused.get(target, "")[:80], "at": work.now,
        }
        for target in action.chat_ids or action.customers
    ]  # fmt: skip
    if rows:
        work.session.execute(insert(Delivery), rows)
