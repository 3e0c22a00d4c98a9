"""How people write: pieces, numbers for choices, days by name, hours of service."""

from datetime import date, datetime, time

import pytest

from rules import market_day, talk
from rules.service_hours import ServiceHours
from rules.trading_calendar import BEIJING, TradingCalendar

THURSDAY = date(2026, 11, 26)
CALENDAR = TradingCalendar(closed=frozenset({date(2026, 10, 1), date(2026, 10, 2)}), years=frozenset({2026}))
HOURS = ServiceHours.read("交易日 8:30—17:30")


@pytest.mark.parametrize(
    ("said", "meant"),
    [("2", "b"), ("２", "b"), ("选2", "b"), ("第二个", "b"), ("二", "b"), ("我选第三项", "c"), ("2.", "b"),
     ("都不是", "none"), ("都不是。", "none"), ("9", ""), ("2个月", ""), ("12", ""), ("2万", ""),
     ("怎么开户", ""), ("", "")],
)  # fmt: skip
def test_a_number_means_the_choice_in_that_place(said: str, meant: str) -> None:
    assert talk.picked(said, ["a", "b", "c"], "none") == meant
    assert talk.picked(said, [], "none") == ""


@pytest.mark.parametrize("said", ["怎么开户？", "好的。", "2", "急!", ""])
def test_a_finished_line_is_not_waited_for(said: str) -> None:
    assert not talk.pause_after(said, tapped=False)


def test_an_unfinished_line_is_waited_for_unless_it_was_tapped() -> None:
    assert talk.pause_after("怎么", tapped=False) == talk.LISTEN
    assert not talk.pause_after("怎么开户", tapped=True)


def test_lines_sent_twice_count_once_in_their_order() -> None:
    assert talk.pieces(["怎么开户", "🙂", "怎么开户？", "要什么材料"]) == ["怎么开户", "🙂", "要什么材料"]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("今天休市吗", THURSDAY), ("今天休市", THURSDAY), ("休市了吗", THURSDAY), ("明天股市开吗", date(2026, 11, 27)),
        ("周六能交易吗", date(2026, 11, 28)), ("下周一开盘不", date(2026, 11, 30)),
        ("12月31日休市吗", date(2026, 12, 31)),
        ("2027年1月4日开盘吗", date(2027, 1, 4)), ("今天是不是交易日", THURSDAY),
        ("港股今天开盘吗", None), ("今天几点开盘", None), ("今天开盘价多少", None), ("今天开盘就跌了", None),
        ("我觉得今天开盘不错", None), ("元旦休市安排", None), ("今天天气不错", None), ("13月40日休市吗", None),
        ("今天开盘后能撤单吗", None),
    ],
)  # fmt: skip
def test_a_day_is_heard_only_in_the_question_whether_it_is_a_trading_day(said: str, day: date | None) -> None:
    assert market_day.day_asked(said, THURSDAY) == day


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("moment", "serving", "opens"),
    [
        ("2026-11-26 08:29", False, "2026-11-26 08:30"), ("2026-11-26 08:30", True, "2026-11-27 08:30"),
        ("2026-11-26 17:30", False, "2026-11-27 08:30"), ("2026-11-28 10:00", False, "2026-11-30 08:30"),
        ("2026-09-30 18:00", False, "2026-10-05 08:30"),
    ],
)  # fmt: skip
def test_people_serve_on_trading_days_between_their_hours(moment: str, serving: bool, opens: str) -> None:
    assert HOURS.open_at(at(moment), CALENDAR) is serving
    assert HOURS.next_opening(at(moment), CALENDAR) == at(opens)


def test_a_year_nobody_entered_promises_no_opening() -> None:
    assert not HOURS.open_at(at("2027-01-04 10:00"), CALENDAR)
    assert HOURS.next_opening(at("2026-12-31 18:00"), CALENDAR) is None


def test_hours_read_as_they_are_written() -> None:
    assert ServiceHours(time(8, 30), time(17, 30)) == HOURS
    assert HOURS.text == "交易日 8:30—17:30"
    for wrong in ("每天 9-5", "交易日 17:30—8:30", ""):
        with pytest.raises(ValueError, match="人工服务时间"):
            ServiceHours.read(wrong)
