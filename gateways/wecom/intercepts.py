"""敏感词 interception rules: they act on what employees type to customers (doc 96346)."""

from collections.abc import Sequence
from typing import Any

from gateways.wecom.session import Session, family

WHOLE_CORP = {"department_list": [1]}
"""The root department: whoever may talk to customers is inside."""


@family
class Intercepts:
    """The externalcontact/…_intercept_rule calls."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of the corp's rules, ours and others'."""
        data = self._session.call("externalcontact/get_intercept_rule_list", method="GET")
        return tuple((str(one["rule_id"]), str(one["rule_name"])) for one in data.get("rule_list") or ())

    def get(self, rule_id: str) -> dict[str, Any]:
        """A rule with its words."""
        data = self._session.call("externalcontact/get_intercept_rule", {"rule_id": rule_id})
        return dict(data.get("rule") or {})

    def add(self, name: str, kind: int, words: Sequence[str]) -> str:
        """A new rule for the whole corp; its id."""
        body = {"rule_name": name, "word_list": [*words], "intercept_type": kind, "applicable_range": WHOLE_CORP}
        return str(self._session.call("externalcontact/add_intercept_rule", body)["rule_id"])

    def update(self, rule_id: str, name: str, kind: int, words: Sequence[str]) -> None:
        """Other words or another kind; whom it applies to stays."""
        body = {"rule_id": rule_id, "rule_name": name, "word_list": [*words], "intercept_type": kind}
        self._session.call("externalcontact/update_intercept_rule", body)

    def delete(self, rule_id: str) -> None:
        """Take a rule away."""
        self._session.call("externalcontact/del_intercept_rule", {"rule_id": rule_id})
