"""微信客服 (docs 94670, 94677, 94669)."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateways.wecom.session import Session, family
from gateways.wecom.types import KfPage, KfState

PAGE = 1000


@family
class Kf:
    """The kf calls."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def sync(self, open_kfid: str, cursor: str, token: str = "") -> KfPage:
        """The page behind a cursor; without a callback's token WeCom limits this strictly."""
        body: dict[str, object] = {"open_kfid": open_kfid, "limit": PAGE}
        body |= {"cursor": cursor} if cursor else {}
        body |= {"token": token} if token else {}
        data = self._session.call("kf/sync_msg", body)
        messages = tuple(one for one in data.get("msg_list") or () if isinstance(one, dict))
        return KfPage(messages, str(data.get("next_cursor") or ""), bool(data.get("has_more")))

    def send(self, to: str, open_kfid: str, msgid: str, body: Mapping[str, object]) -> str:
        """A message to a customer under our own msgid (≤ 32 letters)."""
        data = self._session.call("kf/send_msg", {**body, "touser": to, "open_kfid": open_kfid, "msgid": msgid})
        return str(data.get("msgid") or msgid)

    def send_on_event(self, code: str, msgid: str, body: Mapping[str, object]) -> str:
        """A message on the code of an event (welcome, queue, end)."""
        data = self._session.call("kf/send_msg_on_event", {**body, "code": code, "msgid": msgid})
        return str(data.get("msgid") or msgid)

    def state(self, open_kfid: str, customer: str) -> KfState:
        """Where the session stands."""
        data = self._session.call("kf/service_state/get", {"open_kfid": open_kfid, "external_userid": customer})
        return KfState(int(data.get("service_state") or 0), str(data.get("servicer_userid") or ""))

    def transfer(self, open_kfid: str, customer: str, state: int, servicer: str = "") -> str:
        """Move the session; the code, where one comes, is good for a notice."""
        body: dict[str, object] = {"open_kfid": open_kfid, "external_userid": customer, "service_state": state}
        body |= {"servicer_userid": servicer} if servicer else {}
        return str(self._session.call("kf/service_state/trans", body).get("msg_code") or "")

    def accounts(self) -> tuple[dict[str, Any], ...]:
        """KF accounts this app may use."""
        return tuple(self._session.call("kf/account/list", {"offset": 0, "limit": 100}).get("account_list") or ())

    def servicers(self, open_kfid: str) -> tuple[dict[str, Any], ...]:
        """Servicers of an account; status 0 receiving, 1 stopped."""
        data = self._session.call("kf/servicer/list", method="GET", params={"open_kfid": open_kfid})
        return tuple(data.get("servicer_list") or ())

    def add_contact_way(self, open_kfid: str, scene: str) -> str:
        """The link that opens the account's chat."""
        return str(self._session.call("kf/add_contact_way", {"open_kfid": open_kfid, "scene": scene})["url"])

    def customers(self, ids: Sequence[str]) -> tuple[dict[str, Any], ...]:
        """Nickname and unionid of up to a hundred customers."""
        data = self._session.call("kf/customer/batchget", {"external_userid_list": list(ids)})
        return tuple(data.get("customer_list") or ())
