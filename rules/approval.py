"""Who must approve a push, and when an approval no longer holds: policy decides, never the maker (approval.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is to be approved, as the policy sees it. `audience`: how many targets."""

    kind: str
    risk_tip: str
    audience: int


@dataclass(frozen=True, slots=True)
class Need:
    """So many different checkers, none of them the maker, and why."""

    checkers: int
    why: str


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """The rows of approval.yaml."""

    default: Need
    needs: tuple[tuple[Mapping[str, Any], Need], ...]
    growth: float
    slack: int
    emergency_roles: tuple[str, ...]
    review_hours: int

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> "ApprovalPolicy":
        """From approval.yaml."""
        rows = tuple(
            ({key: value for key, value in row.items() if key not in ("checkers", "why")}, _need(row))
            for row in data["needs"]
        )
        emergency = data["emergency"]
        return cls(
            default=_need(data["default"]), needs=rows, growth=float(data["growth"]["share"]),
            slack=int(data["growth"]["slack"]), emergency_roles=tuple(emergency["roles"]),
            review_hours=int(emergency["review_hours"]),
        )  # fmt: skip

    def need(self, subject: Subject) -> Need:
        """The most demanding row that fits."""
        fitting = [need for when, need in self.needs if _fits(when, subject)]
        return max([self.default, *fitting], key=lambda need: need.checkers)

    def outgrown(self, approved: int, now: int) -> bool:
        """Whether the audience is no longer the one that was approved."""
        return now - approved > max(self.slack, int(approved * self.growth))


def _need(row: Mapping[str, Any]) -> Need:
    return Need(int(row["checkers"]), str(row["why"]))


def _fits(when: Mapping[str, Any], subject: Subject) -> bool:
    if subject.audience <= when.get("audience_over", -1):
        return False
    return all(getattr(subject, key) == value for key, value in when.items() if key != "audience_over")
