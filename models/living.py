"""Actions on live streams in WeCom (docs 96836, 94145)."""

from dataclasses import dataclass

from models.intent import Action, Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLiving(Action):
    """Book a stream. `starts`: unix seconds; `duration`: seconds."""

    live_id: int
    anchor: str
    theme: str
    starts: int
    duration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelLiving(Action):
    """Call a booked stream off."""

    living_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullWatch(Action):
    """Read who watched, a page at a time."""

    living_id: str
    next_key: str = "0"


LIVING: dict[type[Action], Traits] = {
    CreateLiving: Traits(purpose="plumbing", priority=5, lane="live_id"),
    CancelLiving: Traits(purpose="plumbing", priority=1, lane="living_id"),
    PullWatch: Traits(purpose="plumbing", priority=7, lane="living_id"),
}
