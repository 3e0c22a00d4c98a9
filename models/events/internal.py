"""What our own clock, console and outcomes put into the inbox."""

from dataclasses import dataclass
from datetime import datetime

from models.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PushDue(Event):
    """An occurrence of a push plan has come."""

    occurrence_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveReminderDue(Event):
    """A rung of a live stream's reminder ladder has come."""

    occurrence_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertOverdue(Event):
    """Nobody said "I have it" in time."""

    alert_id: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MassCheckDue(Event):
    """Time to ask WeCom which owners have tapped send."""

    msgid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHalted(Event):
    """A person paused a push plan; these mass messages are still with their owners."""

    plan_id: int
    msgids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialWanted(Event):
    """Somebody at the console wants to see a push in their own WeCom first."""

    plan_id: int
    employee_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullDue(Event):
    """Reconciliation: pull a KF account, the archive or the directory although nothing rang."""

    what: str
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MassCreated(Event):
    """WeCom accepted a mass message; its owner has still to tap send."""

    outbound_id: int
    msgid: str
    owner: str
    occurrence_id: int
    targets: tuple[str, ...]
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MassChecked(Event):
    """What WeCom says about each target of a mass message: 0 waiting, 1 sent, 2 no friend, 3 over the cap."""

    msgid: str
    results: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSent(Event):
    """A template card reached WeCom; its response code can update it once without a click."""

    task_id: str
    response_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFetched(Event):
    """A customer group as WeCom has it now. Members as (id, type, join seconds, scene, state, name)."""

    chat_id: str
    name: str
    owner: str
    version: str
    members: tuple[tuple[str, int, int, int, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFetched(Event):
    """A customer as WeCom has it now."""

    member_id: str
    name: str
    unionid: str
    followers: tuple[tuple[str, str], ...]
    """(employee, state) of each contact relation."""
    tags: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(employee, corp tag ids) of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayCreated(Event):
    """A way of an invitation exists now: `into` friend, group or kf; for kf `qr_code` is the address itself."""

    invitation_id: int
    config_id: str
    qr_code: str
    into: str = "friend"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaUploaded(Event):
    """WeCom has a picture now."""

    hash: str
    media_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFailed(Event):
    """An action could not be carried out for good; features degrade by it (answer -> draft -> advisor)."""

    outbound_id: int
    kind: str
    errcode: int | None
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralChecked(Event):
    """The nightly look at one referral: has it stayed long enough, has it matured."""

    referral_id: int
    on: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassBroken(Event):
    """Somebody at the console opened a client who is not theirs, with a reason."""

    opening_id: int
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KfMoved(Event):
    """WeCom moved a 微信客服 session as we asked; the code, where one came, is good for one message."""

    open_kfid: str
    member_id: str
    state: int
    servicer: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KfStateRead(Event):
    """Where WeCom says a session stands."""

    open_kfid: str
    member_id: str
    state: int
    servicer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KfServicersRead(Event):
    """Who serves an account: (userid, receiving)."""

    open_kfid: str
    servicers: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KfTakenOver(Event):
    """At the console somebody gave a session to a servicer; an empty one gives it back to the bot."""

    open_kfid: str
    member_id: str
    servicer: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyWithheld(Event):
    """The gate kept an answer back for its words: a person has to give it."""

    row_key: str
