"""Trading days and the hours in which nothing may be pushed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_SATURDAY = 5
"""date.weekday() of it."""


class CalendarMissing(LookupError):
    """There is no closing calendar for a year, and nobody may guess one (calendar.yaml, on_missing_year)."""

    def __init__(self, year: int) -> None:
        super().__init__(f"没有 {year} 年的休市安排：请按交易所年度休市通知补录交易日历，此前依赖交易日的任务不会执行")
        self.year = year


@dataclass(frozen=True, slots=True)
class TradingCalendar:
    """`closed`: weekdays on which the exchanges rest; `years`: the years for which that list is complete."""

    closed: frozenset[date]
    years: frozenset[int]

    def is_trading_day(self, day: date) -> bool:
        """Monday to Friday and not closed; a make-up Saturday is none. CalendarMissing for an unknown year."""
        if day.year not in self.years:
            raise CalendarMissing(day.year)
        return day.weekday() < _SATURDAY and day not in self.closed

    def next_trading_day(self, day: date) -> date:
        """The day itself if it is a trading day, else the first one after it."""
        while not self.is_trading_day(day):
            day += _DAY
        return day

    def previous_trading_day(self, day: date) -> date:
        """The day itself if it is a trading day, else the last one before it."""
        while not self.is_trading_day(day):
            day -= _DAY
        return day


@dataclass(frozen=True, slots=True)
class Window:
    """Times of day in Beijing, `start` within, `end` outside; may span midnight."""

    start: time
    end: time

    def holds(self, at: time) -> bool:
        """Whether a time of day lies within."""
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, slots=True)
class SendPolicy:
    """Windows in which no push starts."""

    windows: tuple[Window, ...]

    @classmethod
    def load(cls, send_policy: Mapping[str, Any]) -> "SendPolicy":
        """From calendar.yaml `send_policy`; ValueError when a time cannot be read or the day has no opening."""
        night = send_policy["quiet_hours"]
        spans = [(night["from"], night["to"])]
        spans += [tuple(one.split()[0].split("-")) for one in send_policy["avoid_windows"]]
        policy = cls(tuple(Window(time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans))
        if all(
            quiet(datetime(2026, 1, 5, minute // 60, minute % 60, tzinfo=BEIJING), policy) for minute in range(1440)
        ):
            raise ValueError(
                "send_policy：免打扰时段覆盖了全天，任何推送都无法发出，请缩短 quiet_hours 或 avoid_windows"
            )
        return policy


def quiet(at: datetime, policy: SendPolicy) -> bool:
    """Whether a push may not start at this aware moment: night, opening auction, around the close."""
    local = _beijing(at).time()
    return any(window.holds(local) for window in policy.windows)


def next_allowed(at: datetime, policy: SendPolicy) -> datetime:
    """The first moment from `at` on at which a push may start, in UTC; `at` itself when it may."""
    moment = _beijing(at)
    while window := next((one for one in policy.windows if one.holds(moment.time())), None):
        opens = datetime.combine(moment.date(), window.end, BEIJING)
        moment = opens if opens > moment else opens + _DAY
    return moment.astimezone(UTC)


def _beijing(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("naive datetime: give it a time zone first")
    return at.astimezone(BEIJING)
