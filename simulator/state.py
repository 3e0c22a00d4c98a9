"""The records of the pretend corp: what the admin console, the clients and the API know about."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
"""A decoded JSON object as it goes over WeCom's wire."""


class ApiError(Exception):
    """An errcode for the caller."""

    def __init__(self, errcode: int, errmsg: str = "invalid request") -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


@dataclass(slots=True)
class Corp:
    """What the admin console shows: ids, secret, callback settings."""

    corp_id: str = "ww0000000000000001"
    agent_id: int = 1000002
    secret: str = "simulator-secret-0000000000000000000000000000"  # noqa: S105 a pretend one
    token: str = "simTok2026"  # noqa: S105 the same
    aes_key: str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    aibot_token: str = "simBot2026"  # noqa: S105 the same
    aibot_aes_key: str = "BBECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    base: str = "http://127.0.0.1:8100"
    trusted_ip: bool = True
    duplicate_msgid_code: int = 40058
    """Code for a repeated KF msgid; UNVERIFIED in WeCom."""


@dataclass(slots=True, kw_only=True)
class Switches:
    """Limits that tests scale down, and behaviours WeCom's documents leave open (UNVERIFIED)."""

    per_api: int = 10_000
    """Calls of one API a window before 45009 (doc 90454); message sending is not counted."""
    window: float = 60.0
    parallel: int = 5
    """Calls of one customer-contact API at once before 45033; the figure is a staff answer. 0 = never."""
    per_person_minute: int = 30
    per_person_hour: int = 1000
    """Beyond them messages to an employee vanish with errcode 0 (doc 90454; the errcode is UNVERIFIED)."""
    tokenless_syncs: int = 30
    """kf/sync_msg calls a window without a doorbell's token; WeCom only says "strict"."""
    kf_page: int = 1000
    """Most items a sync page carries, whatever the caller's limit."""
    empty_pages: bool = False
    """Each sync begins with an empty page that says has_more."""
    kf_end_early: bool = False
    """Whether a session may be ended from states 0, 1 and 2."""
    dispatching: float = 0.5
    """Seconds after creation in which a mass message answers 41063."""
    mass_cap: str = "month"
    """What a customer may receive: month (as many as it has days), week (7) or day (1)."""
    group_limit: int = 500
    option_ids: str = "OptionIds"
    """Spelling of the nested tag in card events; some documents have OpitonIds."""
    open_ids: bool = False
    """The smart robot was made by somebody other than a super admin: its messages carry encrypted ids."""
    archive_own: bool = True
    """Mass messages an owner sends into a group are archived like anything else he says."""
    slow_seconds: float = 0.2
    lost_seconds: float = 0.05
    """How long the HTTP server sits on an answer it will not give."""


@dataclass(slots=True)
class Details:
    """What an employee noted about a customer, and since when they know each other."""

    created_at: int = 0
    remark: str = ""
    description: str = ""
    mobiles: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    talked_at: float = 0.0


@dataclass(slots=True)
class Customer:
    """A WeChat user."""

    id: str
    name: str
    friends: dict[str, str] = field(default_factory=dict)
    """employee -> state of how they met"""
    details: dict[str, Details] = field(default_factory=dict)
    """employee -> notes"""
    left: set[str] = field(default_factory=set)
    """employees this customer deleted; for the API the one-way relation stays"""

    def about(self, employee: str) -> Details:
        """The notes of one employee."""
        return self.details.setdefault(employee, Details())


@dataclass(slots=True)
class Group:
    """A customer group."""

    id: str
    name: str
    owner: str
    members: dict[str, tuple[float, str]] = field(default_factory=dict)
    """member -> (join time, state)"""
    version: int = 1
    created_at: float = 0.0
    scenes: dict[str, int] = field(default_factory=dict)
    """member -> join scene, where it is not 3 (scanned)"""
    admins: list[str] = field(default_factory=list)
    welcome: str = ""
    """template the owner applied"""


@dataclass(slots=True)
class KfSession:
    """A customer's conversation with the KF account."""

    state: int = 4
    servicer: str = ""
    said_at: float = 0.0
    answers: int = 0
    greeted_at: float = 0.0
    active_at: float = 0.0
    first_moves: set[int] = field(default_factory=set)
    """States entered since the session began: the first change gives a msg_code."""
    scene: str = ""
    scene_param: str = ""


@dataclass(frozen=True, slots=True)
class KfCode:
    """Permission to send one message on an event."""

    customer: str
    until: float
    types: tuple[str, ...] = ("text", "msgmenu")
    state: int | None = None
    """The session must still be in it; None = any."""


@dataclass(slots=True)
class MassMessage:
    """A 群发 waiting for its senders' taps."""

    msgid: str
    owner: str
    """The sender; empty where several members have to tap."""
    chat_type: str
    targets: list[str]
    text: str
    created_at: float
    results: dict[str, int] = field(default_factory=dict)
    """target -> 0 waiting, 1 sent, 2 no friend any more, 3 over the cap"""
    tasks: dict[str, list[str]] = field(default_factory=dict)
    """sender -> its targets"""
    tapped: dict[str, float] = field(default_factory=dict)
    """sender -> when"""
    reminders: deque[float] = field(default_factory=deque)
    cancelled: bool = False
    content: str = ""
    """The text alone, as the API gives it back; `text` also names the attachments."""
    attachments: list[Json] = field(default_factory=list)


@dataclass(slots=True)
class Card:
    """A template card as its receivers see it."""

    task_id: str
    users: list[str]
    card: Json
    updates: list[str] = field(default_factory=list)
    replaced: dict[str, str] = field(default_factory=dict)
    """user -> what the greyed button says"""
    shown: dict[str, Json] = field(default_factory=dict)
    """user -> the card that took this one's place"""
    sent_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Stream:
    """An unfinished streamed answer of the robot, which WeCom polls for."""

    user: str
    plain: Json
    """The message it answers; polls repeat its head."""
    until: float
