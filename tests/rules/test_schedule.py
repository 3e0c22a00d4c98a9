"""Plan rules and their moments: as people say them, in Beijing time, never on a day they exclude."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.schedule import OnClosed, Rule, days_of, in_words, next_after, parse
from rules.trading_calendar import BEIJING, CalendarMissing, TradingCalendar

DAY = timedelta(days=1)
ON_CLOSED: list[OnClosed] = ["fire", "skip", "shift", "shift_back"]
TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
WEEKLY = st.builds("weekly {} {}".format, st.integers(1, 7), TIMES)
MONTHLY = st.builds("monthly {} {}".format, st.integers(1, 31), TIMES)
CRON = st.sampled_from(["cron 0 9,16 * * *", "cron 30 19 * * 4#3", "cron 5 10 1-7 * 1", "cron 0 12 L * *"])
ENDINGS = st.sampled_from(["", " skip", " shift", " shift_back"])
REPEATED = st.builds(lambda one, ending: parse(one + ending), WEEKLY | MONTHLY | CRON, ENDINGS)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
FEW = settings(max_examples=settings().max_examples // 3)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def written(moment: datetime | None) -> str | None:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M") if moment else None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("once 2026-12-01T19:30", Rule("once", ("2026-12-01T19:30",))),
        ("weekly 5 16:00 shift_back", Rule("weekly", ("5", "16:00"), "shift_back")),
        ("monthly 15 10:00 shift", Rule("monthly", ("15", "10:00"), "shift")),
        ("cron 30 19 * * 4#3 skip", Rule("cron", ("30", "19", "*", "*", "4#3"), "skip")),
        ("before 1h 2026-12-24T19:30", Rule("before", ("1h", "2026-12-24T19:30"))),
    ],
)
def test_a_rule_is_read_as_it_is_written(text: str, rule: Rule) -> None:
    assert parse(text) == rule
    assert str(rule) == text
    assert parse(f"  {text.replace(' ', '   ')} ") == rule


def test_going_ahead_is_what_a_rule_does_unless_it_says_otherwise() -> None:
    assert str(parse("weekly 5 16:00 fire")) == "weekly 5 16:00"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "无法识别"), ("weekly", "无法识别"), ("weekly 5", "无法识别"), ("每周五 16:00", "无法识别"),
        ("weekly 5 16:00 later", "无法识别"), ("shift", "无法识别"), ("weekly 5 16:00 skip shift", "无法识别"),
        ("weekly 0 16:00", "应为 1 到 7"), ("weekly 8 16:00", "应为 1 到 7"), ("weekly ５ 16:00", "应为 1 到 7"),
        ("weekly -1 16:00", "应为 1 到 7"), ("monthly 32 10:00", "应为 1 到 31"), ("monthly 15 25:00", "有误"),
        ("weekly 5 16:00+08:00", "不带时区"), ("once 2026-13-01T19:30", "有误"), ("once 明天", "有误"),
        ("before 1w 2026-12-24T19:30", "提前量"), ("before 99999m 2026-12-24T19:30", "提前量"),
        ("before 9999d 0001-01-01T00:00", "有误"), ("once 9999-12-31T23:59-10:00", "有误"),
        ("cron 0 16 * * 8", "有误"), ("cron 0 0 30 2 *", "有误"), ("cron 61 16 * * 5", "有误"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_read_is_refused_with_the_part_that_is_wrong(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse(text)


@FEW
@given(
    st.lists(
        st.sampled_from(["once", "weekly", "monthly", "cron", "before", "1h", "5", "16:00", "*", "shift"])
        | st.text("0123456789:-T/#,L+Z", max_size=10),
        max_size=7,
    )
)
def test_whatever_is_typed_is_a_rule_or_is_refused(words: list[str]) -> None:
    try:
        rule = parse(" ".join(words))
    except ValueError as fault:
        assert "推送规则" in str(fault)  # noqa: PT017 refusing is one of two right answers
    else:
        assert parse(str(rule)) == rule


@pytest.mark.parametrize(
    ("text", "after", "fires"),
    [
        ("once 2026-12-01T19:30", "2026-11-01T00:00", "2026-12-01T19:30"),
        ("once 2026-12-01T19:30", "2026-12-01T19:30", None),
        ("once 2026-10-01T10:00 shift", "2026-10-03T00:00", "2026-10-08T10:00"),
        ("once 2026-10-01T10:00 skip", "2026-09-01T00:00", None),
        ("once 2026-12-01T11:30+00:00", "2026-11-01T00:00", "2026-12-01T19:30"),
        ("before 10m 2026-12-24T19:30", "2026-12-01T00:00", "2026-12-24T19:20"),
        ("before 1h 2026-12-24T19:30", "2026-12-24T18:30", None),
        ("before 1d 2026-12-24T19:30", "2026-12-01T00:00", "2026-12-23T19:30"),
        ("weekly 5 16:00", "2026-09-21T00:00", "2026-09-25T16:00"),
        ("weekly 5 16:00 skip", "2026-09-21T00:00", "2026-10-09T16:00"),
        ("weekly 5 16:00 shift", "2026-09-21T00:00", "2026-09-28T16:00"),
        ("weekly 5 16:00 shift_back", "2026-09-21T00:00", "2026-09-24T16:00"),
        ("weekly 5 16:00 shift_back", "2026-09-24T16:00", "2026-09-30T16:00"),
        ("weekly 7 16:00", "2026-12-01T00:00", "2026-12-06T16:00"),
        ("monthly 31 10:00", "2026-11-01T00:00", "2026-12-31T10:00"),
        ("monthly 15 10:00 shift", "2026-02-10T00:00", "2026-02-24T10:00"),
        ("cron 30 19 * * 4#3 shift", "2026-02-01T00:00", "2026-02-24T19:30"),
        ("cron 0 16 * * 0", "2026-12-01T00:00", "2026-12-06T16:00"),
        ("cron 0 16 * * 7", "2026-12-01T00:00", "2026-12-06T16:00"),
        ("cron 0 16 * * 5", "2026-12-01T00:00", "2026-12-04T16:00"),
        ("cron 0 9,16 * * * shift", "2026-12-05T10:00", "2026-12-07T09:00"),
        ("cron 0 9,16 * * * shift", "2026-12-07T09:00", "2026-12-07T16:00"),
        ("cron 0 9,16 * * * shift", "2026-12-07T16:00", "2026-12-08T09:00"),
        ("cron 0 9,16 * * * shift_back", "2026-12-04T10:00", "2026-12-04T16:00"),
        ("cron 0 9,16 * * * shift_back", "2026-12-04T16:00", "2026-12-07T09:00"),
    ],
)
def test_a_rule_fires_next(calendar_2026: TradingCalendar, text: str, after: str, fires: str | None) -> None:
    assert written(next_after(parse(text), beijing(after), calendar_2026)) == fires


def test_a_date_that_lies_beyond_five_years_is_no_date(long_calendar: TradingCalendar) -> None:
    rule = parse("cron 0 10 29 2 * skip")  # 29 February 2028 is a trading day, 2032 a Sunday
    assert written(next_after(rule, beijing("2026-01-01T00:00"), long_calendar)) == "2028-02-29T10:00"
    assert next_after(rule, beijing("2028-03-01T00:00"), long_calendar) is None


@pytest.mark.parametrize(
    ("text", "after", "fires"),
    [
        ("monthly 15 10:00 shift", "2026-12-01T00:00", "2026-12-15T10:00"),
        ("monthly 15 10:00 shift_back", "2026-12-01T00:00", "2026-12-15T10:00"),
        ("weekly 5 16:00 shift", "2026-12-20T00:00", "2026-12-25T16:00"),
        ("cron 30 19 * * 4#3 shift", "2026-12-01T00:00", "2026-12-17T19:30"),
        ("weekly 4 16:00 skip", "2026-12-25T00:00", "2026-12-31T16:00"),
    ],
)
def test_a_moment_in_the_last_weeks_of_the_year_needs_no_calendar_of_the_next(
    calendar_2026: TradingCalendar, text: str, after: str, fires: str
) -> None:
    assert written(next_after(parse(text), beijing(after), calendar_2026)) == fires


@pytest.mark.parametrize("ending", ["skip", "shift", "shift_back"])
def test_a_moment_in_a_year_nobody_entered_is_never_guessed(calendar_2026: TradingCalendar, ending: str) -> None:
    with pytest.raises(CalendarMissing, match="2027"):
        next_after(parse(f"weekly 5 16:00 {ending}"), beijing("2026-12-26T00:00"), calendar_2026)
    always = parse("weekly 5 16:00")
    assert written(next_after(always, beijing("2026-12-26T00:00"), calendar_2026)) == "2027-01-01T16:00"


@FEW
@given(REPEATED, MOMENTS)
def test_the_next_moment_is_strictly_later_and_on_a_day_the_rule_allows(
    long_calendar: TradingCalendar, rule: Rule, after: datetime
) -> None:
    moment = next_after(rule, after, long_calendar)
    if moment is None:
        assert str(rule).startswith(("weekly 6", "weekly 7"))  # a weekend that is skipped comes never
        assert rule.on_closed == "skip"
        return
    assert moment > after
    assert moment.tzinfo is UTC
    day = moment.astimezone(BEIJING).date()
    assert rule.on_closed == "fire" or long_calendar.is_trading_day(day)
    if rule.on_closed in ("fire", "skip") and rule.kind in ("weekly", "monthly"):
        assert rule.words[0] == str(day.isoweekday() if rule.kind == "weekly" else day.day)


@FEW
@given(WEEKLY | MONTHLY, st.sampled_from(ON_CLOSED), st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(0, 90))
def test_the_moments_of_a_stretch_of_days_are_those_found_by_looking_at_each_day(
    long_calendar: TradingCalendar, text: str, on_closed: OnClosed, first: date, length: int
) -> None:
    kind, number, at = text.split()
    placed = []
    for offset in range(-31, length + 32):
        day = first + offset * DAY
        if str(day.isoweekday() if kind == "weekly" else day.day) != number:
            continue
        if on_closed == "skip" and not long_calendar.is_trading_day(day):
            continue
        if on_closed == "shift":
            day = long_calendar.next_trading_day(day)
        elif on_closed == "shift_back":
            day = long_calendar.previous_trading_day(day)
        if first <= day <= first + length * DAY:
            placed.append(datetime.combine(day, time.fromisoformat(at), BEIJING))
    found = days_of(parse(f"{text} {on_closed}"), first, first + length * DAY, long_calendar)
    assert list(found) == sorted(set(placed))


@FEW
@given(REPEATED, st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(0, 20), st.integers(0, 20))
def test_two_stretches_that_meet_have_the_moments_of_the_whole(
    long_calendar: TradingCalendar, rule: Rule, first: date, one: int, other: int
) -> None:
    middle, last = first + one * DAY, first + (one + 1 + other) * DAY
    whole = days_of(rule, first, last, long_calendar)
    assert days_of(rule, first, middle, long_calendar) + days_of(rule, middle + DAY, last, long_calendar) == whole


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("weekly 5 16:00 shift", [4, 11, 18, 25]),
        ("weekly 4 16:00 skip", [3, 10, 17, 24, 31]),
        ("monthly 15 10:00 shift", [15]),
    ],
)
def test_december_can_be_looked_at_before_the_next_year_is_entered(
    calendar_2026: TradingCalendar, text: str, days: list[int]
) -> None:
    found = days_of(parse(text), date(2026, 12, 1), date(2026, 12, 31), calendar_2026)
    assert [moment.astimezone(BEIJING).day for moment in found] == days


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("weekly 5 16:00 skip", date(2027, 1, 31)),
        ("weekly 5 16:00 shift_back", date(2026, 12, 31)),  # 1 January may be brought forward into December
    ],
)
def test_a_stretch_that_depends_on_a_missing_year_is_refused(
    calendar_2026: TradingCalendar, text: str, last: date
) -> None:
    with pytest.raises(CalendarMissing, match="2027"):
        days_of(parse(text), date(2026, 12, 1), last, calendar_2026)


@pytest.mark.parametrize("text", ["weekly 5 16:00 shift_back", "cron 0 16 * * 5 shift_back"])
def test_a_rule_means_beijing_time_on_any_host(calendar_2026: TradingCalendar, host_zone: str, text: str) -> None:
    rule = parse(text)
    found = next_after(rule, datetime(2026, 9, 20, 20, tzinfo=UTC), calendar_2026)
    assert found == datetime(2026, 9, 24, 8, tzinfo=UTC)
    assert days_of(rule, date(2026, 9, 24), date(2026, 9, 24), calendar_2026) == (found,)


def test_a_naive_moment_is_refused(calendar_2026: TradingCalendar) -> None:
    with pytest.raises(ValueError, match="naive"):
        next_after(parse("weekly 5 16:00"), datetime(2026, 12, 1), calendar_2026)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("once 2026-12-01T19:30", "2026-12-01 19:30，一次"),
        ("weekly 5 16:00 shift_back", "每周五 16:00，遇休市提前"),
        ("monthly 15 10:00 shift", "每月 15 日 10:00，遇休市顺延"),
        ("before 1h 2026-12-24T19:30", "2026-12-24 19:30 前 1 小时"),
        ("cron 30 19 * * 4", "按 cron 30 19 * * 4"),
        ("sometimes", "sometimes"),
    ],
)
def test_a_rule_is_told_as_people_say_it(rule: str, said: str) -> None:
    assert in_words(rule) == said
