"""A correction notice: to exactly those who got a push that was wrong, beyond frequency caps, by two people's yes."""

from datetime import timedelta

from sqlalchemy import func, select

from models import content_version, evidence, plan
from models.content import CORRECTION, Content, PushPlan
from models.plan import Actor, Refused
from models.work import Work

SOON = timedelta(minutes=30)
"""From writing to sending: time for the checkers."""


def begin(work: Work, wrong: PushPlan, words: str, by: Actor) -> tuple[PushPlan, list[str]]:
    """Content and plan of a correction, waiting for approval; what runs of the wrong one is stopped.

    Gives the plan and the mass messages to call back. Refused when nobody has got anything, or for the words.
    """
    original = work.session.get_one(Content, wrong.content_id)
    if original.type == CORRECTION:
        raise Refused("更正不能再更正：请对原推送重新发更正")
    halted = plan.pause(work, wrong, by) if wrong.status == "approved" else []
    count = work.session.scalar(select(func.count()).where(PushPlan.corrects == wrong.id)) or 0
    content_id = f"COR-{wrong.id}-{count + 1}"
    values = {
        "type": CORRECTION, "kind": "service", "channel": original.channel, "risk_tip": "none", "body": words.strip(),
    }  # fmt: skip
    content_version.save(work, content_id, values, by)
    moment = (work.now + SOON).astimezone(work.rules.zone)
    asked = {
        "name": f"更正：{wrong.name}", "rule": f"once {moment:%Y-%m-%dT%H:%M}:00", "content_id": content_id,
        "segment": f"reached:{wrong.id}", "misfire": "send",
    }  # fmt: skip
    made = plan.draft(work, asked, by)
    made.corrects = wrong.id
    facts = {"plan": wrong.id, "by": by.name, "content": content_id, "called_back": len(halted)}
    evidence.record(work, "correction", "", facts, ref=f"plan:{made.id}")
    return made, halted
