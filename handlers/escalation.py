"""Bring an alert to somebody and keep its clock until they say "I have it": owner, stand-in, backup, manager.

An alert that cannot be shown now (quiet hours of its level, a minute that is full already) stays open with a time of
its own, so whatever happens to cards, people or processes, the clock comes back to it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from models import actions, alert, duty, evidence
from models.actions import Action, SendCard
from models.alert import Alert, AlertTold
from models.events.alert import CopiesDue
from models.events.internal import AlertOverdue, SendFailed
from models.ledger import Outbound
from models.member import Employee, Member
from models.work import Work

TASK, DIGEST = "alert-", "digest-"
BUTTONS = (("ack", "我来跟进"), ("pass", "转交"), ("false", "误报"))
LATER = ("later", "稍后提醒")
ALL = (("ack", "全部跟进"), ("pass", "全部转交"))
COMPLAINT = "AL-COMPLAINT"
A_MINUTE = timedelta(seconds=60)
HARD_CAP = 28
"""Even critical cards to one person a minute: of more than 30 messages WeCom drops the rest silently (doc 90454)."""
DOUBLINGS = 6
"""Each rung has twice the time of the one before (alerts.yaml routing.escalate), up to this rung."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What was noticed: the words (masked), the rule that noticed it, the group it came from."""

    signal: str
    quote: str
    rule: str = ""
    chat_id: str = ""


def begin(made: Alert, work: Work) -> Iterator[Action]:
    """A new alert: to its owner, or to whoever stands in for them."""
    rungs = duty.ladder(work.session, made.advisor_id, work.now)
    made.holder_id = rungs[0] if rungs else ""
    away = made.advisor_id and made.holder_id != made.advisor_id
    yield from deliver(made, work, f"{name_of(work, made.advisor_id)}不在岗，请代为跟进" if away else "")


def overdue(event: AlertOverdue, work: Work) -> Iterator[Action]:
    """The time of an alert has come: show what was held back, remind who snoozed, else climb a rung."""
    found = work.session.get(Alert, event.alert_id, with_for_update=True)
    if found is None or found.state != "open" or found.step != event.step:
        return
    if not found.carded:
        found.step += 1
        if not found.holder_id:
            yield from begin(found, work)
            return
        yield from deliver(found, work)
    elif found.snoozing:
        found.step += 1
        found.carded = found.snoozing = False
        yield from deliver(found, work, "您选择了稍后提醒")
    else:
        yield from climb(found, work, "已超时未响应")


def climb(found: Alert, work: Work, why: str) -> Iterator[Action]:
    """To the next person of the ladder; from its end to the last one again."""
    rungs = duty.ladder(work.session, found.advisor_id, work.now)
    fresh = [one for one in rungs if one not in found.told]
    found.holder_id = fresh[0] if fresh else (rungs[-1] if rungs else found.holder_id)
    found.step, found.rung, found.carded, found.snoozing = found.step + 1, found.rung + 1, False, False
    yield from deliver(found, work, why)


def card_failed(event: SendFailed, work: Work) -> Iterator[Action]:
    """A card could not be delivered at all: its alerts go on to the next person at once."""
    row = work.session.get(Outbound, event.outbound_id) if event.kind == "SendCard" else None
    action = actions.load(row.kind, row.body) if row is not None else None
    if not isinstance(action, SendCard) or not action.task_id.startswith((TASK, DIGEST)):
        return
    for found in alert.on_card(work.session, action.task_id):
        if found.state == "open" and found.card_id == action.task_id:
            yield from climb(found, work, "上一位未能送达")


def deliver(found: Alert, work: Work, why: str = "") -> Iterator[Action]:
    """A card to the holder now; later in quiet hours or when their minute is full; a digest when many wait."""
    opens = work.rules.alert_hours[found.level].opens(work.now)
    policy = alert.policy_of(work.session)
    most = HARD_CAP if found.level == "critical" else policy.per_minute
    if opens > work.now:
        found.due_at = opens
    elif not found.holder_id:
        found.due_at = work.now + timedelta(minutes=found.sla_minutes)
    elif alert.cards_in_last_minute(work.session, found.holder_id, work.now) >= most:
        found.due_at = work.now + A_MINUTE
    else:
        waiting = [one for one in alert.waiting_for(work.session, found.holder_id, work.now) if one.id != found.id]
        if found.level != "critical" and len(waiting) + 1 >= policy.digest_from:
            yield _digest([found, *waiting], work)
        else:
            yield _card(found, work, why)


