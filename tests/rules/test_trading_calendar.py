"""Trading days, and the hours in which nothing is pushed."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from config import data
from rules.trading_calendar import BEIJING, CalendarMissing, SendPolicy, TradingCalendar, Window, next_allowed, quiet

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(BEIJING))
CLOCK = st.builds(time, st.integers(0, 23), st.integers(0, 59))
DAYS = st.dates(date(2021, 1, 1), date(2038, 12, 31))
FEW = settings(max_examples=settings().max_examples // 3)


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 1, 1), False),  # New Year
        (date(2026, 1, 5), True),
        (date(2026, 2, 14), False),  # a Saturday on which offices work
        (date(2026, 2, 23), False),  # the last day of Spring Festival
        (date(2026, 2, 24), True),
        (date(2026, 9, 25), False),
        (date(2026, 10, 1), False),
        (date(2026, 10, 8), True),
        (date(2026, 12, 5), False),  # Saturday
        (date(2026, 12, 6), False),
        (date(2026, 12, 7), True),
    ],
)
def test_the_exchanges_trade_on_weekdays_that_are_not_closed(
    calendar_2026: TradingCalendar, day: date, open_: bool
) -> None:
    assert calendar_2026.is_trading_day(day) is open_


def test_the_shipped_year_has_242_trading_days(calendar_2026: TradingCalendar) -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    assert sum(calendar_2026.is_trading_day(day) for day in days) == 242
    assert all(day.weekday() < 5 for day in calendar_2026.closed)


@pytest.mark.parametrize("year", [2025, 2027])
def test_nobody_guesses_about_a_year_that_was_not_entered(calendar_2026: TradingCalendar, year: int) -> None:
    with pytest.raises(CalendarMissing, match=f"没有 {year} 年的休市安排") as missing:
        calendar_2026.is_trading_day(date(year, 6, 1))
    assert missing.value.year == year


def test_looking_past_the_last_known_year_is_refused_too(calendar_2026: TradingCalendar) -> None:
    assert calendar_2026.next_trading_day(date(2026, 12, 31)) == date(2026, 12, 31)
    closed = TradingCalendar(calendar_2026.closed | {date(2026, 12, 31)}, calendar_2026.years)
    with pytest.raises(CalendarMissing):
        closed.next_trading_day(date(2026, 12, 31))
    with pytest.raises(CalendarMissing):
        closed.previous_trading_day(date(2026, 1, 1))


@FEW
@given(DAYS)
def test_the_next_and_the_previous_trading_day_are_the_nearest_ones(long_calendar: TradingCalendar, day: date) -> None:
    ahead, back = long_calendar.next_trading_day(day), long_calendar.previous_trading_day(day)
    assert back <= day <= ahead
    assert long_calendar.is_trading_day(ahead)
    assert long_calendar.is_trading_day(back)
    between = [back + timedelta(days=number) for number in range(1, (ahead - back).days)]
    assert not any(long_calendar.is_trading_day(one) for one in between)
    assert (back == day == ahead) == long_calendar.is_trading_day(day)


@pytest.mark.parametrize(
    ("start", "end", "at", "within"),
    [
        ("09:15", "09:30", "09:14:59", False),
        ("09:15", "09:30", "09:15", True),
        ("09:15", "09:30", "09:29:59", True),
        ("09:15", "09:30", "09:30", False),
        ("21:00", "08:30", "21:00", True),
        ("21:00", "08:30", "00:00", True),
        ("21:00", "08:30", "08:29:59", True),
        ("21:00", "08:30", "08:30", False),
        ("21:00", "08:30", "20:59:59", False),
    ],
)
def test_a_window_holds_its_start_and_not_its_end(start: str, end: str, at: str, within: bool) -> None:
    assert Window(time.fromisoformat(start), time.fromisoformat(end)).holds(time.fromisoformat(at)) is within


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-12-01T08:29:59", "2026-12-01T08:30"),
        ("2026-12-01T08:30", "2026-12-01T08:30"),
        ("2026-12-01T09:15", "2026-12-01T09:30"),
        ("2026-12-01T14:55", "2026-12-01T15:05"),
        ("2026-12-01T15:05", "2026-12-01T15:05"),
        ("2026-12-01T20:59:59", "2026-12-01T20:59:59"),
        ("2026-12-01T21:00", "2026-12-02T08:30"),
        ("2026-12-31T23:59", "2027-01-01T08:30"),
    ],
)
def test_the_shipped_policy_rests_at_night_and_around_open_and_close(policy: SendPolicy, at: str, opens: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=BEIJING)
    assert next_allowed(moment, policy) == datetime.fromisoformat(opens).replace(tzinfo=BEIJING)
    assert quiet(moment, policy) is (at != opens)


def test_the_next_allowed_moment_does_not_depend_on_the_zone_of_the_host(policy: SendPolicy, host_zone: str) -> None:
    assert next_allowed(datetime(2026, 12, 1, 13, 30, tzinfo=UTC), policy) == datetime(2026, 12, 2, 0, 30, tzinfo=UTC)


@FEW
@given(MOMENTS)
def test_a_moment_is_the_same_moment_in_whatever_zone_it_is_written(policy: SendPolicy, at: datetime) -> None:
    assert next_allowed(at.astimezone(UTC), policy) == next_allowed(at, policy)
    assert quiet(at.astimezone(UTC), policy) == quiet(at, policy)


def policy_of(windows: list[tuple[time, time]]) -> dict[str, Any]:
    (start, end), *others = windows
    return {
        "quiet_hours": {"from": f"{start:%H:%M}", "to": f"{end:%H:%M}"},
        "avoid_windows": [f"{one:%H:%M}-{other:%H:%M} 其他" for one, other in others],
    }


@FEW
@given(st.lists(st.tuples(CLOCK, CLOCK), min_size=1, max_size=4), MOMENTS, st.floats(0, 1))
def test_under_any_policy_the_next_allowed_moment_is_the_first_that_is_allowed(
    windows: list[tuple[time, time]], at: datetime, share: float
) -> None:
    try:
        policy = SendPolicy.load(policy_of(windows))
    except ValueError:
        assume(False)
    opens = next_allowed(at, policy)
    assert opens.tzinfo is UTC
    assert opens >= at
    assert not quiet(opens, policy)
    assert next_allowed(opens, policy) == opens
    assert (opens == at) is not quiet(at, policy)
    before = at + (opens - at) * share
    assert before >= opens or quiet(before, policy)


@pytest.mark.parametrize(
    ("windows", "fault"),
    [
        ({"quiet_hours": {"from": "08:00", "to": "08:00"}, "avoid_windows": []}, "覆盖了全天"),
        ({"quiet_hours": {"from": "20:00", "to": "09:00"}, "avoid_windows": ["08:30-20:30 白天"]}, "覆盖了全天"),
        ({"quiet_hours": {"from": "二十点", "to": "09:00"}, "avoid_windows": []}, "isoformat"),
        ({"quiet_hours": {"from": "21:00", "to": "08:30"}, "avoid_windows": ["开盘"]}, "unpack"),
    ],
)
def test_a_policy_without_an_opening_or_with_a_time_that_cannot_be_read_is_refused(
    windows: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        SendPolicy.load(windows)


def test_a_naive_moment_is_refused(policy: SendPolicy) -> None:
    with pytest.raises(ValueError, match="naive"):
        quiet(datetime(2026, 12, 1, 10), policy)
    with pytest.raises(ValueError, match="naive"):
        next_allowed(datetime(2026, 12, 1, 10), policy)


def test_the_shipped_policy_can_be_read() -> None:
    assert len(SendPolicy.load(data.calendar()["send_policy"]).windows) == 3
