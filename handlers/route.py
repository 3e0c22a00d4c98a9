"""What a route is: an event type and the use case that answers it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from models.actions import Action
from models.events.base import Event
from models.work import Work

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Route(Generic[E]):
    """`replies`: of these only the first that has something to say speaks; all others always run."""

    takes: type[E]
    handle: Callable[[E, Work], Iterable[Action]]
    replies: bool = False
