"""Bring a client's need to the right advisor, keep the clock until somebody says "I have it"."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from models.actions import Action, SendCard, UpdateCard
from models.alert import Alert, AlertCard
from models.events.app import CardClicked
from models.events.contacts import FriendLost
from models.events.internal import AlertOverdue, CardSent
from models.events.messages import TextReceived
from models.member import Employee, Member, advisors
from models.work import Work
from rules import masking

MERGE = timedelta(hours=24)
"""One card per client and signal within a day; critical ones are never merged (alerts.yaml routing.dedupe)."""
BUTTONS = (("ack", "我来跟进"), ("pass", "转交"), ("false", "误报"))
ANSWERS = {"ack": ("acked", "已跟进"), "false": ("false_alarm", "已标记误报"), "pass": ("passed_on", "已转交")}
HIGH_VALUE = frozenset({"S", "A"})
COMPLAINT = "AL-COMPLAINT"
TASK = "alert-"
RUNGS = 32
"""More cards than one alert can ever have: each rung takes twice as long as the one before."""
ALWAYS = frozenset({"critical", "high"})
"""Levels that concern any client; the rest only high-value ones (vip_gate)."""


def watch(event: TextReceived, work: Work) -> Iterator[Action]:
    """Look for the thirteen signals in what a customer says."""
    hits = work.rules.cues.find(event.text) if event.customer else ()
    if not hits:
        return
    client = work.session.get(Member, event.member_id)
    hit = hits[0]
    if client is None or not (hit.level in ALWAYS or is_high_value(client)):
        return
    quote = masking.mask(event.text)[:200]
    yield from raise_alert(work, client, hit.signal, hit.level, hit.sla_minutes, quote)


def contact_lost(event: FriendLost, work: Work) -> Iterator[Action]:
    """A high-value client deleted their advisor."""
    client = work.session.get(Member, event.member_id)
    if client is not None and is_high_value(client):
        yield from raise_alert(work, client, "AL-CHURN", "high", 30, "客户删除了顾问的企业微信联系")


def is_high_value(client: Member) -> bool:
    """Tier S or A, or marked by an advisor."""
    return client.vip or client.tier in HIGH_VALUE


def raise_alert(
    work: Work, client: Member, signal: str, level: str, sla_minutes: int, quote: str
) -> Iterator[Action]:  # fmt: skip
    """Write the alert down and send the card, unless the same one is fresh."""
    same = select(Alert.id).where(
        Alert.member_id == client.id, Alert.signal == signal, Alert.raised_at > work.now - MERGE
    )
    to = client.advisor_id or next(iter(advisors(work.session)), "")
    if not to or (level != "critical" and work.session.scalar(same.limit(1)) is not None):
        return
    # A complaint goes to compliance at the same time (alerts.yaml routing.escalate).
    told = [to, *(one for one in _compliance(work) if signal == COMPLAINT and one != to)]
    alert = Alert(
        task_id=f"{TASK}{work.new_id()}", member_id=client.id, signal=signal, level=level, quote=quote, advisor_id=to,
        told=told, state="open", step=0, sla_minutes=sla_minutes, raised_at=work.now,
        due_at=work.now + timedelta(minutes=sla_minutes), acked_by="",
    )  # fmt: skip
    work.session.add(alert)
    work.session.flush()
    yield _card(alert, client, work, tuple(told))


def _compliance(work: Work) -> list[str]:
    chosen = select(Employee.id).where(Employee.role == "compliance", Employee.active).order_by(Employee.id)
    return list(work.session.scalars(chosen))


def clicked(event: CardClicked, work: Work) -> Iterator[Action]:
    """Somebody answered: the first click counts, on whichever rung's card, and everybody who has that card sees it."""
    alert = _of_card(event.task_id, work)
    if alert is None or event.button not in ANSWERS:
        return
    state, label = ANSWERS[event.button]
    late = alert.state != "open" and alert.acked_by != event.employee_id
    gone = event.button == "pass" and event.task_id != alert.task_id  # it stands with the next one already
    if alert.state == "open" and not gone:
        alert.state, alert.acked_by, alert.acked_at = state, event.employee_id, event.at
    if event.response_code:
        shown = "他人已处理" if late else f"{_name(work, event.employee_id)}{label}"
        to = (event.employee_id,) if late else tuple(alert.told)
        yield UpdateCard(to=to, task_id=event.task_id, response_code=event.response_code, label=shown[:20])
        if not late and alert.state not in ("open", "passed_on"):
            yield from _grey_others(alert, event.task_id, shown[:20], work)
    if alert.state == "passed_on":
        yield from _pass_on(alert, work, event.at)


