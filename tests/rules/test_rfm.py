"""Tiers: the tables as written, never lower for doing more, and a sentence that says why."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.rfm import (
    Cuts,
    Figures,
    Tables,
    Tier,
    is_lower,
    place,
    quantile_cuts,
    stability,
    two_months_before,
    value_index,
)

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
DAYS_AGO = [None, 0, 3, 4, 7, 8, 14, 15, 30, 31, 400]
COUNTS = [0, 1, 2, 4, 5, 9, 10, 19, 20, 500]
ASSETS = [None, 0.0, 99_999.0, 100_000.0, 500_000.0, 1_000_000.0, 6_000_000.0]

DAYS = st.none() | st.integers(0, 500)
COUNT = st.integers(0, 60)
MONEY = st.none() | st.floats(-1e6, 1e8)
FEW = settings(max_examples=settings().max_examples // 3)


def placed(
    tables: Tables, days: float | None, count: int, monetary: float | None = None, *, newcomer: bool = False
) -> Tier:
    last = None if days is None else NOW - timedelta(days=days)
    value = None if monetary is None else value_index(tables, monetary)
    return place(tables, Figures(last_active_at=last, count_30d=count, monetary=value, newcomer=newcomer), NOW)


@pytest.mark.parametrize(
    ("days", "count", "newcomer", "code"),
    [
        (0, 20, False, "P"), (7, 10, False, "P"), (7, 10, True, "P"), (8, 10, False, "Q"), (7, 9, False, "Q"),
        (14, 5, True, "Q"), (15, 5, False, "W"), (14, 4, False, "W"), (30, 0, False, "W"), (31, 2, False, "W"),
        (31, 1, False, "L"), (None, 0, False, "L"), (0, 1, True, "N"), (None, 0, True, "N"),
    ],
)  # fmt: skip
def test_without_consent_a_member_is_placed_by_activity(
    tables: Tables, days: int | None, count: int, newcomer: bool, code: str
) -> None:
    assert placed(tables, days, count, newcomer=newcomer).code == code


@pytest.mark.parametrize(
    ("days", "count", "monetary", "code"),
    [
        (14, 5, 1_000_000, "S"), (15, 5, 1_000_000, "A"), (14, 4, 6_000_000, "A"), (None, 0, 6_000_000, "A"),
        (7, 10, 999_999, "B"), (8, 10, 999_999, "C"), (30, 2, 0, "C"), (31, 2, 0, "D"), (30, 1, 0, "D"),
    ],
)  # fmt: skip
def test_with_consent_a_member_is_placed_by_value_too(
    tables: Tables, days: int | None, count: int, monetary: float, code: str
) -> None:
    assert placed(tables, days, count, monetary).code == code


@FEW
@given(st.tuples(DAYS, COUNT), st.tuples(st.integers(0, 500), COUNT), MONEY, st.booleans())
def test_more_recent_and_more_frequent_never_means_a_lower_tier(
    tables: Tables, had: tuple[int | None, int], gain: tuple[int, int], monetary: float | None, newcomer: bool
) -> None:
    (days, count), (sooner, more) = had, gain
    nearer = sooner if days is None else max(0, days - sooner)
    before = placed(tables, days, count, monetary, newcomer=newcomer)
    after = placed(tables, nearer, count + more, monetary, newcomer=newcomer)
    assert not is_lower(tables, after.code, before.code)


@FEW
@given(DAYS, COUNT, st.floats(-1e6, 1e8), st.floats(0, 1e8))
def test_more_assets_never_mean_a_lower_tier(
    tables: Tables, days: int | None, count: int, monetary: float, more: float
) -> None:
    before, after = placed(tables, days, count, monetary), placed(tables, days, count, monetary + more)
    assert not is_lower(tables, after.code, before.code)


def test_every_ranked_tier_is_reached_and_no_other(tables: Tables) -> None:
    grid = product(DAYS_AGO, COUNTS, ASSETS, (True, False))
    reached = {placed(tables, days, count, money, newcomer=new).code for days, count, money, new in grid}
    assert reached == set(tables.rank)


def test_every_tier_has_a_name_that_people_use(tables: Tables) -> None:
    assert {code for code in tables.rank if not tables.names.get(code)} == set()
    assert placed(tables, 0, 20).name == "核心互动"


def test_the_rank_is_one_order_from_high_to_low(tables: Tables) -> None:
    places = {code: at for at, code in enumerate(tables.rank)}
    assert len(places) == len(tables.rank)
    for one, other in product(tables.rank, repeat=2):
        assert is_lower(tables, one, other) == (places[one] > places[other])


def test_an_unknown_tier_ranks_below_all_and_not_below_itself(tables: Tables) -> None:
    assert all(is_lower(tables, "U", code) and not is_lower(tables, code, "U") for code in tables.rank)
    assert not is_lower(tables, "U", "?")


@pytest.mark.parametrize(
    ("days", "count", "monetary", "why"),
    [
        (None, 0, None, "从未互动（R1），近 30 天互动 0 次（F1），资产信息未授权，归为“沉默”"),
        (0.5, 3, None, "24 小时内有互动（R5），近 30 天互动 3 次（F2），资产信息未授权，归为“待唤醒”"),
        (12, 6, 2e6, "最近一次互动在 12 天前（R3），近 30 天互动 6 次（F3），价值指数 64（M4），归为“重要价值”"),
    ],
)
def test_a_placing_says_why_in_a_sentence(
    tables: Tables, days: float | None, count: int, monetary: float | None, why: str
) -> None:
    assert placed(tables, days, count, monetary).why == why


def test_activity_from_a_clock_running_ahead_counts_as_now(tables: Tables) -> None:
    assert placed(tables, -2, 3) == placed(tables, 0, 3)


def test_a_member_in_debt_has_the_lowest_value_score_and_is_no_error(tables: Tables) -> None:
    assert placed(tables, 31, 1, -50_000.0).code == "D"
    assert "价值指数 0（M1）" in placed(tables, 31, 1, -50_000.0).why


AMOUNTS = st.floats(0, 1e8)


@FEW
@given(AMOUNTS, AMOUNTS, AMOUNTS, st.tuples(AMOUNTS, AMOUNTS, AMOUNTS))
def test_more_of_anything_never_lowers_the_value_index(
    tables: Tables, assets: float, fees: float, products: float, more: tuple[float, float, float]
) -> None:
    had = value_index(tables, assets, fees, products)
    assert 0 <= had <= value_index(tables, assets + more[0], fees + more[1], products + more[2]) <= 100


@pytest.mark.parametrize(("assets", "index"), [(0, 0), (1e5, 20), (5e5, 40), (1e6, 60), (6e6, 80), (3e7, 100)])
def test_assets_alone_meet_the_bands_of_the_table(tables: Tables, assets: float, index: float) -> None:
    assert value_index(tables, assets) == pytest.approx(index)


CUTS = st.builds(
    lambda r, f, m: Cuts(recency=tuple(sorted(r)), frequency=tuple(sorted(f)[::-1]), monetary=tuple(sorted(m)[::-1])),
    st.sets(st.integers(0, 90), min_size=4, max_size=4),
    st.sets(st.integers(1, 60), min_size=4, max_size=4),
    st.sets(st.floats(0.1, 100), min_size=4, max_size=4),
)


@FEW
@given(CUTS, st.tuples(DAYS, COUNT, MONEY), st.integers(0, 500), COUNT, st.floats(0, 1e8))
def test_tiers_are_monotone_under_any_cut_points(
    tables: Tables, cuts: Cuts, had: tuple[int | None, int, float | None], sooner: int, more: int, richer: float
) -> None:
    days, count, money = had
    under = tables.with_cuts(cuts)
    nearer = sooner if days is None else max(0, days - sooner)
    before = placed(under, days, count, money)
    after = placed(under, nearer, count + more, None if money is None else money + richer)
    assert not is_lower(under, after.code, before.code)


@pytest.mark.parametrize(
    "bad",
    [
        {"recency": (3, 3, 14, 30)}, {"recency": (-1, 3, 14, 30)}, {"frequency": (2, 5, 10, 20)},
        {"frequency": (20, 10, 5, 0)}, {"monetary": (20.0, 40.0, 60.0, 80.0)}, {"monetary": (80.0, 60.0, 40.0, 0.0)},
    ],
)  # fmt: skip
def test_cut_points_that_would_turn_the_order_round_are_refused(
    tables: Tables, bad: dict[str, tuple[int, ...]]
) -> None:
    good: dict[str, Any] = {
        "recency": tables.cuts.recency,
        "frequency": tables.cuts.frequency,
        "monetary": tables.cuts.monetary,
    }
    with pytest.raises(ValueError, match="切点"):
        Cuts(**{**good, **bad})


def test_quintiles_cut_a_community_into_five() -> None:
    cuts = quantile_cuts(
        dict.fromkeys(range(100), 10), dict.fromkeys(range(1, 101), 10), [float(n) for n in range(100)]
    )
    assert (cuts.recency, cuts.frequency) == ((19, 39, 59, 79), (80, 60, 40, 20))
    assert cuts.monetary == (80.0, 60.0, 40.0, 20.0)


def test_a_community_all_alike_cannot_be_cut() -> None:
    with pytest.raises(ValueError, match="R 切点"):
        quantile_cuts({3: 100}, {1: 100}, [])


def test_the_same_spread_is_perfectly_stable_and_another_is_not() -> None:
    assert stability({"P": 10, "L": 90}, {"P": 100, "L": 900}) == 0
    assert stability({"P": 10, "L": 90}, {"P": 60, "L": 40}) > 0.25


@pytest.mark.parametrize(
    ("day", "before"),
    [
        ("2026-12-01", "2026-10-01"),
        ("2026-01-31", "2025-11-30"),
        ("2026-02-10", "2025-12-10"),
        ("2026-04-30", "2026-02-28"),
    ],
)
def test_two_months_before_is_a_calendar_matter(day: str, before: str) -> None:
    assert two_months_before(datetime.fromisoformat(day)) == datetime.fromisoformat(before)
