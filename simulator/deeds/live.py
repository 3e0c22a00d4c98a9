"""What happens in a live stream: its anchor begins and ends it, customers watch (doc 94145)."""

from simulator.api.living import ENDED, RUNNING
from simulator.deeds.base import Deeds


class Live(Deeds):
    """Anchors and their audience."""

    def begin_live(self, living_id: str) -> None:
        """The anchor goes on air."""
        self._turn(living_id, RUNNING)

    def end_live(self, living_id: str) -> None:
        """And off it."""
        self._turn(living_id, ENDED)

    def watch_live(self, person: str, living_id: str, seconds: int, *, comments: bool = False) -> None:
        """A customer watches for so long."""
        company = self._company
        with company.lock:
            company.lives[living_id]["watched"][person] = {
                "external_userid": person, "type": 1, "name": company.name_of(person), "watch_time": seconds,
                "is_comment": int(comments), "is_mic": 0,
            }  # fmt: skip

    def _turn(self, living_id: str, status: int) -> None:
        company = self._company
        with company.lock:
            live = company.lives[living_id]
            live["status"] = status
        told: dict[str, object] = {"Event": "living_status_change", "LivingId": living_id, "Status": status}
        self._event({**told, "AgentID": company.corp.agent_id}, sender=str(live["anchor_userid"]))
