"""Hours in which something may happen, or a clock runs: every day, or working days only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self

from rules.trading_calendar import BEIJING, CalendarMissing, TradingCalendar, Window

SATURDAY = 5
ALL_DAY = Window(time(0), time(0))
LONGEST = 60
"""Days after which no opening is looked for: no holiday is as long."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of the Beijing day, on every day or on working days. A year without calendar counts Monday to Friday."""

    window: Window
    calendar: TradingCalendar | None = None

    @classmethod
    def load(cls, text: str, calendar: TradingCalendar) -> Self:
        """`always`, `07:00-22:30`, or `workdays 09:00-17:30`. ValueError for anything else."""
        if text == "always":
            return cls(ALL_DAY)
        days, _, span = text.rpartition(" ")
        start, _, end = span.partition("-")
        if days not in ("", "workdays"):
            raise ValueError(f"时段“{text}”应形如 07:00-22:30 或 workdays 09:00-17:30")
        return cls(Window(time.fromisoformat(start), time.fromisoformat(end)), calendar if days else None)

    def opens(self, at: datetime) -> datetime:
        """The first moment from `at` on that lies within, in UTC."""
        if self.window == ALL_DAY:
            return at
        local = at.astimezone(BEIJING)
        if self._works(local.date()) and self.window.holds(local.time()):
            return at
        day = local.date()
        for _ in range(LONGEST):
            begin = datetime.combine(day, self.window.start, BEIJING)
            if begin > local and self._works(day):
                return begin.astimezone(UTC)
            day += timedelta(days=1)
        return at

    def after(self, at: datetime, span: timedelta) -> datetime:
        """The moment when `span` of these hours has gone by since `at`, in UTC."""
        if self.window == ALL_DAY:
            return at + span
        moment, left = self.opens(at), span
        while left > (rest := self._close(moment) - moment):
            left -= rest
            moment = self.opens(self._close(moment) + timedelta(seconds=1))
        return moment + left

    def _close(self, at: datetime) -> datetime:
        return datetime.combine(at.astimezone(BEIJING).date(), self.window.end, BEIJING).astimezone(UTC)

    def _works(self, day: date) -> bool:
        if self.calendar is None:
            return True
        try:
            return self.calendar.is_trading_day(day)
        except CalendarMissing:
            return day.weekday() < SATURDAY


def by_level(hours: Mapping[str, Any], calendar: TradingCalendar) -> dict[str, Hours]:
    """Level -> the hours in which it may reach somebody, from alerts.yaml."""
    return {level: Hours.load(str(text), calendar) for level, text in hours.items()}
