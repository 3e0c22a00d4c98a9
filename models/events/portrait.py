"""Portraits and corp tags: what is due, and what WeCom answered."""

from dataclasses import dataclass

from models.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PortraitsDue(Event):
    """Draw some members anew, from `after` on in order of their ids."""

    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsDue(Event):
    """Compare members whose tags may differ from WeCom's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsListed(Event):
    """All corp tags as (group, tag id, tag name)."""

    tags: tuple[tuple[str, str, str], ...]
    after_adding: bool = False
    """What is still missing then waits for the next night: no going round in circles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsMarked(Event):
    """A relation's tags were set and taken away."""

    member_id: str
    employee_id: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


EVENTS: tuple[type[Event], ...] = (PortraitsDue, TagsDue, TagsListed, TagsMarked)
"""All of them, for the table of internal events."""
