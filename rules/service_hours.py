"""When people serve: on trading days, between two times of a Beijing day."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from rules.trading_calendar import BEIJING, CalendarMissing, TradingCalendar

WRITTEN = re.compile(r"交易日\s*(\d{1,2})[:：](\d{2})\s*[—–~～至-]+\s*(\d{1,2})[:：](\d{2})")


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """`opens` within, `closes` outside."""

    opens: time
    closes: time

    @classmethod
    def read(cls, text: str) -> "ServiceHours":
        """From the way people write it: 交易日 8:30—17:30. ValueError for anything else."""
        found = WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError("人工服务时间应形如：交易日 8:30—17:30")
        opens, closes = (time(int(found[one]), int(found[one + 1])) for one in (1, 3))
        if opens >= closes:
            raise ValueError("人工服务时间的开始须早于结束")
        return cls(opens, closes)

    @property
    def text(self) -> str:
        """As clients read it: 交易日 8:30—17:30."""
        return f"交易日 {self.opens.hour}:{self.opens:%M}—{self.closes.hour}:{self.closes:%M}"

    def open_at(self, at: datetime, calendar: TradingCalendar) -> bool:
        """Whether people serve at an aware moment; a year nobody has entered counts as closed."""
        local = at.astimezone(BEIJING)
        try:
            return calendar.is_trading_day(local.date()) and self.opens <= local.time() < self.closes
        except CalendarMissing:
            return False

    def next_opening(self, at: datetime, calendar: TradingCalendar) -> datetime | None:
        """The first opening after an aware moment, in Beijing; None where the calendar ends before it."""
        local = at.astimezone(BEIJING)
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        try:
            return datetime.combine(calendar.next_trading_day(day), self.opens, BEIJING)
        except CalendarMissing:
            return None
