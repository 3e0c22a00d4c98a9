"""Messages and cards to employees, and the robot's answer.

Own key of message/send: an identical request is not delivered twice within four hours (doc 90236), so an uncertain one
is repeated byte for byte inside that time; later a person has to look. Cards carry their task id, so no two are alike.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from bot.carriers.base import Desk, Done, Unresolved
from bot.carriers.picture import media_of
from bot.inbox import of_event
from gateways.wecom.errors import Refused
from gateways.wecom.types import Sent
from models.actions import ReplyAibot, SendApp, SendCard, SendPicture, UpdateCard
from models.events.internal import CardSent

DUPLICATE_CHECK = timedelta(hours=4)
CODE_USED = 60140
"""Response code invalid, used or expired."""


def send_text(action: SendApp, row: Row[Any], desk: Desk) -> Done:
    """A text from the app."""
    sent = deliver(action.to, {"msgtype": "text", "text": {"content": action.text}}, row, desk)
    return Done(sent.msgid)


def send_picture(action: SendPicture, row: Row[Any], desk: Desk) -> Done:
    """A picture; another upload is another message to WeCom, so an uncertain one is not sent again."""
    if row.uncertain:
        raise Unresolved("图片是否送达无法确认：请向接收人核实，文字部分已单独发送")
    media_id, uploaded = media_of(action.image, row, desk)
    sent = deliver(action.to, {"msgtype": "image", "image": {"media_id": media_id}}, row, desk)
    return Done(sent.msgid, uploaded)


def send_card(action: SendCard, row: Row[Any], desk: Desk) -> Done:
    """A template card; its response code comes back as an event."""
    sent = deliver(action.to, {"msgtype": "template_card", "template_card": card_of(action)}, row, desk)
    if not sent.response_code:
        return Done(sent.msgid)
    event = CardSent(
        key=f"card:{action.task_id}", at=desk.db.clock(), task_id=action.task_id, response_code=sent.response_code
    )
    return Done(sent.msgid, (of_event(event, source="outcome", lane=f"card:{action.task_id}"),))


def card_of(action: SendCard) -> dict[str, object]:
    """The template card as doc 90236 wants it: buttons make it a button_interaction, else a text_notice."""
    card: dict[str, object] = {
        "card_type": "button_interaction" if action.buttons else "text_notice",
        "source": {"desc": "社群助手", "desc_color": 2 if action.about == "alert" else 0},
        "task_id": action.task_id,
        "main_title": {"title": action.title[:36], "desc": action.desc[:44]},
        "horizontal_content_list": [{"keyname": name[:5], "value": value[:30]} for name, value in action.facts[:6]],
    }
    if action.quote:
        card["quote_area"] = {"type": 0, "quote_text": action.quote[:500]}
    if action.buttons:
        card["button_list"] = [
            {"type": 0, "text": label[:10], "style": 1 if at == 0 else 2, "key": key}
            for at, (key, label) in enumerate(action.buttons[:6])
        ]
    if action.url or not action.buttons:
        card["card_action"] = {"type": 1, "url": action.url}
    return card


def update_card(action: UpdateCard, row: Row[Any], desk: Desk) -> Done:
    """Grey the button for everybody who has the card; the code works once, so a repeat may find it used."""
    try:
        desk.wecom.messages.update_card(action.response_code, action.to, replace_name=action.label)
    except Refused as error:
        if not (row.uncertain and error.errcode == CODE_USED):
            raise
    return Done()


def reply_aibot(action: ReplyAibot, row: Row[Any], desk: Desk) -> Done:
    """One answer per response_url; a second one is accepted and stays invisible, so repeating is safe (doc 101138)."""
    del row
    desk.wecom.robots.reply(action.response_url, {"msgtype": "markdown", "markdown": {"content": action.text}})
    return Done()


def deliver(to: tuple[str, ...], body: dict[str, object], row: Row[Any], desk: Desk) -> Sent:
    """Any message to employees. Unresolved once WeCom no longer tells a repeat from a second one."""
    tried = row.first_try_at
    if row.uncertain and tried is not None and desk.db.clock() - tried > DUPLICATE_CHECK:
        raise Unresolved("四小时内未能确认是否送达，请向接收人核实")
    sent = desk.wecom.messages.send(to, body)
    if set(sent.invalid) >= {one.lower() for one in to}:
        raise Refused("message/send", 81013, "接收人均无效：检查应用可见范围与成员账号")
    return sent
