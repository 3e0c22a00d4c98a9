"""Answer a question from the approved base, ask back with choices, hand over, or stay silent."""

from collections.abc import Iterator

from sqlalchemy import select

from handlers import faq_learning, reply
from handlers.faq_base import dressed
from models import kf
from models.actions import Action, TransferKf
from models.content import LiveStream
from models.events.messages import TextReceived
from models.faq import FaqEntry
from models.work import Work
from rules.match import HANDOFF, Decision
from rules.text import clean

NONE_OF_THESE, HUMAN = "faq:none", "faq:human"
COMMON = ("OPEN-003", "TRADE-011", "FUND-003")
GREETED = {"2": "OPEN-003", "隐私": "ACCT-018"}
LIVE_CALENDAR = "3"
"""What the greeting W-02 lets people reply: 1 常见问题 2 开户指引 3 直播日历 4 转人工, and 隐私."""


def answer(event: TextReceived, work: Work) -> Iterator[Action]:
    """Silence beats a wrong answer; a tapped choice needs no guessing."""
    if event.channel == "group" and not event.customer:
        return  # our own people talking
    if event.channel == "kf" and kf.with_people(work.session, event.open_kfid, event.member_id, event.at):
        return  # a person has the conversation
    if event.channel == "kf" and event.text.strip() == LIVE_CALENDAR:
        yield from reply.say(event, work, _live_calendar(work), content_id="ui:live")
        return
    decision = _tapped(event) or work.rules.matcher.decide(event.text, _channel(event))
    faq_learning.note_tap(event, work)
    faq_learning.remember(event, work, decision)
    if decision.kind == "answer":
        yield from _answer(event, work, decision)
    elif decision.kind == "clarify":
        yield from _ask_back(event, work, decision)
    elif decision.kind == "handoff":
        yield from hand_over(event, work)


def _channel(event: TextReceived) -> str:
    if event.channel == "group":
        return "mention" if event.mentioned else "group"
    return "private"


def _tapped(event: TextReceived) -> Decision | None:
    said = event.text.strip() if event.channel == "kf" else ""
    if event.menu_id == NONE_OF_THESE:
        return Decision(kind="handoff", entry_id="", score=0.0, candidates=())
    # In a group too: the greeting W-01 says 需要真人请回复“人工”.
    if event.menu_id == HUMAN or said == "4" or HANDOFF.match(clean(event.text)):
        return Decision(kind="handoff", entry_id="", score=1.0, candidates=())
    if said == "1":
        return Decision(kind="clarify", entry_id="", score=1.0, candidates=tuple((one, 1.0) for one in COMMON))
    entry_id = event.menu_id.removeprefix("faq:") if event.menu_id.startswith("faq:") else GREETED.get(said, "")
    return Decision(kind="answer", entry_id=entry_id, score=1.0, candidates=()) if entry_id else None


def _live_calendar(work: Work) -> str:
    coming = select(LiveStream).where(LiveStream.status == "planned", LiveStream.starts_at > work.now)
    streams = work.session.scalars(coming.order_by(LiveStream.starts_at).limit(3)).all()
    lines = [f"{one.starts_at.astimezone(work.rules.zone):%m月%d日 %H:%M} {one.title}" for one in streams]
    return "\n".join(["近期直播：", *lines]) if lines else "近期没有已排定的直播。"


def _answer(event: TextReceived, work: Work, decision: Decision) -> Iterator[Action]:
    entry = work.session.get(FaqEntry, decision.entry_id)
    if entry is None or not entry.speaks(event.channel, work.now):
        return
    if event.channel == "group" and "no_broadcast" in entry.flags:
        return  # one-to-one only
    yield from reply.say(event, work, spoken(entry, work), content_id=f"faq:{entry.id}")
    if "complaint" in entry.flags:
        yield from hand_over(event, work, said=True)


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
        yield from reply.say(event, work, "您想了解的是哪一项？", content_id="ui:clarify", menu=menu + rest)


def hand_over(event: TextReceived, work: Work, *, said: bool = False) -> Iterator[Action]:
    """To people: the KF waiting pool; a group's owner gets a card; employees are people already."""
    if event.channel == "group" and not said:
        yield from reply.draft(event, work, "", title="群内有成员需要人工协助")
    if event.channel != "kf":
        return
    if not said:
        text = "已为您转接人工，请稍候。请描述问题类型与时间，勿提供密码、验证码或证件照片。"
        yield from reply.say(event, work, text, content_id="ui:handoff")
    kf.moved(work.session, event.open_kfid, event.member_id, kf.POOL, event.at)
    yield TransferKf(to=event.member_id, open_kfid=event.open_kfid, state=kf.POOL)
