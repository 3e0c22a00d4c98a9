"""What our clock and other parts say about members: activity seen, tiers and tasks due."""

from dataclasses import dataclass

from models.events import directory, portrait
from models.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TierReviewDue(Event):
    """The night's re-tiering of everybody; `day` is the Beijing day it is for."""

    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTasksDue(Event):
    """The morning's look for clients who are owed a task this month; `day` is the Beijing day."""

    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpsDue(Event):
    """The morning's look for promises to clients that are due; `day` is the Beijing day."""

    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyReportDue(Event):
    """Monday morning of a Beijing week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySeen(Event):
    """A member did something another part saw: click, live (amount = minutes), moment, quiz, referral."""

    member_id: str
    kind: str
    ref: str = ""
    amount: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitiesSeen(Event):
    """Many members did the same thing: everybody who watched a live for a minute or more."""

    kind: str
    ref: str = ""
    done: tuple[tuple[str, int], ...] = ()
    """(member, unix seconds) of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterceptsDue(Event):
    """Time to compare WeCom's interception rules with the rule packs in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterceptsKept(Event):
    """WeCom has these rules of ours: (name, id, kind, words); `changed` names those that were not so before."""

    rules: tuple[tuple[str, str, int, tuple[str, ...]], ...]
    changed: tuple[str, ...] = ()


EVENTS: tuple[type[Event], ...] = (
    TierReviewDue, ServiceTasksDue, FollowUpsDue, WeeklyReportDue, ActivitySeen, ActivitiesSeen,
    InterceptsDue, InterceptsKept, *directory.EVENTS, *portrait.EVENTS,
)  # fmt: skip
"""All of them, those of directory and portraits too, for the table of internal events."""
