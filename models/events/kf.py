"""微信客服: the doorbell callback and the events inside sync_msg (docs 94670, 94677)."""

from dataclasses import dataclass

from models.events.base import Event, MemberEvent, wire


@dataclass(frozen=True, slots=True, kw_only=True)
class KfRang(Event):
    """Something new lies at this KF account: pull it. The token is good for 10 minutes."""

    open_kfid: str = wire("OpenKfId", "")
    token: str = wire("Token", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class KfAccountAuthorised(Event):
    """KF accounts were handed to, or taken from, this app."""

    added: tuple[str, ...] = wire("AuthAddOpenKfId", ())
    removed: tuple[str, ...] = wire("AuthDelOpenKfId", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class KfEntered(MemberEvent):
    """A customer opened the KF conversation. The welcome code, where there is one, lives 20 seconds."""

    open_kfid: str = ""
    scene: str = ""
    scene_param: str = ""
    welcome_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KfSendFailed(Event):
    """WeCom accepted a message and could not deliver it after all."""

    open_kfid: str = ""
    member_id: str = ""
    failed_msgid: str = ""
    fail_type: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KfServicerChanged(Event):
    """A servicer started (1) or stopped (2) receiving."""

    open_kfid: str = ""
    servicer: str = ""
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KfSessionChanged(Event):
    """A person took (1), passed on (2), ended (3) or re-opened (4) the session in the client."""

    open_kfid: str = ""
    member_id: str = ""
    change: int = 0
    old_servicer: str = ""
    new_servicer: str = ""
    msg_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KfServicerSaid(Event):
    """A servicer answered in the client: the bot stays out of the way."""

    open_kfid: str = ""
    member_id: str = ""
    servicer: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KfRejectSwitched(Event):
    """A servicer blocked (1) or unblocked (0) a customer."""

    open_kfid: str = ""
    member_id: str = ""
    rejected: int = 0
