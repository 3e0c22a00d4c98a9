"""App messages to employees and their cards (docs 90236, 94945)."""

from collections.abc import Mapping, Sequence

from gateways.wecom.session import Session, family
from gateways.wecom.types import Sent

DUPLICATE_SECONDS = 14_400
"""The longest window in which an identical request is not delivered twice."""


@family
class Messages:
    """The message calls."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def send(self, to: Sequence[str], body: Mapping[str, object]) -> Sent:
        """A message of any type to employees. Errcode 0 with some receivers invalid is still sent to the others."""
        envelope = {
            **body, "touser": "|".join(to), "agentid": self._session.credentials.agent_id,
            "enable_duplicate_check": 1, "duplicate_check_interval": DUPLICATE_SECONDS,
        }  # fmt: skip
        data = self._session.call("message/send", envelope, recipients=to)
        invalid = tuple(one for one in str(data.get("invaliduser") or "").lower().split("|") if one)
        return Sent(str(data.get("msgid") or ""), str(data.get("response_code") or ""), invalid)

    def update_card(self, response_code: str, users: Sequence[str], *, replace_name: str) -> None:
        """Grey the button of a card for these receivers; the code works once within 72 hours."""
        body = {
            "userids": list(users), "agentid": self._session.credentials.agent_id, "response_code": response_code,
            "button": {"replace_name": replace_name},
        }  # fmt: skip
        self._session.call("message/update_template_card", body)

    def recall(self, msgid: str) -> None:
        """Take a message back within 24 hours."""
        self._session.call("message/recall", {"msgid": msgid})
