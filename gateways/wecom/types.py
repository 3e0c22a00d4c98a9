"""What calls answer: only what the product uses."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sent:
    """message/send. `invalid` receivers come back in lower case."""

    msgid: str
    response_code: str
    invalid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KfPage:
    """One page of kf/sync_msg."""

    messages: tuple[dict[str, Any], ...]
    next_cursor: str
    has_more: bool


@dataclass(frozen=True, slots=True)
class KfState:
    """0 new, 1 assistant, 2 pool, 3 servicer, 4 ended."""

    state: int
    servicer: str


@dataclass(frozen=True, slots=True)
class Follower:
    """An employee who has the customer as a contact."""

    userid: str
    state: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Customer:
    """externalcontact/get."""

    id: str
    name: str
    unionid: str
    followers: tuple[Follower, ...]


@dataclass(frozen=True, slots=True)
class ContactWay:
    """联系我. The config id is the only handle."""

    config_id: str
    qr_code: str


@dataclass(frozen=True, slots=True)
class GroupMember:
    """Somebody in a customer group; type 1 employee, 2 customer."""

    id: str
    type: int
    join_time: int
    join_scene: int
    state: str
    name: str


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """externalcontact/groupchat/get."""

    chat_id: str
    name: str
    owner: str
    version: str
    members: tuple[GroupMember, ...]


@dataclass(frozen=True, slots=True)
class MassCreated:
    """add_msg_template: the owner has still to tap."""

    msgid: str
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MassListed:
    """An entry of get_groupmsg_list_v2."""

    msgid: str
    create_time: int
    text: str


@dataclass(frozen=True, slots=True)
class MassTask:
    """Who has to tap; status 0 not yet, 2 done."""

    userid: str
    status: int


@dataclass(frozen=True, slots=True)
class MassResult:
    """A target: 0 waiting, 1 sent, 2 no friend any more, 3 over the cap."""

    target: str
    status: int


@dataclass(frozen=True, slots=True)
class TagGroup:
    """A corp tag group with its tags as (id, name)."""

    id: str
    name: str
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Media:
    """media/upload; good for three days."""

    media_id: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Visitor:
    """auth/getuserinfo: an employee, or a customer; both empty for a stranger of whom WeCom gives an openid only."""

    employee: str
    customer: str


@dataclass(frozen=True, slots=True)
class MomentJob:
    """A job that makes a moment: when `done`, its id, or why there is none; `refused` are advisors left out."""

    done: bool
    moment_id: str
    errcode: int
    refused: tuple[str, ...]
