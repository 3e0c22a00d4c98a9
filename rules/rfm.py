"""Tiers from recency, frequency and (with consent) value: cut points, needs of each tier, a sentence for every placing.

Tables come from alerts.yaml `rfm`; cut points may be replaced by a version an operator froze. The same needs are read
here for one member and by models.tiering for all of them in one statement.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import log
from typing import Any, Self

NEVER = 10_000
"""Days since the last interaction of somebody who never had one."""
UNPLACED = 99
"""The rank of a member who has no tier yet: below every tier."""
NEWCOMER = timedelta(days=14)
"""Whoever is known for less is a new member (alerts.yaml member_rf_tiers N)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One member's figures. `monetary` is the value index 0-100, None without separate consent."""

    last_active_at: datetime | None
    count_30d: int
    monetary: float | None
    newcomer: bool
    days_30d: int = 0
    """Days with an interaction among the last 30: shown, not scored."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier and why, in one plain sentence."""

    code: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Need:
    """What a tier asks for, as least scores; the first need of a list that is met decides."""

    code: str
    r: int = 1
    f: int = 1
    m: int = 1
    newcomer: bool = False


BY_VALUE = (Need("S", r=3, f=3, m=4), Need("A", m=4), Need("B", r=4, f=4), Need("C", r=2, f=2), Need("D"))
"""With consent (alerts.yaml rfm.tiers)."""
BY_ACTIVITY = (
    Need("P", r=4, f=4), Need("Q", r=3, f=3), Need("N", newcomer=True), Need("W", f=2), Need("W", r=2), Need("L"),
)  # fmt: skip
"""Without (alerts.yaml rfm.member_rf_tiers)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Least figures for scores 5, 4, 3, 2; below the last the score is 1. `recency` is most days instead."""

    recency: tuple[int, int, int, int]
    frequency: tuple[int, int, int, int]
    monetary: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        """ValueError for cut points that would make somebody who does more rank lower."""
        if self.recency[0] < 0 or list(self.recency) != sorted(set(self.recency)):
            raise ValueError("R 切点须为递增的天数，例如 3,7,14,30")
        if self.frequency[-1] < 1 or list(self.frequency) != sorted(set(self.frequency), reverse=True):
            raise ValueError("F 切点须为递减的次数，例如 20,10,5,2")
        if self.monetary[-1] <= 0 or list(self.monetary) != sorted(set(self.monetary), reverse=True):
            raise ValueError("M 切点须为递减的价值指数（0—100），例如 80,60,40,20")

    def r(self, days: int) -> int:
        """Score of days since the last interaction."""
        return next((5 - at for at, most in enumerate(self.recency) if days <= most), 1)

    def f(self, count: int) -> int:
        """Score of interactions in 30 days."""
        return next((5 - at for at, least in enumerate(self.frequency) if count >= least), 1)

    def m(self, value: float) -> int:
        """Score of a value index."""
        return next((5 - at for at, least in enumerate(self.monetary) if value >= least), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyTask:
    """What every member of some tiers is owed once a month, within `days` of it."""

    kind: str
    name: str
    tiers: tuple[str, ...]
    days: int
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Cut points in force, how value is indexed, and the order of tiers from high to low."""

    cuts: Cuts
    assets: tuple[float, ...]
    fees: tuple[float, ...]
    products: tuple[float, ...]
    names: Mapping[str, str]
    rank: tuple[str, ...]
    tasks: tuple[MonthlyTask, ...] = ()

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """From alerts.yaml `rfm`."""
        scores, value = data["scores"], data["value"]
        names = {str(one["code"]): str(one["name"]) for one in (*data["tiers"], *data["member_rf_tiers"])}
        r = [int(one["max_days"]) for one in scores["R"]][:4]
        f = [int(one["min_count"]) for one in scores["F"]][:4]
        return cls(
            cuts=Cuts(
                recency=(r[0], r[1], r[2], r[3]), frequency=(f[0], f[1], f[2], f[3]), monetary=(80.0, 60.0, 40.0, 20.0)
            ),
            assets=(*sorted(float(one["min_daily_assets"]) for one in scores["M"]), float(value["assets_top"])),
            fees=tuple(float(one) for one in value["fees_90d"]),
            products=tuple(float(one) for one in value["products"]),
            names=names,
            rank=("S", "A", "B", "P", "Q", "C", "N", "W", "D", "L"),
            tasks=tuple(
                MonthlyTask(
                    kind=one["kind"], name=one["name"], tiers=tuple(one["tiers"]), days=int(one["days"]), todo=one["do"]
                )
                for one in data["tasks"]
            ),
        )

    def with_cuts(self, cuts: Cuts) -> "Tables":
        """The same tables under other cut points."""
        return replace(self, cuts=cuts)

    def rank_of(self, code: str) -> int:
        """0 = highest; UNPLACED for no tier or one nobody knows."""
        return self.rank.index(code) if code in self.rank else UNPLACED

    def code_of(self, rank: int) -> str:
        """The tier at a rank; empty for UNPLACED."""
        return self.rank[rank] if 0 <= rank < len(self.rank) else ""

    def name_of(self, code: str) -> str:
        """What people call a tier."""
        return self.names.get(code, "未分层")


def value_index(tables: Tables, assets: float, fees: float | None = None, products: float | None = None) -> float:
    """0-100 from daily assets (60 %), fees of 90 days (20 %) and products held (20 %); what is not told is left out.

    Each part runs in straight lines between its bands, so more of anything never lowers the index. With assets alone
    20, 40, 60 and 80 are exactly the asset bands of alerts.yaml.
    """
    parts = [(0.6, tables.assets, assets)]
    parts += [(0.2, tables.fees, fees)] if fees is not None else []
    parts += [(0.2, tables.products, products)] if products is not None else []
    total = sum(weight * _along(bands, amount) for weight, bands, amount in parts)
    return round(100 * total / sum(weight for weight, _, _ in parts), 6)


def _along(bands: Sequence[float], amount: float) -> float:
    """Where an amount lies among bands, 0 to 1."""
    if amount <= bands[0]:
        return 0.0
    if amount >= bands[-1]:
        return 1.0
    at = bisect_right(bands, amount) - 1
    return (at + (amount - bands[at]) / (bands[at + 1] - bands[at])) / (len(bands) - 1)


def place(tables: Tables, figures: Figures, now: datetime) -> Tier:
    """The tier of a member by today's figures."""
    days = max(0, (now - figures.last_active_at).days) if figures.last_active_at else NEVER
    cuts = tables.cuts
    r, f = cuts.r(days), cuts.f(figures.count_30d)
    m = None if figures.monetary is None else cuts.m(figures.monetary)
    needs = BY_ACTIVITY if m is None else BY_VALUE
    code = next(one.code for one in needs if _met(one, r, f, m or 1, newcomer=figures.newcomer))
    return Tier(code, tables.name_of(code), _why(tables, figures, days, code))


def _met(need: Need, r: int, f: int, m: int, *, newcomer: bool) -> bool:
    return r >= need.r and f >= need.f and m >= need.m and (newcomer or not need.newcomer)


def _why(tables: Tables, figures: Figures, days: int, code: str) -> str:
    cuts = tables.cuts
    seen = "从未互动" if days >= NEVER else f"最近一次互动在 {days} 天前" if days else "24 小时内有互动"
    spread = f"、分布在 {figures.days_30d} 天" if figures.days_30d else ""
    often = f"近 30 天互动 {figures.count_30d} 次{spread}（F{cuts.f(figures.count_30d)}）"
    value = "资产信息未授权"
    if figures.monetary is not None:
        value = f"价值指数 {figures.monetary:.0f}（M{cuts.m(figures.monetary)}）"
    return f"{seen}（R{cuts.r(days)}），{often}，{value}，归为“{tables.name_of(code)}”"


def is_lower(tables: Tables, new: str, old: str) -> bool:
    """Whether `new` ranks below `old`; unknown codes rank last."""
    return tables.rank_of(new) > tables.rank_of(old)


def two_months_before(day: datetime) -> datetime:
    """The moment two calendar months earlier: a tier falls only for members who were below it since then."""
    month = (day.month - 3) % 12 + 1
    year = day.year - (day.month <= 2)
    last = (datetime(year + month // 12, month % 12 + 1, 1, tzinfo=day.tzinfo) - timedelta(days=1)).day
    return day.replace(year=year, month=month, day=min(day.day, last))


def stability(before: Mapping[str, int], after: Mapping[str, int]) -> float:
    """Population stability index of two spreads over tiers: below .1 stable, above .25 another community (Siddiqi)."""
    total = 0.0
    old, new = max(1, sum(before.values())), max(1, sum(after.values()))
    for code in {*before, *after}:
        p, q = max(before.get(code, 0) / old, 1e-4), max(after.get(code, 0) / new, 1e-4)
        total += (q - p) * log(q / p)
    return round(total, 4)


def quantile_cuts(recency: Mapping[int, int], frequency: Mapping[int, int], values: Sequence[float]) -> Cuts:
    """Quintile cut points of a community: how many members have so many days or interactions, and all value indices.

    ValueError where the community is too small or too alike to be cut into five.
    """
    r = [_quantile(recency, share) for share in (0.2, 0.4, 0.6, 0.8)]
    f = [_quantile(frequency, share) for share in (0.8, 0.6, 0.4, 0.2)]
    ranked = sorted(values)
    m = [ranked[min(len(ranked) - 1, int(share * len(ranked)))] for share in (0.8, 0.6, 0.4, 0.2)] if ranked else []
    if len({*m}) < 4 or m[-1] <= 0:
        m = [80.0, 60.0, 40.0, 20.0]
    return Cuts(recency=(r[0], r[1], r[2], r[3]), frequency=(f[0], f[1], f[2], f[3]), monetary=(m[0], m[1], m[2], m[3]))


def _quantile(counts: Mapping[int, int], share: float) -> int:
    wanted, seen = share * sum(counts.values()), 0
    for figure in sorted(counts):
        seen += counts[figure]
        if seen >= wanted:
            return figure
    return 0
