"""What every action is, and how one is treated: the base of models.actions."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An intent. `content_id` names the approved content whose words it carries, where it carries words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """How an action of a kind is treated: the gate and the queue read this table, nobody else decides it."""

    purpose: str
    """welcome, reply, alert, push, service, plumbing: quiet hours, caps and consent bind push only."""
    priority: int
    """0 first. 0-3 are the express lane, 4-9 the bulk lane."""
    within: timedelta | None = None
    """Useless later than this after its cause."""
    lane: str = "to"
    """The field(s) naming whom it is for: actions of one lane keep their order."""
