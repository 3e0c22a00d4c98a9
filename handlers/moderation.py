"""Members' offences in groups: evidence and a card for the owner. Nobody is removed, and questions are answered first.

WeCom has no call that recalls a customer's message or hides it: the owner does that in the client, if they agree.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from handlers import reply
from models import evidence, group, register, violation
from models.actions import Action, SendCard, UpdateCard
from models.events.app import CardClicked
from models.events.messages import TextReceived
from models.violation import Violation
from models.work import Work
from rules import masking
from rules.compliance import Finding

TASK = "offence-"
BUTTONS = (("handled", "已处理"), ("not_one", "误报"))
STATES = {"handled": ("handled", "已处理"), "not_one": ("false_alarm", "已标记误报")}
TOGETHER = timedelta(minutes=10)
"""One card about a member in this time; every message is kept all the same."""
BY_SENSE = "SENSE-"
"""Rules of the second layer: a suspicion, kept for review without disturbing the owner."""


def watch(event: TextReceived, work: Work) -> Iterator[Action]:
    """A member's message in a group against the rules for what members say."""
    if event.channel != "group" or not event.customer:
        return
    on = event.at.astimezone(work.rules.zone).date()
    verdict = work.rules.lexicon.lint(event.text, "in", on)
    if verdict.verdict == "send" or work.rules.matcher.decide(event.text, "group").kind == "answer":
        return  # a question the base answers is a question
    worst = max(verdict.findings, key=lambda one: one.severity == "block")
    row = _keep(event, work, worst)
    sure = not worst.rule.startswith(BY_SENSE)
    if sure and not violation.told_lately(work.session, event.chat_id, event.member_id, event.at, TOGETHER):
        yield from _card(event, work, row)
    work.session.add(row)


def _keep(event: TextReceived, work: Work, found: Finding) -> Violation:
    facts = {"category": found.category, "rule": found.rule, "pack": found.pack, "quote": masking.mask(event.text)}
    evidence.record(work, "member_offence", event.member_id, facts, ref=f"group:{event.chat_id}")
    return Violation(
        source_key=event.key, chat_id=event.chat_id, member_id=event.member_id, category=found.category,
        rule=found.rule, severity=found.severity, basis=found.basis[:200], quote=masking.mask(event.text)[:300],
        state="open", task_id="", handled_by="", at=event.at,
    )  # fmt: skip


def _card(event: TextReceived, work: Work, row: Violation) -> Iterator[Action]:
    """To the group's owner, and to its compliance officer where the register names one."""
    chat = group.known(work.session, event.chat_id, event.at)
    to = tuple(dict.fromkeys(one for one in (chat.owner_id, register.officer_of(work.session, chat.id)) if one))
    if not to:
        return
    row.task_id = reply.task_id(TASK.rstrip("-"), event.key)[:64]
    yield SendCard(
        to=to, task_id=row.task_id, about="alert", title=f"群内疑似{row.category}",
        desc="请核实后在企业微信内撤回或劝阻；系统不会自动移出成员", quote=row.quote,
        facts=(("群", (chat.name or chat.id)[:20]), ("规则", row.rule), ("依据", row.basis[:26])), buttons=BUTTONS,
    )  # fmt: skip


def clicked(event: CardClicked, work: Work) -> Iterator[Action]:
    """The owner says what became of it; the first answer counts."""
    if not event.task_id.startswith(TASK) or event.button not in STATES:
        return
    row = work.session.scalars(select(Violation).where(Violation.task_id == event.task_id)).first()
    if row is None:
        return
    state, label = STATES[event.button]
    if row.state == "open":
        row.state, row.handled_by = state, event.employee_id
        facts = {"state": state, "by": event.employee_id}
        evidence.record(work, "member_offence", row.member_id, facts, ref=f"violation:{row.id}")
    if event.response_code:
        yield UpdateCard(to=(event.employee_id,), task_id=event.task_id, response_code=event.response_code, label=label)
