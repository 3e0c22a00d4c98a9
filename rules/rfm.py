"""Tiers from recency, frequency and (with consent) value: tables from alerts.yaml, a sentence for every placing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

NEVER = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One member's figures. `monetary` is daily assets in yuan, None without separate consent."""

    last_active_at: datetime | None
    count_30d: int
    monetary: float | None
    newcomer: bool


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier and why, in one plain sentence."""

    code: str
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Score tables, and the order of tiers from high to low."""

    recency: tuple[tuple[int, int], ...]
    frequency: tuple[tuple[int, int], ...]
    monetary: tuple[tuple[float, int], ...]
    names: Mapping[str, str]
    rank: tuple[str, ...]

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """From alerts.yaml `rfm`."""
        scores = data["scores"]
        names = {str(one["code"]): str(one["name"]) for one in (*data["tiers"], *data["member_rf_tiers"])}
        return cls(
            recency=tuple((int(one["max_days"]), int(one["s"])) for one in scores["R"]),
            frequency=tuple((int(one["min_count"]), int(one["s"])) for one in scores["F"]),
            monetary=tuple((float(one["min_daily_assets"]), int(one["s"])) for one in scores["M"]),
            names=names,
            rank=("S", "A", "B", "P", "Q", "C", "N", "W", "D", "L"),
        )


def place(tables: Tables, figures: Figures, now: datetime) -> Tier:
    """The tier of a member by today's figures."""
    days = max(0, (now - figures.last_active_at).days) if figures.last_active_at else NEVER
    r = next(score for limit, score in tables.recency if days <= limit or limit == tables.recency[-1][0])
    f = _at_least(tables.frequency, figures.count_30d)
    m = None if figures.monetary is None else _at_least(tables.monetary, figures.monetary)
    code = _by_activity(r, f, newcomer=figures.newcomer) if m is None else _by_value(r, f, m)
    seen = "从未互动" if days >= NEVER else f"最近一次互动在 {days} 天前" if days else "24 小时内有互动"
    value = "资产信息未授权" if m is None else f"价值分 {m}"
    why = f"{seen}（R{r}），近 30 天互动 {figures.count_30d} 次（F{f}），{value}，归为“{tables.names.get(code, code)}”"
    return Tier(code, tables.names.get(code, code), why)


def _at_least(table: Sequence[tuple[float, int]], value: float) -> int:
    return next((score for limit, score in table if value >= limit), table[-1][1])  # net assets can be below zero


def _by_value(r: int, f: int, m: int) -> str:
    if m >= 4:
        return "S" if r >= 3 and f >= 3 else "A"
    if r >= 4 and f >= 4:
        return "B"
    return "C" if r >= 2 and f >= 2 else "D"


def _by_activity(r: int, f: int, *, newcomer: bool) -> str:
    if r >= 4 and f >= 4:
        return "P"
    if r >= 3 and f >= 3:
        return "Q"
    if newcomer:
        return "N"
    return "W" if f >= 2 or r >= 2 else "L"


def is_lower(tables: Tables, new: str, old: str) -> bool:
    """Whether `new` ranks below `old`; unknown codes rank last."""
    order = {code: at for at, code in enumerate(tables.rank)}
    return order.get(new, len(order)) > order.get(old, len(order))
