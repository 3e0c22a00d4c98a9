"""客户朋友圈 (wecom-outbound 2.8): the corp creates, each advisor publishes, customers like and answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateways.wecom.paging import pages
from gateways.wecom.session import Session, family
from gateways.wecom.types import Media, MomentJob

DONE = 3
PUBLISHED = 1


@family
class Moments:
    """The externalcontact calls about moments."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def upload(self, kind: str, filename: str, data: bytes) -> Media:
        """A picture or video for a moment: media of this scene only serve moments (41072 elsewhere)."""
        answer = self._session.call(
            "media/upload_attachment", params={"media_type": kind, "attachment_type": "1"},
            files={"media": (filename, data)},
        )  # fmt: skip
        return Media(str(answer["media_id"]), int(answer.get("created_at") or 0))

    def create(self, body: Mapping[str, object]) -> str:
        """A job that makes the moment, good for a day; its id. At most ten a minute in the whole corp."""
        return str(self._session.call("externalcontact/add_moment_task", body)["jobid"])

    def job(self, job_id: str) -> MomentJob:
        """How far the job is."""
        data = self._session.call("externalcontact/get_moment_task_result", method="GET", params={"jobid": job_id})
        made: dict[str, Any] = data.get("result") or {}
        refused = (made.get("invalid_sender_list") or {}).get("user_list") or ()
        return MomentJob(
            done=int(data["status"]) == DONE, moment_id=str(made.get("moment_id") or ""),
            errcode=int(made.get("errcode") or 0), refused=tuple(str(one) for one in refused),
        )  # fmt: skip

    def published(self, moment_id: str) -> tuple[str, ...]:
        """Advisors who have published it."""
        body = {"moment_id": moment_id, "limit": 1000}
        rows = [
            one
            for page in pages(
                lambda cursor: self._session.call("externalcontact/get_moment_task", {**body, "cursor": cursor})
            )
            for one in page.get("task_list") or ()
        ]
        return tuple(str(one["userid"]) for one in rows if int(one.get("publish_status") or 0) == PUBLISHED)

    def recent(self, start: datetime, end: datetime) -> tuple[tuple[str, str], ...]:
        """(moment id, text) of those the corp created between two moments (≤ 30 days)."""
        body = {"start_time": int(start.timestamp()), "end_time": int(end.timestamp()), "filter_type": 0, "limit": 20}
        rows = [
            one
            for page in pages(
                lambda cursor: self._session.call("externalcontact/get_moment_list", {**body, "cursor": cursor})
            )
            for one in page.get("moment_list") or ()
        ]
        return tuple((str(one["moment_id"]), str((one.get("text") or {}).get("content") or "")) for one in rows)

    def answers(self, moment_id: str, owner: str) -> tuple[tuple[str, str, int], ...]:
        """(customer, like|comment, unix seconds) under one advisor's copy; colleagues are left out."""
        data = self._session.call("externalcontact/get_moment_comments", {"moment_id": moment_id, "userid": owner})
        named = (("like", data.get("like_list") or ()), ("comment", data.get("comment_list") or ()))
        return tuple(
            (str(one["external_userid"]), kind, int(one.get("create_time") or 0))
            for kind, rows in named for one in rows if one.get("external_userid")
        )  # fmt: skip

    def cancel(self, moment_id: str) -> None:
        """Stop what is not published."""
        self._session.call("externalcontact/cancel_moment_task", {"moment_id": moment_id})