def _shown(found: Alert, work: Work, card_id: str, how: str, why: str) -> None:
    """The holder has it from now on, with a clock that doubles at each rung."""
    found.carded, found.card_id = True, card_id
    if found.holder_id not in found.told:
        found.told = [*found.told, found.holder_id]
    found.due_at = work.now + timedelta(minutes=found.sla_minutes * 2 ** min(found.rung, DOUBLINGS))
    _tell(work, AlertTold(alert_id=found.id, employee_id=found.holder_id, how=how, why=why[:60], task_id=card_id))


def _tell(work: Work, row: AlertTold) -> None:
    row.at = work.now
    work.session.add(row)
    work.session.flush()


def _card(found: Alert, work: Work, why: str) -> SendCard:
    first = not found.told
    card_id = found.task_id if first else f"{found.task_id}_{found.step}"
    _shown(found, work, card_id, "card", why)
    copies = _copies(found, work, card_id) if first and found.signal == COMPLAINT else ()
    due = found.due_at.astimezone(work.rules.zone)
    client = work.session.get_one(Member, found.member_id)
    buttons = BUTTONS if found.level == "critical" else (*BUTTONS, LATER)
    facts = [("客户", client.name or client.id[-6:]), ("等级", client.tier or "未分层"),
             ("时限", f"{found.sla_minutes} 分钟")]  # fmt: skip
    facts += [("次数", f"已提到 {found.heard} 次")] if found.heard > 1 else []
    return SendCard(
        to=(found.holder_id, *copies), task_id=card_id, about="alert",
        title=f"{work.rules.cues.name_of(found.signal)}提醒", desc=why or f"请在 {due:%H:%M} 前响应",
        facts=tuple(facts), buttons=buttons,
        quote=f"{found.quote}\n建议：{work.rules.cues.guidance_of(found.signal)}",
        url=f"{work.rules.public_url}/console/alerts/{found.id}",
    )  # fmt: skip


def _copies(found: Alert, work: Work, card_id: str) -> tuple[str, ...]:
    """Compliance hears of a complaint at the same time (alerts.yaml routing.escalate), in a digest when it is much."""
    now: list[str] = []
    for one in duty.holders(work.session, "compliance"):
        if one == found.holder_id:
            continue
        full = alert.cards_in_last_minute(work.session, one, work.now) >= alert.policy_of(work.session).per_minute
        how, task = ("waiting", "") if full else ("card", card_id)
        _tell(work, AlertTold(alert_id=found.id, employee_id=one, how=how, why="抄送合规", task_id=task))
        now += [] if full else [one]
    found.told = [*found.told, *now]
    return tuple(now)


def _digest(batch: Sequence[Alert], work: Work) -> SendCard:
    card_id = f"{DIGEST}{work.new_id()}"
    for one in batch:
        one.step += 1  # a turn of its own that is under way already finds it shown
        _shown(one, work, card_id, "digest", f"{len(batch)} 条汇总")
    holder = batch[0].holder_id
    return _summary(card_id, holder, [one.signal for one in batch], work, ALL)


def _summary(card_id: str, to: str, signals: Sequence[str], work: Work, buttons: actions.Menu = ()) -> SendCard:
    counted = Counter(work.rules.cues.name_of(one) for one in signals).most_common(6)
    facts = tuple((f"第{at}", f"{name} {count} 条") for at, (name, count) in enumerate(counted, 1))
    return SendCard(
        to=(to,), task_id=card_id, about="alert", title=f"{len(signals)} 条客户提醒汇总", desc="请到控制台逐条处理",
        facts=facts, buttons=buttons, url=f"{work.rules.public_url}/console/alerts",
    )  # fmt: skip


def copies_due(event: CopiesDue, work: Work) -> Iterator[Action]:
    """The copies that waited, as one card."""
    rows = alert.waiting_copies(work.session, event.employee_id)
    if not rows:
        return
    card_id = f"{DIGEST}{work.new_id()}"
    for row in rows:
        row.how, row.task_id, row.at = "digest", card_id, work.now
    signals = [work.session.get_one(Alert, row.alert_id).signal for row in rows]
    yield _summary(card_id, event.employee_id, signals, work)


def attest(found: Alert, work: Work, what: str, by: str) -> None:
    """Write into the evidence what somebody did about an alert."""
    body = {"alert": found.id, "signal": found.signal, "level": found.level, "by": by, "outcome": found.outcome}
    evidence.record(work, f"alert_{what}", found.member_id, body, ref=f"alert:{found.id}")


def name_of(work: Work, employee_id: str) -> str:
    """What colleagues call somebody."""
    known = work.session.get(Employee, employee_id)
    return known.name if known and known.name else employee_id
