"""What questions teach: each decision is kept, a tap joins its question, what went unanswered becomes a phrasing."""

from datetime import timedelta

from sqlalchemy import select

from models.events.messages import TextReceived
from models.faq import HUMAN_CHOSEN, NONE_CHOSEN, FaqDecision, asker_of
from models.work import Work
from rules import masking
from rules.match import Decision

TAP_WITHIN = timedelta(hours=24)
"""How long after a question back a tap still belongs to it."""
TAPS = {"faq:none": NONE_CHOSEN, "faq:human": HUMAN_CHOSEN}


def remember(event: TextReceived, work: Work, decision: Decision) -> None:
    """The decision, and the words where a person wanted something of the bot: a group's chatter is not kept."""
    meant = decision.kind != "silent" or event.channel != "group" or event.mentioned
    offered = [one for one, _ in decision.candidates[:3]] if decision.kind == "clarify" else []
    work.session.add(
        FaqDecision(
            source_key=event.key, at=event.at, channel=event.channel, decision=decision.kind,
            entry_id=decision.entry_id, score=decision.score, top_id=_first(decision), choices=offered,
            asker=asker_of(event.member_id, work.rules.pepper), text=masking.mask(event.text[:200]) if meant else "",
            handled="tapped" if event.menu_id else "",
        )
    )  # fmt: skip


def note_tap(event: TextReceived, work: Work) -> None:
    """A tapped choice is written to the question it answers."""
    chosen = TAPS.get(event.menu_id, event.menu_id.removeprefix("faq:") if event.menu_id.startswith("faq:") else "")
    if not chosen:
        return
    asked = (
        select(FaqDecision)
        .where(
            FaqDecision.asker == asker_of(event.member_id, work.rules.pepper), FaqDecision.decision == "clarify",
            FaqDecision.at > event.at - TAP_WITHIN, FaqDecision.at <= event.at,
        )
        .order_by(FaqDecision.at.desc(), FaqDecision.id.desc())
        .limit(1)
    )  # fmt: skip
    question = work.session.scalars(asked).first()
    if question is not None and (chosen in question.choices or chosen in {NONE_CHOSEN, HUMAN_CHOSEN}):
        question.chosen = chosen[:32]


def _first(decision: Decision) -> str:
    return decision.entry_id or (decision.candidates[0][0] if decision.candidates else "")
