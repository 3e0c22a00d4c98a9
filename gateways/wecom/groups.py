"""Customer groups and their join ways (docs 92120, 92122, 99547)."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateways.wecom.paging import pages
from gateways.wecom.session import Session, family
from gateways.wecom.types import GroupInfo, GroupMember


@family
class Groups:
    """The externalcontact/groupchat calls."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self, owners: Sequence[str]) -> tuple[str, ...]:
        """Ids of the groups these employees (≤ 100) own; always by owner, or large corps get 81017."""
        found: list[str] = []
        body = {"owner_filter": {"userid_list": [*owners]}, "limit": 1000}
        for page in pages(
            lambda cursor: self._session.call("externalcontact/groupchat/list", {**body, "cursor": cursor})
        ):
            found += [str(one["chat_id"]) for one in page.get("group_chat_list") or ()]
        return tuple(found)

    def get(self, chat_id: str) -> GroupInfo:
        """A group with its members and their names."""
        data = self._session.call("externalcontact/groupchat/get", {"chat_id": chat_id, "need_name": 1})
        chat = data["group_chat"]
        members = tuple(_member(one) for one in chat.get("member_list") or ())
        return GroupInfo(
            chat_id,
            str(chat.get("name") or ""),
            str(chat.get("owner") or ""),
            str(chat.get("member_version") or ""),
            members,
        )

    def add_join_way(self, chat_ids: Sequence[str], state: str, remark: str = "") -> str:
        """A way into up to five groups; `state` shows at each member who came by it.

        WeCom makes no new group when all are full: nobody would have entered it in the register.
        """
        body = {"scene": 2, "remark": remark[:30], "auto_create_room": 0, "chat_id_list": [*chat_ids], "state": state}
        return str(self._session.call("externalcontact/groupchat/add_join_way", body)["config_id"])

    def get_join_way(self, config_id: str) -> dict[str, Any]:
        """A join way with its QR code."""
        data = self._session.call("externalcontact/groupchat/get_join_way", {"config_id": config_id})
        return dict(data.get("join_way") or {})

    def delete_join_way(self, config_id: str) -> None:
        """Take a join way back."""
        self._session.call("externalcontact/groupchat/del_join_way", {"config_id": config_id})


def _member(one: Mapping[str, Any]) -> GroupMember:
    return GroupMember(
        str(one.get("userid") or ""), int(one.get("type") or 0), int(one.get("join_time") or 0),
        int(one.get("join_scene") or 0), str(one.get("state") or ""), str(one.get("name") or ""),
    )  # fmt: skip
