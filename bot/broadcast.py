"""The gate for what is said in the open: an open opinion incident, risk levels, repetition, and lawful hours."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import insert

from models import content, opinion, rating
from models.actions import words_of
from models.broadcasts import Broadcast, CreateMoment
from models.content import Content, Delivery
from models.work import Work
from rules.suitability import IN_GROUP


def refusals(action: Broadcast, work: Work) -> dict[str, str]:
    """Target -> why not. In the open nobody's standing is known: products of any level stay out (证券法 88 条)."""
    found = work.session.get(Content, action.content_id)
    since, now = work.now - work.rules.caps.same_topic, work.now
    told = content.told_of(work.session, action.content_id, action.to, since, now, action.about)
    refused = dict.fromkeys(told, "同一内容刚推送过")
    if not isinstance(action, CreateMoment):
        return refused
    kind, type_ = (found.kind, found.type) if found is not None else ("", "")
    refused |= opinion.held(work.session, action.to, kind, type_)
    if (found is not None and found.product_risk) or rating.mentioned(work.session, "\n".join(words_of(action))):
        refused |= dict.fromkeys(action.to, f"{IN_GROUP.code} {IN_GROUP.words}")
    return refused


def without(action: Broadcast, refused: Mapping[str, str]) -> Broadcast | None:
    """The action for those who are left; None for nobody."""
    left = tuple(one for one in action.to if one not in refused)
    return replace(action, to=left) if left else None


def write_down(action: Broadcast, refused: Mapping[str, str], work: Work) -> None:
    """A row for every target, with the reason where it gets nothing."""
    rows = [
        {
            "occurrence_id": action.occurrence_id, "target": target, "about": action.about, "msgid": "",
            "owner_id": target if isinstance(action, CreateMoment) else "", "content_id": action.content_id,
            "state": "withheld" if target in refused else "queued", "reason": refused.get(target, "")[:80],
            "at": work.now,
        }
        for target in action.to
    ]  # fmt: skip
    work.session.execute(insert(Delivery), rows)
