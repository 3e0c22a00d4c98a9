"""Everything that can go out: frozen intents in the imperative. Handlers return them; the sender carries them out."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any

from models.broadcasts import BROADCASTS
from models.intent import Action as Action
from models.intent import Traits as Traits
from models.living import LIVING
from models.mass import MASS
from models.mass import CancelMass as CancelMass
from models.mass import CheckMass as CheckMass
from models.mass import CreateMass as CreateMass
from models.mass import RemindMass as RemindMass
from models.upkeep import UPKEEP
from models.ways import WAYS

Menu = tuple[tuple[str, str], ...]
"""(id, label) pairs a person can tap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendWelcome(Action):
    """Greet a new contact; the code is good once and for 20 seconds (doc 92599)."""

    to: str
    employee_id: str
    code: str
    text: str
    content_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendKfWelcome(Action):
    """One message in 微信客服 on a code that lives 20 seconds: enter_session's, or the end of a session's."""

    to: str
    open_kfid: str
    code: str
    text: str
    content_id: str
    menu: Menu = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SendKf(Action):
    """Answer in 微信客服: at most five within 48 hours of the customer's last message (doc 94677)."""

    to: str
    open_kfid: str
    text: str
    content_id: str
    menu: Menu = ()
    tail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferKf(Action):
    """Put a KF session into the waiting pool (2) or with a servicer (3)."""

    to: str
    open_kfid: str
    state: int
    servicer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadKfState(Action):
    """Ask where a session stands: what we believed has been contradicted."""

    to: str
    open_kfid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadKfServicers(Action):
    """Ask who serves an account and who receives now."""

    open_kfid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKfAccounts(Action):
    """Ask which accounts this app may use, and pull each: the bell of a new one may have been lost."""

    source: str = "kf_accounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendApp(Action):
    """A text from the app to employees."""

    to: tuple[str, ...]
    text: str
    content_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPicture(Action):
    """A kept picture (models.media) from the app to employees."""

    to: tuple[str, ...]
    image: str
    content_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCard(Action):
    """A card to employees: an alert to take over, or a draft for one tap. `facts` are (name, value) lines."""

    to: tuple[str, ...]
    task_id: str
    title: str
    desc: str
    facts: tuple[tuple[str, str], ...] = ()
    quote: str = ""
    buttons: Menu = ()
    url: str = ""
    about: str = ""
    """alert, draft, owner_task: what the card is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateCard(Action):
    """Grey the clicked button for all who got the card (doc 94945)."""

    to: tuple[str, ...]
    task_id: str
    response_code: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyAibot(Action):
    """Answer an employee through the robot's response_url: once, within an hour (doc 101138)."""

    to: str
    response_url: str
    text: str
    content_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullKf(Action):
    """Read a KF account from its cursor."""

    open_kfid: str
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullArchive(Action):
    """Read the message archive from its cursor."""

    source: str = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchGroup(Action):
    """Read a customer group."""

    chat_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchCustomer(Action):
    """Read a customer and who follows them."""

    member_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareDirectory(Action):
    """Read all contacts and groups and report what no callback told us (docs 92130, 92277: callbacks may be lost)."""

    source: str = "directory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attest(Action):
    """A fact for the evidence, written with the deed in its transaction; it goes nowhere else."""

    kind: str
    ref: str
    facts: dict[str, object]
    person: str = ""


TRAITS: dict[type[Action], Traits] = {
    **UPKEEP,
    **WAYS,
    **LIVING,
    **BROADCASTS,
    **MASS,
    SendWelcome: Traits(purpose="welcome", priority=0, within=timedelta(seconds=19), lane="to"),
    SendKfWelcome: Traits(purpose="welcome", priority=0, within=timedelta(seconds=19), lane="to"),
    UpdateCard: Traits(purpose="alert", priority=1, within=timedelta(hours=71), lane="task_id"),
    SendCard: Traits(purpose="alert", priority=1, lane="task_id"),
    PullKf: Traits(purpose="plumbing", priority=1, within=timedelta(minutes=30), lane="open_kfid"),
    SendKf: Traits(purpose="reply", priority=2, within=timedelta(hours=1), lane="to"),
    ReplyAibot: Traits(purpose="reply", priority=2, within=timedelta(minutes=55), lane="to"),
    TransferKf: Traits(purpose="reply", priority=2, within=timedelta(hours=1), lane="to"),
    ReadKfState: Traits(purpose="plumbing", priority=2, within=timedelta(hours=1), lane="to"),
    ReadKfServicers: Traits(purpose="plumbing", priority=2, within=timedelta(minutes=30), lane=""),
    ListKfAccounts: Traits(purpose="plumbing", priority=3, within=timedelta(minutes=30), lane="source"),
    SendApp: Traits(purpose="service", priority=3, lane="to"),
    SendPicture: Traits(purpose="service", priority=3, lane="to"),
    PullArchive: Traits(purpose="plumbing", priority=3, lane="source"),
    FetchGroup: Traits(purpose="plumbing", priority=4, lane="chat_id"),
    FetchCustomer: Traits(purpose="plumbing", priority=4, lane="member_id"),
    CompareDirectory: Traits(purpose="plumbing", priority=8, lane="source"),
}
KINDS: dict[str, type[Action]] = {kind.__name__: kind for kind in TRAITS}


def dump(action: Action) -> str:
    """The action as JSON, its kind kept beside it in the row."""
    return json.dumps(asdict(action), ensure_ascii=False)


def load(kind: str, body: str) -> Action:
    """The action again. KeyError for a kind this version does not know."""
    made = KINDS[kind]
    data: dict[str, Any] = json.loads(body)
    known = {one.name for one in fields(made)}
    return made(**{name: _frozen(value) for name, value in data.items() if name in known})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def lane_of(action: Action, alone: str) -> str:
    """The lane of an action; `alone` for one that waits for nobody."""
    field = TRAITS[type(action)].lane
    value = getattr(action, field) if field else ""
    return f"{field}:{value if isinstance(value, (str, int)) else ','.join(value)}" if value else alone


def recipient_of(action: Action) -> str:
    """Whom the action is for, as one column can hold: a person, a group list's owner, or nobody."""
    value = getattr(action, "to", None) or getattr(action, "owner", "")
    return value if isinstance(value, str) else ",".join(value or ())[:80]


def words_of(action: Action) -> tuple[str, ...]:
    """Every text a person will read, in order: what the gate lints."""
    words: list[str] = [
        str(getattr(action, name)) for name in ("title", "desc", "text", "tail", "quote") if getattr(action, name, "")
    ]
    words += [label for _, label in getattr(action, "menu", ())]
    words += [
        one
        for one in (
            *getattr(action, "link", ())[:2],
            *getattr(action, "mini", ())[:1],
            getattr(action, "image_words", ""),
        )
        if one
    ]
    words += [f"{name}{value}" for name, value in getattr(action, "facts", ())]
    return tuple(words)
