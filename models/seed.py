"""Idempotent first data: the shipped FAQ base and content pieces."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from config import data
from models.content import Content, hash_of
from models.faq import FaqEntry
from models.work import Work


def shipped(work: Work) -> dict[str, int]:
    """Add what is missing; rows people have changed stay as they are. Counts by kind."""
    return {"faq": _faq(work, data.faq()["entries"]), "content": _content(work, data.calendar()["content"])}


def _faq(work: Work, entries: list[Mapping[str, Any]]) -> int:
    known = set(work.session.scalars(select(FaqEntry.id)))
    for one in entries:
        if one["id"] not in known:
            work.session.add(
                FaqEntry(
                    id=one["id"], category=one["category"], question=one["question"],
                    phrasings=list(one["paraphrases"]), answer=one["answer"], risk_tip=one["risk_tip"],
                    needs_human=one["needs_human"],
                    suitability=one["suitability"], verify=one["verify"], flags=list(one["flags"]), status="published",
                    updated_at=work.now,
                )
            )  # fmt: skip
    return len(entries)


def _content(work: Work, pieces: list[Mapping[str, Any]]) -> int:
    known = set(work.session.scalars(select(Content.id)))
    for one in pieces:
        if one["id"] not in known:
            work.session.add(
                Content(
                    id=one["id"], type=one["type"], channel=one["channel"], kind=one["kind"], risk_tip=one["risk_tip"],
                    body=one["body"], approved_hash=hash_of(one["body"]), approved_by="shipped", updated_at=work.now,
                )
            )  # fmt: skip
    return len(pieces)
