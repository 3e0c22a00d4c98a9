"""What people say, whichever channel carried it (wecom-app 90239, KF 94670, aibot 100719, archive 91774)."""

from dataclasses import dataclass

from models.events.base import Event, MemberEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReceived(MemberEvent):
    """A text. `channel` decides how one may answer: kf, aibot, app or group (heard through the archive)."""

    channel: str
    text: str
    customer: bool = True
    """False when one of our own employees speaks."""
    chat_id: str = ""
    open_kfid: str = ""
    response_url: str = ""
    menu_id: str = ""
    """The id of the menu entry tapped, where the text is one."""
    mentioned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReceived(MemberEvent):
    """A picture, voice, file, link, card …: counted as activity, never answered by guess."""

    channel: str
    media: str
    customer: bool = True
    chat_id: str = ""
    open_kfid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecalled(Event):
    """Somebody took a message back."""

    channel: str
    recalled: str
    """The key its own event had."""
    member_id: str = ""
    where: str = ""
    """KF account or group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveConsent(Event):
    """A customer agreed or refused to be archived (agree / disagree records)."""

    member_id: str
    agreed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AibotEntered(Event):
    """First entry of an employee into the robot's chat that day."""

    member_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AibotFeedback(Event):
    """An employee judged an answer of the robot."""

    member_id: str
    feedback_id: str
    verdict: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecognised(Event):
    """A callback this version does not know: kept whole and reported, never dropped."""

    source: str
    name: str
