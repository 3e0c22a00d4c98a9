"""The shipped decisions, built once, and calendars to try them on."""

import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from commands.product import lint_rules
from config import data
from rules import packs
from rules.alerts import Cues
from rules.compliance import Lexicon
from rules.grams import Background
from rules.match import Entry, Matcher, load
from rules.normalise import Normaliser
from rules.rfm import Tables
from rules.trading_calendar import SendPolicy, TradingCalendar
from rules.train import build


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The first layer alone."""
    return Lexicon.load(data.lexicon(), data.variants(), packs.load(data.rule_packs()))


@pytest.fixture(scope="session")
def lint() -> Lexicon:
    """Both layers, as the product uses them."""
    return lint_rules()


@pytest.fixture(scope="session")
def normalise() -> Normaliser:
    return Normaliser(data.variants())


@pytest.fixture(scope="session")
def cues() -> Cues:
    return Cues.load(data.alerts())


@pytest.fixture(scope="session")
def tables() -> Tables:
    return Tables.load(data.alerts()["rfm"])


@pytest.fixture(scope="session")
def policy() -> SendPolicy:
    return SendPolicy.load(data.calendar()["send_policy"])


@pytest.fixture(scope="session")
def entries() -> list[Entry]:
    return [
        Entry(id=one["id"], question=one["question"], paraphrases=tuple(one["paraphrases"]))
        for one in data.faq()["entries"]
    ]


@pytest.fixture(scope="session")
def background() -> Background:
    return Background(talk=tuple(data.chatter()), hanzi=data.hanzi())


@pytest.fixture(scope="session")
def matcher(entries: list[Entry], background: Background) -> Matcher:
    return load(build(entries, background))


@pytest.fixture(scope="session")
def calendar_2026() -> TradingCalendar:
    """The shipped year, and no other."""
    closed = data.calendar()["trading_calendar"]["closed_2026"]
    return TradingCalendar(frozenset(date.fromisoformat(str(day)) for day in closed), frozenset({2026}))


@pytest.fixture(scope="session")
def long_calendar() -> TradingCalendar:
    """Twenty years in which the exchanges rest on 1 January, for ten days in February and eight in October."""
    years = range(2020, 2040)
    closed = {date(year, 1, 1) for year in years}
    closed |= {date(year, 2, 9) + timedelta(days=day) for year in years for day in range(10)}
    closed |= {date(year, 10, 1) + timedelta(days=day) for year in years for day in range(8)}
    return TradingCalendar(frozenset(closed), frozenset(years))


@pytest.fixture(params=["America/New_York", "Pacific/Kiritimati", "UTC"])
def host_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A machine whose own clock is set to some other zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()
