"""Listening: pieces of one question come together, choices may be typed, what was taken back is forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from handlers import faq
from models import conversation, kf
from models.actions import Action, SendKf
from models.conversation import TOGETHER, KfLine
from models.events.kf import KfServicerSaid
from models.events.messages import MediaReceived, MessageRecalled, TextReceived
from models.work import Work

MOST_BYTES = 2048
"""A 微信客服 text (doc 94677)."""
HELD_FOR = timedelta(hours=48)


def heard(event: TextReceived, work: Work) -> Iterator[Action]:
    """A customer's line in 微信客服: written down, the budget fresh again, and what was over it leaves first."""
    if event.channel != "kf":
        return
    line = KfLine(
        key=event.key, open_kfid=event.open_kfid, member_id=event.member_id, at=event.at, speaker="", text=event.text
    )
    conversation.write_down(work.session, line)
    session = kf.heard(work.session, event.open_kfid, event.member_id, event.at)
    if not session.held or kf.with_people(work.session, event.open_kfid, event.member_id, event.at):
        return
    waiting, session.held = kf.held(session, work.now - HELD_FOR), None
    yield from _together(waiting)


def saw(event: MediaReceived, work: Work) -> Iterator[Action]:
    """A picture or file in 微信客服 counts as the customer's word; people see that there was one."""
    yield from ()
    if event.channel == "kf":
        kf.heard(work.session, event.open_kfid, event.member_id, event.at)
        line = KfLine(
            key=event.key, open_kfid=event.open_kfid, member_id=event.member_id, at=event.at, speaker="",
            text=f"[{event.media}]",
        )  # fmt: skip
        conversation.write_down(work.session, line)


def _together(waiting: list[SendKf]) -> Iterator[SendKf]:
    """What waited, in as few messages as hold it; choices stay a message of their own."""
    open_one: SendKf | None = None
    for one in waiting:
        mergeable = open_one is not None and not one.menu and not one.tail
        if open_one is not None and mergeable and _fits(open_one, one):
            ids = f"{open_one.content_id}+{one.content_id.removeprefix('faq:')}"
            open_one = replace(open_one, text=f"{open_one.text}\n\n{one.text}", content_id=ids)
            continue
        if open_one is not None:
            yield open_one
        open_one = one
        if one.menu or one.tail or not one.content_id.startswith("faq:"):
            yield one
            open_one = None
    if open_one is not None:
        yield open_one


def _fits(one: SendKf, other: SendKf) -> bool:
    both = one.content_id.startswith("faq:") and other.content_id.startswith("faq:")
    return both and len(f"{one.text}\n\n{other.text}".encode()) <= MOST_BYTES


def servicer_line(event: KfServicerSaid, work: Work) -> Iterator[Action]:
    """What a servicer said, for whoever reads the conversation later."""
    yield from ()
    line = KfLine(
        key=event.key, open_kfid=event.open_kfid, member_id=event.member_id, at=event.at, speaker=event.servicer,
        text=event.text,
    )  # fmt: skip
    conversation.write_down(work.session, line)


def overtaken(event: TextReceived, work: Work) -> Iterator[Action]:
    """Lines that waited for this one, which turned out to be a command of its own: they are answered now."""
    talk = conversation.existing(work.session, event.channel, event.open_kfid or event.chat_id, event.member_id)
    if talk is None:
        return
    lines = talk.lines(event.at)
    if any(one.held for one in lines) and all(one.key != event.key for one in lines):
        yield from faq.respond(replace(event, text="", menu_id=""), work, talk)


def recalled(event: MessageRecalled, work: Work) -> Iterator[Action]:
    """Taken back: no longer answered, no longer context, no longer read. What is left is answered as it stands."""
    conversation.take_back(work.session, event.recalled)
    talk = conversation.existing(work.session, event.channel, event.where, event.member_id)
    if talk is None:
        return
    lines = talk.lines(event.at)
    left = [one for one in lines if one.key != event.recalled]
    talk.remember(left, event.at)
    oldest = (event.at - TOGETHER).timestamp()
    if event.channel == "kf" and any(one.held and one.at >= oldest for one in left):
        again = TextReceived(
            key=event.key, at=event.at, member_id=event.member_id, channel="kf", text="", open_kfid=event.where
        )
        yield from faq.respond(again, work, talk)
