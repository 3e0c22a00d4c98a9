"""Actions that speak in the open: advisors' moments, colleagues by the app, internal groups by their robot.

None of them names a customer: nobody's consent is asked and nothing is personal in them; words, hours, an open opinion
incident and risk levels bind them as they bind any push (bot.broadcast).
"""

from dataclasses import dataclass

from models.intent import Action, Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast(Action):
    """What all of them carry. `to`: advisors, colleagues, or the one robot. `link`: title, description, address."""

    occurrence_id: int
    to: tuple[str, ...]
    text: str
    content_id: str
    about: str
    link: tuple[str, ...] = ()
    image: str = ""
    image_words: str = ""
    attachment: tuple[str, ...] = ()
    mini: tuple[str, ...] = ()
    """As in models.actions.CreateMass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateMoment(Broadcast):
    """Ask advisors to publish on their 客户朋友圈: each taps, their customers see it (wecom-outbound 2.8)."""

    about: str = "moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class TellStaff(Broadcast):
    """A text from the app to colleagues (doc 90236)."""

    about: str = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRobot(Broadcast):
    """A text into the internal group of one robot (doc 91770)."""

    about: str = "robot"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMoment(Action):
    """Ask what became of the job that makes a moment."""

    job_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckMoment(Action):
    """Ask which advisors have published."""

    moment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMoment(Action):
    """Ask who liked or answered under one advisor's copy."""

    moment_id: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelMoment(Action):
    """Call back what advisors have not published yet."""

    moment_id: str


BROADCASTS: dict[type[Action], Traits] = {
    CreateMoment: Traits(purpose="push", priority=6, lane="occurrence_id"),
    TellStaff: Traits(purpose="push", priority=6, lane="occurrence_id"),
    PostRobot: Traits(purpose="push", priority=6, lane="to"),
    FindMoment: Traits(purpose="plumbing", priority=7, lane="job_id"),
    CheckMoment: Traits(purpose="plumbing", priority=7, lane="moment_id"),
    ReadMoment: Traits(purpose="plumbing", priority=8, lane="moment_id"),
    CancelMoment: Traits(purpose="plumbing", priority=0, lane="moment_id"),
}
