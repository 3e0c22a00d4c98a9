"""直播 (docs 96836, 94145): only streams this app made are visible to it."""

from typing import Any

from gateways.wecom.session import Session, family

CORPORATE = 0
"""type: general."""


@family
class Living:
    """The living calls."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(self, anchor: str, theme: str, starts: int, duration: int) -> str:
        """Book a stream (`starts` in unix seconds, `duration` in seconds); its livingid."""
        body = {
            "anchor_userid": anchor, "theme": theme, "living_start": starts, "living_duration": duration,
            "type": CORPORATE, "remind_time": 600,
        }  # fmt: skip
        return str(self._session.call("living/create", body)["livingid"])

    def cancel(self, living_id: str) -> None:
        """Call it off; only while it is booked (92006 otherwise)."""
        self._session.call("living/cancel", {"livingid": living_id})

    def watched(self, living_id: str, next_key: str) -> tuple[list[dict[str, Any]], str]:
        """A page of customers who watched, and the key of the next; empty after the last (only `ending` tells)."""
        data = self._session.call("living/get_watch_stat", {"livingid": living_id, "next_key": next_key})
        rows = (data.get("stat_info") or {}).get("external_users") or ()
        return list(rows), "" if data.get("ending") == 1 else str(data.get("next_key") or "")
