"""Employees in the app's chat, with the smart robot, and on their cards (wecom-inbound 2, 5)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.api import cards
from simulator.company import Card
from simulator.deeds.base import Deeds

RESPONSE_URL = 3600
HEAD = ("aibotid", "chattype", "from", "chatid")


class Staff(Deeds):
    """Employees."""

    def say_to_app(self, employee: str, text: str) -> str:
        """Writes to the app; the MsgId."""
        company = self._company
        msgid = company.new_id("70000")
        self._said(employee, "app", text)
        self._courier.xml(
            {
                "ToUserName": company.corp.corp_id, "FromUserName": self._employee(employee),
                "CreateTime": int(company.clock()), "MsgType": "text", "Content": text, "MsgId": msgid,
                "AgentID": company.corp.agent_id,
            }
        )  # fmt: skip
        return msgid

    def enter_app(self, employee: str) -> None:
        """Opens the app's chat."""
        self._event({"Event": "enter_agent", "EventKey": "", "AgentID": self._company.corp.agent_id}, sender=employee)

    def say_to_aibot(self, employee: str, text: str, chat_id: str = "") -> str:
        """Asks the robot, alone or (`chat_id`) with @ in an internal group; the msgid."""
        company = self._company
        code = company.new_id("RURL")
        company.response_urls[code] = (self._employee(employee), company.clock() + RESPONSE_URL)
        message: dict[str, Any] = {
            "msgid": company.new_id("CAIQ-"),
            "aibotid": "aibSIM",
            "chattype": "group" if chat_id else "single",
            "from": {"userid": company.open_id(employee) if company.switches.open_ids else employee},
            "msgtype": "text",
            "text": {"content": f"@小助手 {text}" if chat_id else text},
            "response_url": f"{company.corp.base}/cgi-bin/aibot/response?response_code={code}",
        }
        if chat_id:
            message["chatid"] = chat_id
        self._said(employee, "aibot", text)
        self._courier.json(json.dumps(message, ensure_ascii=False).encode())
        return str(message["msgid"])

    def poll_streams(self) -> int:
        """WeCom asks for the unfinished streamed answers once more; how many remain."""
        company = self._company
        for stream_id, stream in list(company.streams.items()):
            if stream.until <= company.clock():
                company.streams.pop(stream_id, None)
                continue
            head = {name: stream.plain[name] for name in HEAD if name in stream.plain}
            poll: dict[str, Any] = {
                **head,
                "msgid": company.new_id("CAIQ-"),
                "msgtype": "stream",
                "stream": {"id": stream_id},
            }
            self._courier.json(json.dumps(poll, ensure_ascii=False).encode())
        return len(company.streams)

    def click(
        self, employee: str, task_id: str, button: str, selected: Mapping[str, Sequence[str]] | None = None
    ) -> str:
        """Taps a button of a card (`selected`: question key -> option ids); the new response code it carries.

        "" when the button is grey for this employee. ValueError for a card it never got, a button not on it.
        """
        company = self._company
        with company.lock:
            card = company.cards.get(task_id)
            if card is None or employee not in card.users:
                raise ValueError(f"{employee} has no card {task_id}")
            shown = card.shown.get(employee, card.card)
            if button not in cards.keys(shown):
                raise ValueError(f"card {task_id} has no button {button}")
            if employee in card.replaced and button not in cards.menu_keys(shown):
                return ""
            code = company.new_response_code(task_id)
        menu = button in cards.menu_keys(shown)
        fields: dict[str, object] = {
            "Event": "template_card_menu_event" if menu else "template_card_event", "EventKey": button,
            "TaskId": task_id, "CardType": str(shown.get("card_type", "")), "ResponseCode": code,
            "AgentID": company.corp.agent_id,
        }  # fmt: skip
        fields |= {"SelectedItems": self._selected(selected)} if selected else {}
        self._event(fields, sender=employee)
        return code

    def _selected(self, selected: Mapping[str, Sequence[str]]) -> dict[str, object]:
        ids = self._company.switches.option_ids
        one = ids.removesuffix("s")
        items: list[object] = [{"QuestionKey": key, ids: {one: list(chosen)}} for key, chosen in selected.items()]
        return {"SelectedItem": items}

    def cards_of(self, employee: str) -> list[Card]:
        """Cards this employee has, newest last."""
        return [one for one in list(self._company.cards.values()) if employee in one.users]

    def unanswered(self, employee: str, button: str) -> list[str]:
        """Cards of this employee on which the button is there and not grey; their task ids."""
        mine = [one for one in self.cards_of(employee) if employee not in one.replaced]
        return [one.task_id for one in mine if button in cards.keys(one.shown.get(employee, one.card))]

    def _said(self, employee: str, where: str, text: str) -> None:
        self._company.said_by[employee].append({"at": self._company.clock(), "where": where, "text": text})
