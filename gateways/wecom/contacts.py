"""客户联系: welcome, customers, remarks, contact ways (docs 92599, 92114, 96348)."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateways.wecom.paging import pages
from gateways.wecom.session import Session, family
from gateways.wecom.types import ContactWay, Customer, Follower


@family
class Contacts:
    """The externalcontact calls about single customers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def welcome(self, code: str, text: str, attachments: Sequence[Mapping[str, object]] = ()) -> None:
        """Greet a new contact; the code works once within 20 seconds."""
        body: dict[str, object] = {"welcome_code": code, "text": {"content": text}}
        body |= {"attachments": list(attachments)} if attachments else {}
        self._session.call("externalcontact/send_welcome_msg", body)

    def customer(self, customer_id: str) -> Customer:
        """A customer and the followers inside our visible range."""
        data = self._session.call("externalcontact/get", method="GET", params={"external_userid": customer_id})
        person = data.get("external_contact") or {}
        followers = tuple(_follower(one) for one in data.get("follow_user") or ())
        return Customer(customer_id, str(person.get("name") or ""), str(person.get("unionid") or ""), followers)

    def page_by_users(self, userids: Sequence[str], cursor: str = "") -> tuple[list[dict[str, Any]], str]:
        """Up to a hundred customers of up to a hundred employees (contact and follow_info each), the next cursor."""
        body = {"userid_list": list(userids), "limit": 100, "cursor": cursor}
        page = self._session.call("externalcontact/batch/get_by_user", body)
        return list(page.get("external_contact_list") or ()), str(page.get("next_cursor") or "")

    def follow_users(self) -> tuple[str, ...]:
        """Employees with the customer-contact right."""
        return tuple(self._session.call("externalcontact/get_follow_user_list", method="GET").get("follow_user") or ())

    def remark(self, userid: str, customer_id: str, remark: str) -> None:
        """The employee's remark on a customer, at most 20 letters."""
        body = {"userid": userid, "external_userid": customer_id, "remark": remark[:20]}
        self._session.call("externalcontact/remark", body)

    def add_way(self, users: Sequence[str], state: str, remark: str = "") -> ContactWay:
        """A QR code whose `state` (≤ 30 letters) comes back with whoever scans it."""
        body = {
            "type": 1 if len(users) == 1 else 2, "scene": 2, "user": list(users), "state": state,
            "remark": remark[:30], "skip_verify": True,
        }  # fmt: skip
        data = self._session.call("externalcontact/add_contact_way", body)
        return ContactWay(str(data["config_id"]), str(data.get("qr_code") or ""))

    def get_way(self, config_id: str) -> dict[str, Any]:
        """A contact way as WeCom has it."""
        return dict(
            self._session.call("externalcontact/get_contact_way", {"config_id": config_id}).get("contact_way") or {}
        )

    def delete_way(self, config_id: str) -> None:
        """Take a contact way back."""
        self._session.call("externalcontact/del_contact_way", {"config_id": config_id})

    def list_ways(self, start: int, end: int) -> tuple[str, ...]:
        """Config ids made between two unix seconds."""
        found: list[str] = []
        body = {"start_time": start, "end_time": end, "limit": 1000}
        for page in pages(
            lambda cursor: self._session.call("externalcontact/list_contact_way", {**body, "cursor": cursor})
        ):
            found += [str(one["config_id"]) for one in page.get("contact_way") or ()]
        return tuple(found)


def _follower(one: Mapping[str, Any]) -> Follower:
    tags = tuple(str(tag["tag_id"]) for tag in one.get("tags") or () if tag.get("tag_id"))
    return Follower(str(one.get("userid") or ""), str(one.get("state") or ""), tags)
