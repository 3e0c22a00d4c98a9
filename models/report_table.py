"""What every report is made of: weeks and months of Beijing, a table with its definition, counting."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, select
from sqlalchemy.orm import Session

from models.activity import ActivityDay
from rules.trading_calendar import BEIJING

WEEKS, MONTHS, DAY, DAYS = 8, 6, timedelta(days=1), timedelta(days=30)
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment up to another; `name` as people call it."""

    name: str
    begin: datetime
    end: datetime

    def of(self, column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        """Whether a moment lies in it."""
        return and_(column >= self.begin, column < self.end)

    def days(self) -> ColumnElement[bool]:
        """Whether a day of the roll-up does."""
        first, last = (moment.astimezone(BEIJING).date() for moment in (self.begin, self.end))
        return and_(ActivityDay.day >= first, ActivityDay.day < last)


@dataclass(frozen=True, slots=True)
class Table:
    """A report. `bars`: the column drawn beside it; shares are 0..1 in columns of `shares`."""

    meaning: str
    head: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    bars: int
    shares: frozenset[int] = frozenset()


def weeks(now: datetime, most: int = WEEKS) -> list[Span]:
    """The last so many, newest first."""
    here = now.astimezone(BEIJING)
    monday = datetime.combine(here.date() - timedelta(days=here.weekday()), time(), BEIJING)
    begins = [monday - timedelta(weeks=back) for back in range(most)]
    return [Span(f"{one:%m-%d} 起", one, one + timedelta(weeks=1)) for one in begins]


def months(now: datetime) -> list[Span]:
    """The last six calendar months, oldest first."""
    first = datetime.combine(now.astimezone(BEIJING).date().replace(day=1), time(), BEIJING)
    begins = [first]
    for _ in range(MONTHS - 1):
        begins.append((begins[-1] - timedelta(days=1)).replace(day=1))
    ends = [(first + timedelta(days=32)).replace(day=1), *begins]
    return [Span(f"{one:%Y-%m}", one, end) for one, end in zip(begins, ends, strict=False)][::-1]


def count(session: Session, what: ColumnElement[int], *where: ColumnElement[bool]) -> int:
    """How many."""
    return session.scalar(select(what).where(*where)) or 0


def people(column: SQLColumnExpression[str]) -> ColumnElement[int]:
    """Different ones."""
    return func.count(column.distinct())


def share(part: float, whole: float) -> float | None:
    """0..1; None of nothing."""
    return part / whole if whole else None
