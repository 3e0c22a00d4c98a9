"""Days worth a word: festivals, investor-education days and disclosure seasons (calendar.yaml); greetings for them.

Festivals are for greetings and service only, never for selling. Lunar dates are written out year by year; a year nobody
has entered has none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

GREETINGS = {
    "SPRING": ("H-SPRING", "H-SPRING-B"), "DRAGON": ("H-DRAGON",), "MIDAUTUMN": ("H-MID",), "NATIONAL": ("H-NATIONAL",),
    "EDU_ELDER": ("H-ELDER",), "EDU_0515": ("E-0515",), "EDU_ANTI_ILLEGAL": ("E-ANTI1", "E-ANTI2", "E-ANTI3"),
}  # fmt: skip
"""Occasion -> contents for it, one a week from its first day (the second Spring Festival one on the same day + 2)."""
UNSURE = "（以官方通知为准）"


@dataclass(frozen=True, slots=True)
class Occasion:
    """`days` single days as (month, day) or dates; `span` from one (month, day) to another; `month` a whole one."""

    id: str
    name: str
    days: tuple[tuple[int, int] | date, ...] = ()
    span: tuple[tuple[int, int], tuple[int, int]] | None = None
    month: int = 0

    def begins(self, day: date) -> bool:
        """Whether it is on this day, or begins on it."""
        here = (day.month, day.day)
        return day in self.days or here in self.days or (self.span is not None and self.span[0] == here)

    def in_month(self, month: int) -> bool:
        """Whether a span or a whole month touches a month."""
        return self.month == month or (self.span is not None and self.span[0][0] <= month <= self.span[1][0])


def load(calendar: Mapping[str, Any]) -> tuple[Occasion, ...]:
    """From calendar.yaml; rows without a date one can tell beforehand are left out."""
    rows = [*calendar["festivals"], *calendar["investor_education_days"], *calendar["market_windows"]]
    return tuple(one for one in map(_occasion, rows) if one.days or one.span or one.month)


def _occasion(row: Mapping[str, Any]) -> Occasion:
    days = tuple(one if isinstance(one, date) else date.fromisoformat(str(one)) for one in row.get("dates", ()))
    fixed = (_month_day(row["date"]),) if "date" in row else ()
    span = (_month_day(row["from"]), _month_day(row["to"])) if "from" in row and "to" in row else None
    name = str(row["name"]) + (UNSURE if row.get("verify") else "")
    return Occasion(str(row["id"]), name, (*days, *fixed), span, int(row.get("month", 0)))


def _month_day(text: str) -> tuple[int, int]:
    month, day = (int(one) for one in str(text).split("-"))
    return month, day


def on(every: Sequence[Occasion], day: date) -> list[str]:
    """What is on a day, or begins on it."""
    return [f"{one.name}{'开始' if one.span and one.days == () else ''}" for one in every if one.begins(day)]


def during(every: Sequence[Occasion], month: int) -> list[str]:
    """What goes on in a month without being of one day."""
    return [one.name for one in every if one.in_month(month)]


def greetings(every: Sequence[Occasion], first: date, days: int) -> Iterator[tuple[Occasion, str, date]]:
    """(occasion, content, day) of every greeting from `first` on, for so many days, in the order of days."""
    for back in range(days):
        day = first + timedelta(days=back)
        for one in every:
            contents = GREETINGS.get(one.id, ()) if one.begins(day) else ()
            step = 7 if one.span else 2
            yield from ((one, content, day + timedelta(days=step * at)) for at, content in enumerate(contents))
