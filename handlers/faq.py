"""Answer a question from the approved base, ask back with choices, hand over, or stay silent."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import select

from handlers import faq_learning, handover, reply
from handlers.faq_base import dressed
from models import conversation, kf
from models.actions import Action
from models.content import LiveStream
from models.conversation import LONGEST, TOGETHER, Conversation, Heard
from models.events.messages import TextReceived
from models.faq import FaqEntry
from models.work import Work
from rules import talk as ways
from rules.match import HANDOFF, Decision
from rules.text import clean

NONE_OF_THESE, HUMAN = "faq:none", "faq:human"
COMMON = ("OPEN-003", "TRADE-011", "FUND-003")
GREETED = {"2": "OPEN-003", "隐私": "ACCT-018"}
LIVE_CALENDAR = "3"
"""What the greeting W-02 lets people reply: 1 常见问题 2 开户指引 3 直播日历 4 转人工, and 隐私."""
BARE_NUMBER = re.compile(r"\d{1,2}")
SETTLED = frozenset({"answer", "handoff"})
"""After these nothing is open; after a question back the next line may still complete it."""
BURSTS = frozenset({"kf", "app"})
"""Channels in which one answer may serve several lines; each line to the robot wants an answer of its own."""


def answer(event: TextReceived, work: Work) -> Iterator[Action]:
    """Silence beats a wrong answer; a tapped choice needs no guessing."""
    if event.channel == "group" and not event.customer:
        return  # our own people talking
    if event.channel == "kf" and kf.with_people(work.session, event.open_kfid, event.member_id, event.at):
        return  # a person has the conversation
    if event.channel == "group":
        yield from _in_group(event, work)
        return
    said = conversation.of(work.session, event)
    if not event.menu_id:
        event = replace(event, menu_id=ways.picked(event.text, said.offered(event.at), NONE_OF_THESE))
    more = event.channel in BURSTS and not event.menu_id and conversation.more_to_come(work.session, event.key)
    line = Heard(event.key, event.at.timestamp(), event.text[:LONGEST], open=not event.menu_id, held=more)
    said.remember([*said.lines(event.at), line], event.at)
    if not more:
        yield from respond(event, work, said)


def _in_group(event: TextReceived, work: Work) -> Iterator[Action]:
    """Of a group's talk only what concerned the bot is remembered."""
    known = conversation.existing(work.session, event.channel, event.chat_id, event.member_id)
    context = [one.text for one in known.lines(event.at)] if known is not None else []
    decision = _command(event) or work.rules.matcher.decide(event.text, _channel(event), context)
    faq_learning.remember(event, work, decision)
    if decision.kind == "silent":
        return
    said = conversation.of(work.session, event)
    line = Heard(event.key, event.at.timestamp(), event.text[:LONGEST], open=False)
    said.remember([*said.lines(event.at), line], event.at)
    yield from _act(event, work, [decision])


def respond(event: TextReceived, work: Work, said: Conversation) -> Iterator[Action]:
    """What the open lines of a conversation ask, together with `event` where it is one of them."""
    decided = _command(event)
    if event.channel == "kf" and not event.menu_id and event.text.strip() == LIVE_CALENDAR:
        said.remember(_closed(said, event), event.at)
        yield from _live_calendar(event, work)
        return
    faq_learning.note_tap(event, work)
    asked = event if decided is not None else replace(event, text=" ".join(_open(event, said)) or event.text)
    decisions = [decided] if decided is not None else _understood(event, work, said)
    if any(one.kind in SETTLED for one in decisions):
        said.remember(_closed(said, event), event.at)
    else:
        said.remember([replace(one, held=False) for one in said.lines(event.at)], event.at)
    for number, decision in enumerate(decisions):
        key = f"{event.key}#{number}"[:80] if number else event.key
        faq_learning.remember(replace(asked, key=key), work, decision)
    yield from _act(event, work, decisions)


def _closed(said: Conversation, event: TextReceived) -> list[Heard]:
    return [replace(one, open=False, held=False) for one in said.lines(event.at)]


def _open(event: TextReceived, said: Conversation) -> list[str]:
    """The different lines nothing has answered yet."""
    since = (event.at - TOGETHER).timestamp()
    return ways.pieces([one.text for one in said.lines(event.at) if one.open and one.at >= since])


def _understood(event: TextReceived, work: Work, said: Conversation) -> list[Decision]:
    """One decision for pieces that make one question, several for several questions, one after the other."""
    parts = _open(event, said) or [event.text]
    context = [one.text for one in said.lines(event.at) if not one.open]
    decide, channel = work.rules.matcher.decide, _channel(event)
    if len(parts) == 1:
        return [decide(parts[0], channel, context)]
    singles = [decide(one, channel, context) for one in parts]
    if person := next((one for one in singles if one.kind == "handoff"), None):
        return [person]
    answers = list({one.entry_id: one for one in singles if one.kind == "answer"}.values())
    # Courtesies and false starts come first: what makes sense begins with some later piece.
    wholes = [decide(" ".join(parts[at:]), channel, context) for at in range(len(parts) - 1)]
    whole = next((one for one in wholes if one.kind == "answer"), wholes[0])
    if whole.kind == "answer" and len(answers) < len(parts):
        return [whole]
    return answers or [max((whole, singles[-1]), key=lambda one: (one.kind != "silent", one.score))]


