"""What live streams put into the inbox, besides WeCom's own living_status_change."""

from dataclasses import dataclass

from models.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveChecked(Event):
    """A stream was checked: it may be booked in WeCom."""

    live_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStopped(Event):
    """A stream was called off or cut off."""

    live_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingCreated(Event):
    """WeCom has booked it."""

    live_id: int
    living_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOver(Event):
    """By the clock a stream must be over: its callback may be lost (doc 94145)."""

    live_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRead(Event):
    """A page of watch statistics: (member, seconds, commented); `next_key` is empty on the last."""

    living_id: str
    rows: tuple[tuple[str, int, bool], ...]
    next_key: str = ""


EVENTS: tuple[type[Event], ...] = (LiveChecked, LiveStopped, LivingCreated, LiveOver, WatchRead)
