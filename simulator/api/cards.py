"""Template cards: what each type must carry, and their update (docs 90236 §template_card, 94945)."""

import re
from collections.abc import Mapping
from typing import Any

from simulator.books import Entry
from simulator.company import ApiError, Card, Company
from simulator.state import Json

TASK_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}")
INTERACTIVE = frozenset({"button_interaction", "vote_interaction", "multiple_interaction"})
LISTS: dict[str, int] = {
    "horizontal_content_list": 6,
    "vertical_content_list": 4,
    "jump_list": 3,
    "button_list": 6,
    "select_list": 3,
}
"""List -> most entries."""
MUST: dict[str, tuple[str, ...]] = {
    "text_notice": ("card_action",),
    "news_notice": ("main_title", "card_action"),
    "button_interaction": ("main_title", "button_list", "task_id"),
    "vote_interaction": ("main_title", "checkbox", "submit_button", "task_id"),
    "multiple_interaction": ("main_title", "select_list", "submit_button", "task_id"),
}
"""Card type -> parts it must have. WeCom has a code for each fault (42014-42051); which is which is
not known here, so all are 40058 with the part's name, task_id is 42014."""


def check(card: Json) -> None:
    """ApiError for a card WeCom would refuse."""
    kind = str(card.get("card_type"))
    if kind not in MUST:
        raise ApiError(40058, "invalid card_type")
    for part in MUST[kind]:
        if not card.get(part):
            raise ApiError(42014 if part == "task_id" else 40058, f"template_card {part} missing")
    if kind == "text_notice" and not (card.get("main_title") or card.get("sub_title_text")):
        raise ApiError(40058, "template_card main_title missing")
    if (card.get("action_menu") or card.get("task_id")) and not TASK_ID.fullmatch(str(card.get("task_id", ""))):
        raise ApiError(42014, "invalid task_id")
    for name, most in LISTS.items():
        if len(card.get(name) or []) > most:
            raise ApiError(40058, f"template_card {name} too long")
    _check_buttons(card.get("button_list") or [])


def _check_buttons(buttons: list[Json]) -> None:
    for button in buttons:
        if not button.get("text"):
            raise ApiError(40058, "button text missing")
        if button.get("type", 0) == 0 and not 0 < len(str(button.get("key", "")).encode()) <= 1024:
            raise ApiError(40058, "button key missing or too long")


def keys(card: Json) -> set[str]:
    """What can be clicked: buttons, the submit button and the menu in the corner."""
    found = {str(one.get("key")) for one in card.get("button_list") or [] if one.get("type", 0) == 0}
    found |= menu_keys(card)
    return found | ({str(card["submit_button"].get("key"))} if card.get("submit_button") else set())


def menu_keys(card: Json) -> set[str]:
    """Keys of the menu in the corner; a click there is a template_card_menu_event."""
    return {str(one.get("key")) for one in (card.get("action_menu") or {}).get("action_list") or []}


def words(card: Json) -> str:
    """What a person reads first."""
    title = card.get("main_title") or {}
    lines = [
        str(title.get("title") or ""),
        str(title.get("desc") or ""),
        str(card.get("sub_title_text") or ""),
    ]
    lines += [f"{one.get('keyname')}：{one.get('value', '')}" for one in card.get("horizontal_content_list") or []]
    return "\n".join(line for line in lines if line)


def update(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """update_template_card: grey a button, or put another card in its place, for the receivers named."""
    del query
    if body.get("agentid") != company.corp.agent_id:
        raise ApiError(301002, "agentid not covered by token")
    code = str(body.get("response_code"))
    task_id, until = company.response_codes.get(code, ("", 0.0))
    if until <= company.clock() or task_id not in company.cards:
        raise ApiError(60140, "invalid response_code")
    card = company.cards[task_id]
    wanted = card.users if body.get("atall") else [str(one) for one in body.get("userids") or []]
    if not wanted:
        raise ApiError(82101, "userids missing")
    reached = [one for one in wanted if one in card.users]
    if not reached:
        raise ApiError(82102, "none of the users received this card")
    change(company, card, reached, body)
    del company.response_codes[code]
    return {"invaliduser": [one.lower() for one in wanted if one not in card.users]}


def change(company: Company, card: Card, users: list[str], body: Json) -> None:
    """Show the change to these users and write it down. ApiError when it has neither form."""
    button, new = body.get("button") or {}, body.get("template_card")
    if new is not None:
        check({**new, "task_id": new.get("task_id") or card.task_id})
    elif not button.get("replace_name"):
        raise ApiError(40058, "button.replace_name missing")
    label = words(new) if new is not None else str(button["replace_name"])
    card.updates.append(label)
    for one in users:
        if new is not None:
            card.shown[one] = new
            card.replaced.pop(one, None)
        else:
            card.replaced[one] = label
        entry = Entry(company.clock(), "card_update", one, label, card.task_id, path="message/update_template_card")
        company.books.write(entry)
