"""Actions on mass messages: asked for, followed, called back (docs 92135, 93338)."""

from dataclasses import dataclass
from datetime import timedelta

from models.intent import Action, Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateMass(Action):
    """Ask an owner to send to groups or contacts: the owner taps, WeCom delivers (doc 92135)."""

    owner: str
    text: str
    content_id: str
    occurrence_id: int
    chat_ids: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    about: str = "push"
    """push or live_reminder."""
    image: str = ""
    """Hash of a picture (models.media), and what can be read in it."""
    image_words: str = ""
    link: tuple[str, ...] = ()
    """Title, description, address."""
    attachment: tuple[str, ...] = ()
    """file or video, and the hash (models.media)."""
    mini: tuple[str, ...] = ()
    """Title, AppID, page of a mini-program; the picture is its cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckMass(Action):
    """Ask which targets of a mass message were reached."""

    msgid: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindMass(Action):
    """Ask the owners who have not tapped: at most three times in 24 hours (41094)."""

    msgid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelMass(Action):
    """Call back what has not been sent of a mass message."""

    msgid: str


MASS: dict[type[Action], Traits] = {
    CreateMass: Traits(purpose="push", priority=6, lane="owner"),
    CancelMass: Traits(purpose="plumbing", priority=0, lane="msgid"),
    RemindMass: Traits(purpose="plumbing", priority=7, within=timedelta(hours=2), lane="msgid"),
    CheckMass: Traits(purpose="plumbing", priority=7, lane="msgid"),
}
