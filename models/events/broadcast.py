"""What became of broadcasts: moments made, published and answered; colleagues and robots told."""

from dataclasses import dataclass

from models.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastSent(Event):
    """WeCom took a message to colleagues or a robot's group; `refused` are those it could not reach."""

    occurrence_id: int
    to: tuple[str, ...]
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentAsked(Event):
    """WeCom works on a moment under `job_id`; or, found again after a lost answer, has it as `moment_id`."""

    occurrence_id: int
    job_id: str
    moment_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentMade(Event):
    """The job is over. `errcode` 0: advisors can publish now, but for `refused`."""

    job_id: str
    moment_id: str
    errcode: int
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentDue(Event):
    """Time to look at a moment again."""

    moment: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentChecked(Event):
    """Advisors who have published."""

    moment_id: str
    published: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentRead(Event):
    """Customers who liked or answered under one advisor's copy: (member, like|comment, unix seconds)."""

    moment_id: str
    rows: tuple[tuple[str, str, int], ...]


EVENTS: tuple[type[Event], ...] = (BroadcastSent, MomentAsked, MomentMade, MomentDue, MomentChecked, MomentRead)
