"""Answers that stand in no entry: help in a crisis, whether the market is open, what 12386 is."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time

from handlers import handover, reply
from models import kf
from models.actions import Action
from models.events.messages import TextReceived
from models.work import Work
from rules import market_day
from rules.text import clean
from rules.trading_calendar import CalendarMissing

CRISIS = "AL-CRISIS"
ASKS_12386 = re.compile(
    r"12386(?:热线|电话|平台)?(?:这个)?(?:是|能|可以|有)?(?:什么|啥|干嘛|干什么|做什么|哪里的|谁的|管什么|电话)"
)
CLOSE = time(15)


def comfort(event: TextReceived, work: Work) -> Iterator[Action]:
    """Somebody in danger gets kind words and numbers to call at once; people are told by the alert and come first."""
    if not event.customer or not any(one.signal == CRISIS for one in work.rules.cues.find(event.text)):
        return
    if _with_people(event, work):
        return
    yield from reply.phrase(event, work, "crisis")
    if event.channel == "kf":
        yield from handover.ask(event, work, said=True, urgent=True)


def market(event: TextReceived, work: Work) -> Iterator[Action]:
    """今天休市吗: from the exchanges' calendar, never by guess; a year nobody has entered is for a person."""
    if (event.channel == "group" and not event.customer) or _with_people(event, work):
        return
    now = event.at.astimezone(work.rules.zone)
    day = market_day.day_asked(event.text, now.date())
    if day is None:
        return
    try:
        trading = work.rules.calendar.is_trading_day(day)
    except CalendarMissing:
        yield from handover.ask(event, work)
        return
    said = market_day.spoken(day)
    if trading and _over(day, now):
        yield from reply.phrase(event, work, "trading_day_over", day=said)
    elif trading:
        yield from reply.phrase(event, work, "trading_day", day=said)
    else:
        yield from _closed(event, work, day)


def _over(day: date, now: datetime) -> bool:
    return day < now.date() or (day == now.date() and now.time() >= CLOSE)


def _closed(event: TextReceived, work: Work, day: date) -> Iterator[Action]:
    try:
        following = market_day.spoken(work.rules.calendar.next_trading_day(day))
    except CalendarMissing:
        yield from reply.phrase(event, work, "closed_day", 1, day=market_day.spoken(day))
        return
    yield from reply.phrase(event, work, "closed_day", day=market_day.spoken(day), next=following)


def regulator(event: TextReceived, work: Work) -> Iterator[Action]:
    """12386是什么 is a question, not a complaint."""
    if (event.channel == "group" and not event.customer) or _with_people(event, work):
        return
    if ASKS_12386.search(clean(event.text)):
        yield from reply.phrase(event, work, "hotline12386")


def _with_people(event: TextReceived, work: Work) -> bool:
    return event.channel == "kf" and kf.with_people(work.session, event.open_kfid, event.member_id, event.at)