def _act(event: TextReceived, work: Work, decisions: list[Decision]) -> Iterator[Action]:
    first = decisions[0]
    if first.kind == "answer":
        yield from _answer(event, work, decisions)
    elif first.kind == "clarify":
        yield from _ask_back(event, work, first)
    elif first.kind == "handoff":
        yield from handover.ask(event, work)


def _channel(event: TextReceived) -> str:
    if event.channel == "group":
        return "mention" if event.mentioned else "group"
    return "private"


def _command(event: TextReceived) -> Decision | None:
    """What needs no guessing: a tapped or numbered choice, a reply the greeting offers, the wish for a person."""
    said = event.text.strip() if event.channel == "kf" else ""
    if event.menu_id == NONE_OF_THESE:
        return Decision(kind="handoff", entry_id="", score=0.0, candidates=())
    if event.menu_id.startswith("faq:") and event.menu_id != HUMAN:
        return Decision(kind="answer", entry_id=event.menu_id.removeprefix("faq:"), score=1.0, candidates=())
    # In a group too: the greeting W-01 says 需要真人请回复“人工”.
    if event.menu_id == HUMAN or said == "4" or HANDOFF.match(clean(event.text)):
        return Decision(kind="handoff", entry_id="", score=1.0, candidates=())
    if said == "1":
        return Decision(kind="clarify", entry_id="", score=1.0, candidates=tuple((one, 1.0) for one in COMMON))
    if entry_id := GREETED.get(said, ""):
        return Decision(kind="answer", entry_id=entry_id, score=1.0, candidates=())
    # A number by itself meant a choice that is long gone.
    gone = BARE_NUMBER.fullmatch(event.text.strip()) is not None
    return Decision(kind="silent", entry_id="", score=0.0, candidates=()) if gone else None


def _live_calendar(event: TextReceived, work: Work) -> Iterator[Action]:
    coming = select(LiveStream).where(LiveStream.status == "planned", LiveStream.starts_at > work.now)
    streams = work.session.scalars(coming.order_by(LiveStream.starts_at).limit(3)).all()
    lines = [f"{one.starts_at.astimezone(work.rules.zone):%m月%d日 %H:%M} {one.title}" for one in streams]
    if lines:
        yield from reply.phrase(event, work, "live", streams="\n".join(lines))
    else:
        yield from reply.phrase(event, work, "live", 1)


def _answer(event: TextReceived, work: Work, decisions: list[Decision]) -> Iterator[Action]:
    """Several answers share a message where it holds them: WeCom allows five after a customer's word."""
    entries = [work.session.get(FaqEntry, one.entry_id) for one in decisions]
    known = [one for one in entries if one is not None and one.speaks(event.channel, work.now)]
    if event.channel == "group":
        known = [one for one in known if "no_broadcast" not in one.flags]  # one-to-one only
    texts: list[tuple[str, str]] = []
    for entry in known:
        words = spoken(entry, work)
        if texts and len(f"{texts[-1][1]}\n\n{words}".encode()) <= reply.CHANNELS[event.channel].byte_limit:
            texts[-1] = (f"{texts[-1][0]}+{entry.id}", f"{texts[-1][1]}\n\n{words}")
        else:
            texts.append((entry.id, words))
    for ids, words in texts:
        yield from reply.say(event, work, words, content_id=f"faq:{ids}")
    if any("complaint" in one.flags for one in known):
        yield from handover.ask(event, work, said=True, urgent=True)


def spoken(entry: FaqEntry, work: Work) -> str:
    """The approved answer as people read it: placeholders filled, proviso and risk tip behind it."""
    return dressed(entry, work.rules, proviso=entry.unchecked(work.now))


def _ask_back(event: TextReceived, work: Work, decision: Decision) -> Iterator[Action]:
    if event.channel == "group":
        return  # a list of guesses is noise among two hundred people
    entries = [work.session.get(FaqEntry, entry_id) for entry_id, _ in decision.candidates[:3]]
    open_ones = [one for one in entries if one is not None and one.speaks(event.channel, work.now)]
    menu = tuple((f"faq:{entry.id}", entry.question) for entry in open_ones)
    if menu:
        rest = ((NONE_OF_THESE, "都不是"), (HUMAN, "转人工"))
        yield from reply.phrase(event, work, "clarify", menu=menu + rest)
