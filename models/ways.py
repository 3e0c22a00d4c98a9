"""Actions that make and give back the ways of an invitation: to an advisor, into a group, to 微信客服."""

from dataclasses import dataclass

from models.intent import Action, Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class AddWay(Action):
    """Make the contact way of an invitation (doc 96348)."""

    invitation_id: int
    employees: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropWay(Action):
    """Give a contact way back to WeCom's quota."""

    config_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddJoinWay(Action):
    """Make the way of an invitation into at most five groups (doc 99547)."""

    invitation_id: int
    chats: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropJoinWay(Action):
    """Give a join way back; it stands in the same quota."""

    config_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddKfLink(Action):
    """Ask for the address that opens 微信客服; all invitations share it (doc 94670)."""

    invitation_id: int


WAYS: dict[type[Action], Traits] = {
    AddWay: Traits(purpose="plumbing", priority=5, lane="invitation_id"),
    DropWay: Traits(purpose="plumbing", priority=8, lane="config_id"),
    AddJoinWay: Traits(purpose="plumbing", priority=5, lane="invitation_id"),
    DropJoinWay: Traits(purpose="plumbing", priority=8, lane="config_id"),
    AddKfLink: Traits(purpose="plumbing", priority=6, lane="invitation_id"),
}
