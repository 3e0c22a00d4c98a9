"""Plan rules and the moments they mean, in Beijing time: once, weekly, monthly, cron, before an event.

A rule is written as people say it, with an optional last word for days on which the exchanges rest:

    once 2026-12-01T19:30            weekly 5 16:00 shift_back        (1 = Monday … 7 = Sunday)
    monthly 15 10:00 shift           cron 30 19 * * 4#3 shift         (cron weekdays: 0 and 7 = Sunday, 5 = Friday)
    before 1h 2026-12-24T19:30       (m, h, d)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, cast, get_args

from cronsim import CronSim, CronSimError

from rules.trading_calendar import BEIJING, CalendarMissing, TradingCalendar

Kind = Literal["once", "weekly", "monthly", "cron", "before"]
OnClosed = Literal["fire", "skip", "shift", "shift_back"]
"""On a non-trading day: go ahead, leave it out, wait for the next trading day, or take the one before."""

_LONGEST_CLOSURE = timedelta(days=31)
"""Further back than any closure reaches: moments before `after` may be shifted past it."""
_HORIZON = timedelta(days=366 * 5)
"""A rule that names no moment within five years (29 February on a trading day …) names none."""
_OFFSET = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_WORDS = {"once": 1, "weekly": 2, "monthly": 2, "cron": 5, "before": 2}


@dataclass(frozen=True, slots=True)
class Rule:
    """A parsed rule. `words` is what followed the kind; `str(rule)` is the text form again."""

    kind: Kind
    words: tuple[str, ...]
    on_closed: OnClosed = "fire"

    def __str__(self) -> str:
        return " ".join((self.kind, *self.words, *(() if self.on_closed == "fire" else (self.on_closed,))))


def parse(text: str) -> Rule:
    """A rule from its text form; ValueError says which part is wrong and what it should look like."""
    kind, *words = text.split() or [""]
    on_closed = "fire"
    if words and words[-1] in get_args(OnClosed):
        on_closed = words.pop()
    if len(words) != _WORDS.get(kind):
        raise ValueError(
            f"推送规则“{text}”无法识别：应形如 once 2026-12-01T19:30、weekly 5 16:00、monthly 15 10:00、"
            "cron 0 16 * * 5 或 before 1h 2026-12-24T19:30"
        )
    rule = Rule(cast("Kind", kind), tuple(words), cast("OnClosed", on_closed))
    try:
        next(_moments(rule, datetime(2026, 1, 1, tzinfo=BEIJING)), None)
    except (ValueError, OverflowError, CronSimError) as fault:
        raise ValueError(f"推送规则“{text}”有误：{fault}") from fault
    return rule


def next_after(rule: Rule, after: datetime, calendar: TradingCalendar) -> datetime | None:
    """The first moment strictly after an aware moment, in UTC; None when there is none.

    CalendarMissing when it takes trading days of a year nobody has entered yet to find it.
    """
    if after.tzinfo is None:
        raise ValueError("naive datetime: give it a time zone first")
    best: datetime | None = None
    start = after.astimezone(BEIJING)
    reach = timedelta(0) if rule.on_closed in ("fire", "skip") else _LONGEST_CLOSURE
    for planned in _moments(rule, start - reach):
        try:
            moment = _placed(planned, rule.on_closed, calendar)
        except CalendarMissing:
            if best is None:
                raise
            break  # a moment found this year stands, though the next one lies in a year not entered yet
        if moment is None or moment <= start:
            continue
        # Two planned moments may land on one trading day in the other order: look at all of that day.
        if best is not None and moment.date() > best.date():
            break
        best = moment if best is None else min(best, moment)
        if reach == timedelta(0):
            break
    return best.astimezone(UTC) if best else None


def _placed(planned: datetime, on_closed: OnClosed, calendar: TradingCalendar) -> datetime | None:
    day = planned.date()
    if on_closed == "fire":
        return planned
    if on_closed == "skip":
        return planned if calendar.is_trading_day(day) else None
    moved = calendar.next_trading_day(day) if on_closed == "shift" else calendar.previous_trading_day(day)
    return datetime.combine(moved, planned.timetz())


def _moments(rule: Rule, after: datetime) -> Iterator[datetime]:
    """Planned moments after a Beijing moment, in order, before any shifting."""
    if rule.kind == "cron":
        yield from _cron(rule.words, after)
    elif rule.kind in ("once", "before"):
        moment = _single(rule)
        if moment > after:
            yield moment
    else:
        yield from _repeated(rule, after)


def _single(rule: Rule) -> datetime:
    moment = _beijing(rule.words[-1])
    if rule.kind == "once":
        return moment
    found = _OFFSET.fullmatch(rule.words[0])
    if found is None:
        raise ValueError(f"提前量“{rule.words[0]}”应形如 10m、1h、1d")
    return moment - timedelta(**{_UNITS[found[2]]: int(found[1])})


def _cron(words: tuple[str, ...], after: datetime) -> Iterator[datetime]:
    # cronsim counts weekdays as cron does (0 and 7 = Sunday), unlike APScheduler (0 = Monday).
    for moment in CronSim(" ".join(words), after):
        if moment - after > _HORIZON:
            return
        yield moment


def _repeated(rule: Rule, after: datetime) -> Iterator[datetime]:
    number, at = _number(rule), time.fromisoformat(rule.words[1])
    if at.tzinfo is not None:
        raise ValueError("时间应为北京时间 HH:MM，不带时区")
    day, last = after.date(), after.date() + _HORIZON
    while day <= last:
        moment = datetime.combine(day, at, BEIJING)
        if moment > after and (day.isoweekday() if rule.kind == "weekly" else day.day) == number:
            yield moment
        day += timedelta(days=1)


def _number(rule: Rule) -> int:
    weekly = rule.kind == "weekly"
    word, most = rule.words[0], 7 if weekly else 31
    if not word.isascii() or not word.isdigit() or not 1 <= int(word) <= most:
        raise ValueError(
            f"“{word}”应为 1 到 {most}" + ("（1=周一，7=周日）" if weekly else "（当月没有这一天则不触发）")
        )
    return int(word)


def _beijing(word: str) -> datetime:
    moment = datetime.fromisoformat(word)
    return moment.replace(tzinfo=BEIJING) if moment.tzinfo is None else moment.astimezone(BEIJING)


def days_of(rule: Rule, first: date, last: date, calendar: TradingCalendar) -> tuple[datetime, ...]:
    """All moments (UTC) from the start of `first` to the end of `last`, for dry runs and calendars.

    CalendarMissing when they depend on a year nobody has entered yet; what comes after `last` need not be known.
    """
    after = datetime.combine(first, time(), BEIJING) - timedelta(microseconds=1)
    until = datetime.combine(last + timedelta(days=1), time(), BEIJING)
    found: list[datetime] = []
    while (moment := _next_by(rule, after, last, calendar)) is not None and moment < until:
        found.append(moment)
        after = moment
    return tuple(found)


def _next_by(rule: Rule, after: datetime, last: date, calendar: TradingCalendar) -> datetime | None:
    try:
        return next_after(rule, after, calendar)
    except CalendarMissing as missing:
        # Only shift_back can bring a moment of a later year forward into this one.
        if missing.year > last.year and rule.on_closed != "shift_back":
            return None
        raise


_ON_CLOSED = {"fire": "", "skip": "，休市日不发", "shift": "，遇休市顺延", "shift_back": "，遇休市提前"}
_BEFORE = {"m": "分钟", "h": "小时", "d": "天"}


def in_words(text: str) -> str:
    """A rule as people say it: 每周五 16:00，遇休市提前. A text that is no rule comes back as it is."""
    try:
        rule = parse(text)
    except ValueError:
        return text
    words = rule.words
    if rule.kind == "once":
        said = f"{_beijing(words[0]):%Y-%m-%d %H:%M}，一次"
    elif rule.kind == "weekly":
        said = f"每周{'一二三四五六日'[int(words[0]) - 1]} {words[1]}"
    elif rule.kind == "monthly":
        said = f"每月 {int(words[0])} 日 {words[1]}"
    elif rule.kind == "before":
        said = f"{_beijing(words[1]):%Y-%m-%d %H:%M} 前 {words[0][:-1]} {_BEFORE[words[0][-1]]}"
    else:
        said = f"按 cron {' '.join(words)}"
    return said + _ON_CLOSED[rule.on_closed]
