"""Somebody answers an alert, on a card or at the console; everybody who has a card of it sees who took it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from handlers import escalation
from handlers.escalation import ALL, BUTTONS, DIGEST, LATER, TASK
from models import alert
from models.actions import Action, UpdateCard
from models.alert import OUTCOMES, Alert, AlertCard, AlertTold
from models.events.alert import AlertAnswered, AlertClosed
from models.events.app import CardClicked
from models.events.internal import CardSent
from models.work import Work

ANSWERS = {
    "ack": ("acked", "已跟进"), "false": ("false_alarm", "已标记误报"), "pass": ("open", "已转交"),
    "later": ("open", "稍后处理"),
}  # fmt: skip
TAKEN = "他人已处理"
KNOWN = {key for key, _ in (*BUTTONS, LATER, *ALL)}


def clicked(event: CardClicked, work: Work) -> Iterator[Action]:
    """The first click counts, on whichever rung's card."""
    about = alert.on_card(work.session, event.task_id) if event.button in KNOWN else []
    if not about:
        return
    yes = [one for one in about if _may(one, event.button, event.employee_id, event.task_id)]
    label = f"{escalation.name_of(work, event.employee_id)}{ANSWERS[event.button][1]}"[:20]
    seen = _seen_by(about, event.task_id, work)
    if event.response_code:
        shown, to = (label, seen) if yes else (TAKEN, (event.employee_id,))
        yield UpdateCard(to=to, task_id=event.task_id, response_code=event.response_code, label=shown)
    for one in yes:
        yield from _answer(one, work, event.button, event.employee_id, event.at)
        if one.state != "open":
            yield from _grey_others(one, event.task_id, label, work)


def answered(event: AlertAnswered, work: Work) -> Iterator[Action]:
    """The same at the console; the cards are greyed with the codes they were sent with."""
    found = work.session.get(Alert, event.alert_id, with_for_update=True)
    if found is None or event.button not in ANSWERS or not _may(found, event.button, event.by, found.card_id):
        return
    label = f"{escalation.name_of(work, event.by)}{ANSWERS[event.button][1]}"[:20]
    yield from _grey_others(found, "", label, work)
    yield from _answer(found, work, event.button, event.by, event.at)


def closed(event: AlertClosed, work: Work) -> Iterator[Action]:
    """What came of it: kept with who and when, and counted in the rule's precision."""
    found = work.session.get(Alert, event.alert_id, with_for_update=True)
    if found is None or event.outcome not in OUTCOMES:
        return
    if found.state == "open":
        label = f"{escalation.name_of(work, event.by)}已处理"[:20]
        yield from _grey_others(found, "", label, work)
        found.acked_by, found.acked_at = event.by, event.at
    found.state = "false_alarm" if event.outcome == "false" else "done"
    found.outcome, found.note = event.outcome, event.note[:500]
    found.closed_at, found.closed_by = event.at, event.by
    escalation.attest(found, work, "closed", event.by)


def card_sent(event: CardSent, work: Work) -> Iterator[Action]:
    """Keep the code of an alert's card: whoever holds another rung's card must see who took it."""
    yield from ()
    if event.task_id.startswith((TASK, DIGEST)):
        work.session.merge(AlertCard(task_id=event.task_id, response_code=event.response_code, at=event.at))


def _may(found: Alert, button: str, by: str, card_id: str) -> bool:
    """Whether this answer changes anything: open, and not passed on or put off from a card others have long left."""
    if found.state != "open":
        return found.acked_by == by and ANSWERS[button][0] == found.state
    return button in ("ack", "false") or card_id == found.card_id


def _answer(found: Alert, work: Work, button: str, by: str, at: datetime) -> Iterator[Action]:
    if found.state != "open":
        return  # said twice by the same person
    if button == "pass":
        escalation.attest(found, work, "passed", by)
        yield from escalation.climb(found, work, "同事转交")
    elif button == "later":
        policy = alert.policy_of(work.session)
        if found.level != "critical" and found.snoozed < policy.snoozes:
            found.snoozed, found.snoozing, found.step = found.snoozed + 1, True, found.step + 1
            found.holder_id, found.due_at = by, at + timedelta(minutes=policy.snooze_minutes)
            escalation.attest(found, work, "snoozed", by)
    else:
        found.state, found.acked_by, found.acked_at = ANSWERS[button][0], by, at
        escalation.attest(found, work, found.state, by)


def _seen_by(about: list[Alert], task_id: str, work: Work) -> tuple[str, ...]:
    """Everybody who got this very card."""
    del about
    chosen = (
        select(AlertTold.employee_id).where(AlertTold.task_id == task_id).distinct().order_by(AlertTold.employee_id)
    )
    return tuple(work.session.scalars(chosen))


def _grey_others(found: Alert, clicked_on: str, label: str, work: Work) -> Iterator[Action]:
    """The other cards of the alert alone, each by the code it was sent with; a digest stays for what is left in it."""
    mine = select(AlertTold.task_id).where(AlertTold.alert_id == found.id, AlertTold.how == "card")
    others = select(AlertCard).where(AlertCard.task_id.in_(mine), AlertCard.task_id != clicked_on)
    for card in work.session.scalars(others.order_by(AlertCard.at)).all():
        to = _seen_by([found], card.task_id, work)
        yield UpdateCard(to=to, task_id=card.task_id, response_code=card.response_code, label=label)
        work.session.delete(card)
