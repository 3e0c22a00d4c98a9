"""Bring a client's need to the right advisor, keep the clock until somebody says "I have it"."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from models.actions import Action, SendCard, UpdateCard
from models.alert import Alert
from models.events.app import CardClicked
from models.events.contacts import FriendLost
from models.events.internal import AlertOverdue
from models.events.messages import TextReceived
from models.member import Employee, Member, advisors
from models.work import Work
from rules import masking

MERGE = timedelta(hours=24)
"""One card per client and signal within a day; critical ones are never merged (alerts.yaml routing.dedupe)."""
BUTTONS = (("ack", "我来跟进"), ("pass", "转交"), ("false", "误报"))
ANSWERS = {"ack": ("acked", "已跟进"), "false": ("false_alarm", "已标记误报"), "pass": ("passed_on", "已转交")}
HIGH_VALUE = frozenset({"S", "A"})
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
    alert = Alert(
        task_id=f"alert-{work.new_id()}", member_id=client.id, signal=signal, level=level, quote=quote, advisor_id=to,
        told=[to], state="open", step=0, sla_minutes=sla_minutes, raised_at=work.now,
        due_at=work.now + timedelta(minutes=sla_minutes), acked_by="",
    )  # fmt: skip
    work.session.add(alert)
    work.session.flush()
    yield _card(alert, client, work, (to,))


def clicked(event: CardClicked, work: Work) -> Iterator[Action]:
    """Somebody answered: the first click counts, everybody's card shows it."""
    alert = work.session.scalars(select(Alert).where(Alert.task_id == event.task_id).with_for_update()).first()
    if alert is None or event.button not in ANSWERS:
        return
    state, label = ANSWERS[event.button]
    if alert.state == "open":
        alert.state, alert.acked_by, alert.acked_at = state, event.employee_id, event.at
    elif alert.acked_by != event.employee_id:
        label = "他人已处理"
    if event.response_code:
        shown = f"{_name(work, alert.acked_by)}{label}" if label != "他人已处理" else label
        yield UpdateCard(
            to=tuple(alert.told), task_id=alert.task_id, response_code=event.response_code, label=shown[:20]
        )
    if state == "passed_on" and alert.acked_by == event.employee_id:
        yield from _pass_on(alert, work, event.at)


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
    alert.task_id = f"{alert.task_id.split('.')[0]}.{alert.step}"
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
