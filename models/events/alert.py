"""What happens to alerts besides their own clock: signals from outside the chats, answers at the console."""

from dataclasses import dataclass

from models.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSeen(Event):
    """One of the thirteen signals, seen in data instead of heard in a chat. `basis`: the consent it rests on."""

    member_id: str
    signal: str
    quote: str
    rule: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAnswered(Event):
    """Somebody answered at the console: ack, pass, false or later, as the buttons of the card."""

    alert_id: int
    by: str
    button: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertClosed(Event):
    """What came of an alert (models.alert.OUTCOMES)."""

    alert_id: int
    by: str
    outcome: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesDue(Event):
    """Copies that did not fit into somebody's minute wait for a digest."""

    employee_id: str
