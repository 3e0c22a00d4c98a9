"""客户朋友圈: advisors publish, their customers see, like and answer."""

from simulator.books import Entry
from simulator.deeds.base import Deeds


class Moments(Deeds):
    """Advisors and who sees their moments."""

    def moments_of(self, advisor: str) -> list[str]:
        """Moments this advisor has still to publish."""
        every = list(self._company.moments.values())
        return [one["moment_id"] for one in every if one["senders"].get(advisor) == 0.0 and not one["cancelled"]]

    def publish_moment(self, advisor: str, moment_id: str) -> int:
        """Taps 发表; how many customers see it. 0 when there was nothing to tap."""
        company = self._company
        with company.lock:
            found = company.moments[moment_id]
            if found["cancelled"] or found["senders"].get(advisor) != 0.0:
                return 0
            found["senders"][advisor] = company.clock()
            seen = [one.id for one in company.customers.values() if advisor in one.friends and advisor not in one.left]
            for customer in seen:
                body = {"text": {"content": found["text"]}, "attachments": found["attachments"]}
                company.books.write(
                    Entry(company.clock(), "moment", customer, found["text"], moment_id, by=advisor, body=body)
                )
        return len(seen)

    def answer_moment(self, customer: str, advisor: str, moment_id: str, *, comments: bool = False) -> None:
        """A customer likes it, or writes below it."""
        company = self._company
        with company.lock:
            said = company.moments[moment_id]["answers"].setdefault(advisor, [])
            said.append((customer, "comment" if comments else "like", company.clock()))
