"""Smaller families: media, robots, the app itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateways.wecom.errors import Refused
from gateways.wecom.session import Session, family
from gateways.wecom.types import Media, Visitor


@family
class MediaFiles:
    """media/* (doc 90253): shared inside the corp, good for three days."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def upload(self, kind: str, filename: str, data: bytes) -> Media:
        """image, voice, video or file."""
        answer = self._session.call("media/upload", params={"type": kind}, files={"media": (filename, data)})
        return Media(str(answer["media_id"]), int(answer.get("created_at") or 0))


@family
class Robots:
    """Answers by response_url (doc 101138) and internal group robots (doc 91770)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def reply(self, response_url: str, body: Mapping[str, object]) -> None:
        """One answer per url, within an hour."""
        self._session.anonymous(response_url, body)

    def key_of(self, name: str) -> str:
        """The key of a robot by its name. Raises Refused for a name nobody set."""
        key = self._session.credentials.robots.get(name)
        if key is None:
            raise Refused("webhook/send", None, f"没有名为“{name}”的群机器人：检查 WECOM_ROBOTS")
        return key

    def send(self, key: str, body: Mapping[str, object]) -> None:
        """To an internal group; 20 a minute. There is no key to repeat it by."""
        self._session.limits.before("webhook/send", [key])
        self._session.anonymous(f"{self._session.credentials.api_base}/cgi-bin/webhook/send", body, {"key": key})


@family
class App:
    """The self-built app (docs 90930, 90227)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def callback_ips(self) -> tuple[str, ...]:
        """Where callbacks come from."""
        return tuple(self._session.call("getcallbackip", method="GET").get("ip_list") or ())

    def visitor(self, code: str) -> Visitor:
        """Who followed a link with web authorisation (docs 98177, 96442); a code is good once, for five minutes."""
        found = self._session.call("auth/getuserinfo", method="GET", params={"code": code})
        return Visitor(str(found.get("userid") or ""), str(found.get("external_userid") or ""))

    def agent(self) -> dict[str, Any]:
        """Name, visible range and state of the app."""
        return self._session.call(
            "agent/get", method="GET", params={"agentid": str(self._session.credentials.agent_id)}
        )

    def employees(self, department: str = "1") -> tuple[tuple[str, str], ...]:
        """(userid, name) of everybody in the visible range of a department and those below it (doc 90200)."""
        params = {"department_id": department, "fetch_child": "1"}
        listed = self._session.call("user/simplelist", method="GET", params=params).get("userlist") or ()
        return tuple((str(one["userid"]), str(one.get("name") or "")) for one in listed)

    def userids_of(self, open_ids: Sequence[str]) -> dict[str, str]:
        """Encrypted id -> userid, of those WeCom knows and the app may see; at most a thousand (doc 101521)."""
        listed = self._session.call("batch/openuserid_to_userid", {"open_userid_list": list(open_ids)})
        return {str(one["open_userid"]): str(one["userid"]) for one in listed.get("userid_list") or ()}

    def employee(self, userid: str) -> tuple[str, bool]:
        """Name, and whether the account is active (status 1) or only not yet activated (4) (doc 90196)."""
        found = self._session.call("user/get", method="GET", params={"userid": userid})
        return str(found.get("name") or ""), int(found.get("status") or 0) in (1, 4)
