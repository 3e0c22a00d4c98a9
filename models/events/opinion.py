"""The workflow of an opinion incident: its clock, and what people did."""

from dataclasses import dataclass

from models.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOverdue(Event):
    """Nobody has done the next step in time."""

    incident_id: int
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentStepDone(Event):
    """Somebody did a step at the console; `note`: facts, wording, answer or review in their words."""

    incident_id: int
    step: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDismissed(Event):
    """It was nothing."""

    incident_id: int
    by: str
    note: str = ""
