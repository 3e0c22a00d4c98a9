"""What an event is, how a WeCom field names itself, and how our own events are kept in a row."""

from dataclasses import MISSING, asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `key` is unique per real-world happening: retries and double ticks share it."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEvent(Event):
    """Something a member did that counts as being there: the activity record observes these."""

    member_id: str


def wire(name: str, default: T) -> T:
    """A field that WeCom calls `name` (dots descend). Optional by design: no field of a callback can be relied on."""
    if isinstance(default, (list, dict)):
        raise TypeError("mutable default")
    made: T = field(default=default, metadata={"wire": name})
    return made


def dump(event: Event) -> dict[str, Any]:
    """A JSON-ready picture of one of our own events."""
    return {name: _plain(value) for name, value in asdict(event).items()}


def load(kind: type[Event], body: dict[str, Any], key: str) -> Event:
    """The event again. KeyError/TypeError/ValueError for a body another version wrote differently."""
    given: dict[str, Any] = {"key": key}
    for one in fields(kind):
        if one.name != "key" and (one.name in body or one.default is MISSING):
            given[one.name] = _typed(str(one.type), body[one.name])
    return kind(**given)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _typed(kind: str, value: Any) -> Any:
    if "datetime" in kind and isinstance(value, str):
        return datetime.fromisoformat(value)
    return _frozen(value) if kind.startswith("tuple") else value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
