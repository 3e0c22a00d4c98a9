"""The words we block are kept from employees' own messages too: WeCom's interception rules, from the same packs."""

from collections.abc import Iterator

from sqlalchemy import delete, select

from models import evidence
from models.actions import Action
from models.content import Content
from models.events.members import InterceptsDue, InterceptsKept
from models.faq import FaqEntry
from models.intercept import InterceptRule
from models.upkeep import KeepIntercepts
from models.work import Work
from rules import intercept as rule


def due(event: InterceptsDue, work: Work) -> Iterator[Action]:
    """What WeCom should have today; the difference is found where it is made."""
    on = event.at.astimezone(work.rules.zone).date()
    answers = select(FaqEntry.answer).where(FaqEntry.status == "published")
    bodies = [one.body for one in work.session.scalars(select(Content)) if one.approved]
    approved = [*work.session.scalars(answers), *bodies, *work.rules.risk_tips.values()]
    rules = rule.wanted(work.rules.lexicon.rules, on, approved)
    if rules:
        yield KeepIntercepts(rules=tuple((one.name, one.kind, one.words) for one in rules))


def kept(event: InterceptsKept, work: Work) -> Iterator[Action]:
    """WeCom has them: shown to compliance, and proved where something changed."""
    yield from ()
    work.session.execute(delete(InterceptRule))
    work.session.add_all(
        InterceptRule(name=name, rule_id=rule_id, kind=kind, words=list(words), at=event.at)
        for name, rule_id, kind, words in event.rules
    )
    if event.changed:
        facts = {"changed": list(event.changed), "rules": {name: list(words) for name, _, _, words in event.rules}}
        evidence.record(work, "intercepts", "", facts, ref="intercept_rules")
