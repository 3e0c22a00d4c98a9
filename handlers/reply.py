"""Answering by what the channel can really do (design 7): answer itself, draft for the owner's tap, or stay silent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models import conversation, group, group_draft, open_id
from models.actions import Action, Menu, ReplyAibot, SendApp, SendCard, SendKf
from models.events.messages import TextReceived
from models.group_draft import GroupDraft
from models.work import Work
from rules import masking, phrases

NOT_IN_TASK_ID = re.compile(r"[^0-9A-Za-z_@-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a channel declares. Nothing is ever pretended beyond it."""

    sends_itself: bool
    menus: bool
    byte_limit: int


CHANNELS: dict[str, Channel] = {
    "kf": Channel(sends_itself=True, menus=True, byte_limit=2048),
    "aibot": Channel(sends_itself=True, menus=False, byte_limit=20480),
    "app": Channel(sends_itself=True, menus=False, byte_limit=2048),
    # No API posts into a customer group: the owner gets the approved answer to copy (wecom-outbound 7.1).
    "group": Channel(sends_itself=False, menus=False, byte_limit=4000),
}


def say(
    event: TextReceived, work: Work, text: str, content_id: str, menu: Menu = (), tail: str = ""
) -> Iterator[Action]:
    """The text to whoever asked, by the channel they asked in; choices are kept, for those who type their number."""
    channel = CHANNELS[event.channel]
    if menu and channel.sends_itself:
        talk = conversation.of(work.session, event)
        talk.choices, talk.choices_at = [key for key, _ in menu], event.at
    if not channel.menus and menu:
        numbered = (f"{number}. {label}" for number, (_, label) in enumerate(menu, 1))
        text, menu = "\n".join([text, *numbered, "（回复序号即可）"]), ()
    if event.channel == "kf":
        yield SendKf(
            to=event.member_id, open_kfid=event.open_kfid, text=text, content_id=content_id, menu=menu, tail=tail
        )
    elif event.channel == "aibot":
        yield ReplyAibot(
            to=open_id.employee_of(work.session, event.member_id), response_url=event.response_url, text=text,
            content_id=content_id,
        )  # fmt: skip
    elif event.channel == "app":
        # WeCom swallows an identical text for four hours (doc 90236): whoever asks twice gets two answers all the same.
        at = event.at.astimezone(work.rules.zone)
        yield SendApp(to=(event.member_id,), text=f"{text}\n（{at:%H:%M:%S} 的提问）", content_id=content_id)
    else:
        yield from draft(event, work, text)


def task_id(kind: str, key: str) -> str:
    """A card's own id, of the letters WeCom allows in one (doc 90236): archive keys end in `=`."""
    return NOT_IN_TASK_ID.sub("-", f"{kind}-{key}")[:100]


def draft(event: TextReceived, work: Work, text: str, title: str = "群内提问，建议回复") -> Iterator[Action]:
    """A card with the approved answer to the group's owner, who may paste it with one tap."""
    chat = group.known(work.session, event.chat_id, event.at)
    if chat.owner_id:
        asked = masking.mask(event.text)
        number = group_draft.keep(
            work.session,
            GroupDraft(
                source_key=event.key, chat_id=chat.id, owner_id=chat.owner_id, member_id=event.member_id,
                question=asked[:300], answer=text[:4000], at=event.at, outcome="", decided_by="",
            ),
        )  # fmt: skip
        yield SendCard(
            to=(chat.owner_id,), task_id=task_id("draft", event.key), about="draft",
            title=title, desc=f"群：{chat.name or chat.id}", facts=(("提问", asked[:30]),),
            quote=text, url=f"{work.rules.public_url}/console/drafts/{number}",
        )  # fmt: skip


def phrase(
    event: TextReceived, work: Work, name: str, variant: int = 0, menu: Menu = (), **gaps: object
) -> Iterator[Action]:
    """One of the fixed phrases, its gaps and the deployment's placeholders filled."""
    text = work.rules.fill(phrases.say(name, variant, **gaps))
    yield from say(event, work, text, content_id=f"ui:{name}", menu=menu)