def card_sent(event: CardSent, work: Work) -> Iterator[Action]:
    """Keep the code of an alert's card: whoever holds another rung's card must see who took it."""
    yield from ()
    if event.task_id.startswith(TASK):
        work.session.merge(AlertCard(task_id=event.task_id, response_code=event.response_code, at=event.at))


def _grey_others(alert: Alert, clicked_on: str, label: str, work: Work) -> Iterator[Action]:
    """The cards of the other rungs, each by the code it was sent with."""
    others = select(AlertCard).where(AlertCard.task_id.in_(_cards(alert.task_id)), AlertCard.task_id != clicked_on)
    for card in work.session.scalars(others).all():
        yield UpdateCard(to=tuple(alert.told), task_id=card.task_id, response_code=card.response_code, label=label)
        work.session.delete(card)


def _cards(task_id: str) -> tuple[str, ...]:
    """Every task id an alert's cards can have, from any of them."""
    first = task_id.split("_", maxsplit=1)[0]
    return (first, *(f"{first}_{step}" for step in range(1, RUNGS)))


def _of_card(task_id: str, work: Work) -> Alert | None:
    """The alert a card belongs to, whichever of its rungs the card was sent on."""
    return work.session.scalars(select(Alert).where(Alert.task_id.in_(_cards(task_id))).with_for_update()).first()


def escalate(event: AlertOverdue, work: Work) -> Iterator[Action]:
    """Nobody answered in time: backup, then manager, then everyone once more."""
    alert = work.session.get(Alert, event.alert_id)
    if alert is None or alert.state != "open" or alert.step != event.step:
        return
    yield from _next(alert, work, "已超时未响应")


def _pass_on(alert: Alert, work: Work, at: datetime) -> Iterator[Action]:
    alert.state, alert.acked_at, alert.acked_by, alert.due_at = "open", None, "", at
    yield from _next(alert, work, "同事转交")


def _next(alert: Alert, work: Work, why: str) -> Iterator[Action]:
    owner = work.session.get(Employee, alert.advisor_id)
    ladder = [one for one in (owner.backup_id, owner.manager_id) if one] if owner else []
    fresh = [one for one in ladder if one not in alert.told]
    to = fresh[0] if fresh else (ladder[-1] if ladder else alert.advisor_id)
    alert.step += 1
    alert.told = [*alert.told, to] if to not in alert.told else alert.told
    alert.task_id = f"{alert.task_id.split('_')[0]}_{alert.step}"  # a task id has letters, digits and -_@ only
    # Each rung has twice the time of the one before (alerts.yaml routing.escalate).
    alert.due_at = work.now + timedelta(minutes=alert.sla_minutes * 2**alert.step)
    client = work.session.get(Member, alert.member_id)
    if client is not None:
        yield _card(alert, client, work, (to,), why)


def _card(alert: Alert, client: Member, work: Work, to: tuple[str, ...], why: str = "") -> SendCard:
    due = alert.due_at.astimezone(work.rules.zone)
    signal = work.rules.cues.name_of(alert.signal)
    return SendCard(
        to=to, task_id=alert.task_id, about="alert", title=f"{signal}提醒", desc=why or f"请在 {due:%H:%M} 前响应",
        facts=(("客户", client.name or client.id[-6:]), ("等级", client.tier or "未分层"),
               ("时限", f"{alert.sla_minutes} 分钟")), quote=alert.quote, buttons=BUTTONS,
    )  # fmt: skip


def _name(work: Work, employee_id: str) -> str:
    known = work.session.get(Employee, employee_id)
    return known.name if known and known.name else employee_id
