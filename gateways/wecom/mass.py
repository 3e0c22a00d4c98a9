"""企业群发 (docs 92135, 93338): creating does not send; the employee taps."""

from collections.abc import Mapping
from datetime import datetime

from gateways.wecom.paging import pages
from gateways.wecom.session import Session, family
from gateways.wecom.types import MassCreated, MassListed, MassResult, MassTask


@family
class Mass:
    """The externalcontact calls about mass messages."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(self, body: Mapping[str, object]) -> MassCreated:
        """A task for its sender."""
        data = self._session.call("externalcontact/add_msg_template", body)
        return MassCreated(str(data["msgid"]), tuple(str(one) for one in data.get("fail_list") or ()))

    def recent(self, chat_type: str, start: datetime, end: datetime) -> tuple[MassListed, ...]:
        """Mass messages created between two moments (≤ a month)."""
        found: list[MassListed] = []
        body = {
            "chat_type": chat_type, "start_time": int(start.timestamp()), "end_time": int(end.timestamp()),
            "limit": 100,
        }  # fmt: skip
        for page in pages(
            lambda cursor: self._session.call("externalcontact/get_groupmsg_list_v2", {**body, "cursor": cursor})
        ):
            found += [
                MassListed(
                    str(one["msgid"]),
                    int(one.get("create_time") or 0),
                    str((one.get("text") or {}).get("content") or ""),
                )
                for one in page.get("group_msg_list") or ()
            ]
        return tuple(found)

    def tasks(self, msgid: str) -> tuple[MassTask, ...]:
        """Who has to tap, and who has."""
        found: list[MassTask] = []
        for page in pages(
            lambda cursor: self._session.call("externalcontact/get_groupmsg_task", {"msgid": msgid, "cursor": cursor})
        ):
            found += [MassTask(str(one["userid"]), int(one.get("status") or 0)) for one in page.get("task_list") or ()]
        return tuple(found)

    def results(self, msgid: str, userid: str) -> tuple[MassResult, ...]:
        """Targets of one sender; groups appear only after the owner acted."""
        found: list[MassResult] = []
        body = {"msgid": msgid, "userid": userid, "limit": 1000}
        for page in pages(
            lambda cursor: self._session.call("externalcontact/get_groupmsg_send_result", {**body, "cursor": cursor})
        ):
            found += [
                MassResult(str(one.get("chat_id") or one.get("external_userid") or ""), int(one.get("status") or 0))
                for one in page.get("send_list") or ()
            ]
        return tuple(found)

    def remind(self, msgid: str) -> None:
        """Nudge who has not tapped: at most three times in 24 hours (41094)."""
        self._session.call("externalcontact/remind_groupmsg_send", {"msgid": msgid})

    def cancel(self, msgid: str) -> None:
        """Stop what has not been sent."""
        self._session.call("externalcontact/cancel_groupmsg_send", {"msgid": msgid})
