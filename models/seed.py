"""Idempotent first data: the shipped FAQ base and content pieces."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from config import data
from models.content import Content, hash_of
from models.faq import FaqEntry
from models.faq_base import FaqCase, FaqVersion, first_version
from models.work import Work

SHIPPED = "出厂"
"""Who wrote and approved what comes with the product."""


def shipped(work: Work) -> dict[str, int]:
    """Add what is missing; rows people have changed stay as they are. Counts by kind."""
    _cases(work, data.faq_cases())
    return {"faq": _faq(work, data.faq()["entries"]), "content": _content(work, data.calendar()["content"])}


def _faq(work: Work, entries: list[Mapping[str, Any]]) -> int:
    """Entries with their first version; entries of a base from before versions get theirs too."""
    known = {one.id: one for one in work.session.scalars(select(FaqEntry))}
    shipped_ones = {one["id"]: one for one in entries}
    for one in entries:
        if one["id"] not in known:
            known[one["id"]] = FaqEntry(
                id=one["id"], category=one["category"], question=one["question"],
                phrasings=list(one["paraphrases"]), answer=one["answer"], risk_tip=one["risk_tip"],
                needs_human=one["needs_human"],
                suitability=one["suitability"], verify=one["verify"], flags=list(one["flags"]), status="published",
                updated_at=work.now,
            )  # fmt: skip
            work.session.add(known[one["id"]])
    versioned = set(work.session.scalars(select(FaqVersion.entry_id)))
    work.session.add_all(
        first_version(entry, SHIPPED, shipped_ones.get(entry.id, {}))
        for entry in known.values()
        if entry.id not in versioned
    )
    return len(entries)


def _cases(work: Work, cases: list[dict[str, str]]) -> None:
    known = set(work.session.scalars(select(FaqCase.id)))
    work.session.add_all(FaqCase(**one) for one in cases if one["id"] not in known)


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
