"""Hours in which people may be disturbed, and clocks that run only then."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.trading_calendar import BEIJING, TradingCalendar
from rules.working_hours import Hours

CALENDAR = TradingCalendar(closed=frozenset({date(2026, 10, 1)}), years=frozenset({2026}))
OFFICE = Hours.load("workdays 09:00-17:30", CALENDAR)
DAY = Hours.load("08:30-21:00", CALENDAR)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=BEIJING))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("hours", "now", "opens"),
    [
        (OFFICE, "2026-11-25 10:00", "2026-11-25 10:00"),
        (OFFICE, "2026-11-25 08:00", "2026-11-25 09:00"),
        (OFFICE, "2026-11-25 17:30", "2026-11-26 09:00"),
        (OFFICE, "2026-11-27 20:00", "2026-11-30 09:00"),
        (OFFICE, "2026-09-30 18:00", "2026-10-02 09:00"),
        (OFFICE, "2027-01-02 10:00", "2027-01-04 09:00"),
        (DAY, "2026-11-28 23:00", "2026-11-29 08:30"),
        (Hours.load("always", CALENDAR), "2026-11-28 03:00", "2026-11-28 03:00"),
    ],
)
def test_the_next_moment_within_the_hours(hours: Hours, now: str, opens: str) -> None:
    assert hours.opens(at(now)) == at(opens)


def test_a_clock_in_working_hours_stands_still_at_night_and_on_weekends() -> None:
    assert OFFICE.after(at("2026-11-25 10:00"), timedelta(hours=2)) == at("2026-11-25 12:00")
    assert OFFICE.after(at("2026-11-25 16:30"), timedelta(hours=2)) == at("2026-11-26 10:00")
    assert OFFICE.after(at("2026-11-27 17:00"), timedelta(hours=2)) == at("2026-11-30 10:30")
    assert OFFICE.after(at("2026-11-28 12:00"), timedelta(hours=9)) == at("2026-12-01 09:30")


def test_hours_nobody_can_read_are_refused() -> None:
    with pytest.raises(ValueError, match="workdays"):
        Hours.load("weekends 09:00-17:30", CALENDAR)


@given(MOMENTS, st.integers(0, 3000))
def test_a_moment_it_names_is_never_past_and_always_within(now: datetime, minutes: int) -> None:
    for hours in (OFFICE, DAY):
        opens = hours.opens(now)
        assert opens >= now
        assert hours.opens(opens) == opens
        assert hours.after(now, timedelta(minutes=minutes)) >= now + timedelta(minutes=minutes)
