"""Notice that a client needs somebody: what they say, do, and what data say. handlers.escalation brings it."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from handlers import escalation
from handlers.escalation import Signal
from models import alert, consent
from models.actions import Action
from models.activity import Activity
from models.alert import Alert
from models.events.alert import SignalSeen
from models.events.contacts import FriendLost
from models.events.messages import TextReceived
from models.faq import FaqDecision
from models.member import Member
from models.work import Work
from rules import masking

MERGE = timedelta(hours=24)
"""One card per client and signal within a day; critical ones merge only while they are open (alerts.yaml dedupe)."""
REPEATS, WITHIN = 3, timedelta(hours=2)
"""The same question so often in so short a time is a complaint (AL-COMPLAINT structured)."""
HIGH_VALUE = frozenset({"S", "A"})
ALWAYS = frozenset({"critical", "high"})
"""Levels that concern any client; the rest only high-value ones (vip_gate)."""


def watch(event: TextReceived, work: Work) -> Iterator[Action]:
    """Look for the signals in what a customer says."""
    hits = work.rules.cues.find(event.text) if event.customer else ()
    if not hits:
        return
    client = work.session.get(Member, event.member_id)
    hit = hits[0]
    if client is None or not concerns(client, hit.level):
        return
    quote = masking.mask(event.text)[:200]
    yield from raise_alert(work, client, Signal(hit.signal, quote, hit.rule, event.chat_id))


def repeated(event: TextReceived, work: Work) -> Iterator[Action]:
    """The same question three times in two hours: nobody has really answered it."""
    asked = select(FaqDecision.entry_id).where(FaqDecision.source_key == event.key, FaqDecision.entry_id != "")
    entry = work.session.scalar(asked.limit(1)) if event.customer else None
    client = work.session.get(Member, event.member_id) if entry else None
    if client is None:
        return
    times = (
        select(func.count())
        .select_from(FaqDecision)
        .join(Activity, Activity.source_key == FaqDecision.source_key)
        .where(Activity.member_id == client.id, Activity.at > event.at - WITHIN, FaqDecision.entry_id == entry)
    )
    if (work.session.scalar(times) or 0) == REPEATS:
        quote = f"两小时内第 {REPEATS} 次问同一个问题：{masking.mask(event.text)[:120]}"
        yield from raise_alert(work, client, Signal("AL-COMPLAINT", quote, "repeated", event.chat_id))


def contact_lost(event: FriendLost, work: Work) -> Iterator[Action]:
    """A high-value client deleted their advisor."""
    client = work.session.get(Member, event.member_id)
    if client is not None and is_high_value(client):
        yield from raise_alert(work, client, Signal("AL-CHURN", "客户删除了顾问的企业微信联系", "contact_lost"))


def signal_seen(event: SignalSeen, work: Work) -> Iterator[Action]:
    """A signal from data; one that rests on account data needs the client's own consent to that (PIPL 29)."""
    client = work.session.get(Member, event.member_id)
    if client is None or (event.basis and not consent.allows(work.session, client.id, event.basis)):
        return
    if concerns(client, work.rules.cues.terms_of(event.signal)[0]):
        yield from raise_alert(work, client, Signal(event.signal, event.quote[:200], event.rule[:40]))


def concerns(client: Member, level: str) -> bool:
    """Whether a signal of this level is followed for this client."""
    return level in ALWAYS or is_high_value(client)


def is_high_value(client: Member) -> bool:
    """Tier S or A, or marked by an advisor."""
    return client.vip or client.tier in HIGH_VALUE


def raise_alert(work: Work, client: Member, found: Signal) -> Iterator[Action]:
    """Write the alert down and bring it to somebody, unless the same one is fresh: then only count it."""
    level, minutes = work.rules.cues.terms_of(found.signal)
    same = alert.same(work.session, client.id, found.signal, work.now - MERGE)
    if same is not None and (level != "critical" or same.state == "open"):
        same.heard += 1
        if same.state == "open" and same.advisor_id != client.advisor_id:  # another advisor has the client by now
            same.advisor_id, same.step, same.carded = client.advisor_id, same.step + 1, False
            yield from escalation.begin(same, work)
        return
    made = Alert(
        task_id=f"{escalation.TASK}{work.new_id()}", member_id=client.id, signal=found.signal, level=level,
        quote=found.quote, advisor_id=client.advisor_id, told=[], state="open", step=0, sla_minutes=minutes,
        raised_at=work.now, due_at=work.now + timedelta(minutes=minutes), acked_by="", rule=found.rule[:40],
        chat_id=found.chat_id, heard=1, holder_id="", carded=False, rung=0, card_id="", snoozed=0, snoozing=False,
        outcome="", closed_by="",
    )  # fmt: skip
    work.session.add(made)
    work.session.flush()
    yield from escalation.begin(made, work)
