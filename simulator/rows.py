"""Messages as the chat page draws them: {at (unix s), mine, from, name, text, kind, key, body}."""

from typing import Any

from simulator.api.cards import menu_keys
from simulator.books import Entry
from simulator.company import Card, Company, Group, MassMessage

Row = dict[str, Any]
NAMED = 12
"""Most receivers a mass message is shown with by name."""
SAME_MOMENT = 2.0
"""Seconds between a mass message and its copy in the archive, at most."""
MOVES = {1: "{name} 接入了会话", 2: "会话已转接给 {name}", 3: "会话已结束", 4: "{name} 重新接入了会话"}
"""change_type of session_status_change -> what the servicers read."""


def mine(company: Company, person: str, at: float, text: str, kind: str = "text") -> Row:
    """What somebody said."""
    return {
        "at": at, "mine": True, "from": person, "name": company.name_of(person), "text": text, "kind": kind,
        "key": "", "body": {},
    }  # fmt: skip


def received(company: Company, entry: Entry, name: str) -> Row:
    """What reached somebody, in the name of `name`; a servicer speaks in its own."""
    shown = company.name_of(entry.by) if entry.kind == "kf_servicer" else name
    return {
        "at": entry.at, "mine": False, "from": entry.by, "name": shown, "text": entry.text, "kind": entry.kind,
        "key": entry.key, "body": dict(entry.body),
    }  # fmt: skip


def notice(at: float, text: str) -> Row:
    """A grey line in the middle."""
    return {
        "at": at, "mine": False, "from": "", "name": "", "text": text, "kind": "system", "key": "", "body": {},
    }  # fmt: skip


def of_kf(company: Company, customer: str, last: int, *, events: bool = False) -> list[Row]:
    """What a customer said in 微信客服; with `events` also who took the session over."""
    rows = []
    for at, one in list(company.kf_of.get(customer, ()))[-last:]:
        if one["origin"] == 3:
            kind = str(one["msgtype"])
            rows.append(mine(company, customer, at, str(one[kind].get("content", "")), kind))
        elif events and one.get("event", {}).get("event_type") == "session_status_change":
            rows.append(_moved(company, at, one["event"]))
    return rows


def _moved(company: Company, at: float, event: Row) -> Row:
    name = company.name_of(str(event.get("new_servicer_userid", "")))
    return notice(at, MOVES[event["change_type"]].format(name=name))


def of_group(company: Company, group: Group, person: str, pushed: list[Entry], last: int) -> list[Row]:
    """What was said in a group: what its owner pushed is drawn from the push, so its archive copy is left out."""
    records = company.archive.of_room(group.id, last)
    recalled = {one["revoke"]["pre_msgid"] for one in records if one["msgtype"] == "revoke"}
    rows = []
    for one in records:
        at, words = one["msgtime"] / 1000, str((one.get("text") or {}).get("content", ""))
        if one["msgid"] in recalled or any(_copy_of(entry, one["from"], at, words) for entry in pushed):
            continue
        if one["msgtype"] == "revoke":
            rows.append(notice(at, f"{company.name_of(one['from'])} 撤回了一条消息"))
            continue
        said = mine(company, one["from"], at, words, str(one["msgtype"]))
        rows.append({**said, "mine": one["from"] == person, "key": one["msgid"]})
    return rows


def _copy_of(entry: Entry, sender: str, at: float, words: str) -> bool:
    return entry.by == sender and entry.text == words and abs(entry.at - at) < SAME_MOMENT


def joined(company: Company, group: Group, since: float, last: int) -> list[Row]:
    """Who came into a group after it was founded."""
    late = [(at, one) for one, (at, _state) in group.members.items() if at > max(group.created_at + 1, since)]
    return [notice(at, f"{company.name_of(one)} 加入了群聊") for at, one in sorted(late)[-last:]]


def card(card: Card, person: str, name: str) -> Row:
    """A template card as this person sees it now."""
    shown = card.shown.get(person, card.card)
    body = {
        "task_id": card.task_id,
        "card": shown,
        "replaced": card.replaced.get(person, ""),
        "updates": card.updates,
        "menu_keys": sorted(menu_keys(shown)),
    }
    return {
        "at": card.sent_at, "mine": False, "from": "app", "name": name, "kind": "template_card",
        "text": str((shown.get("main_title") or {}).get("title", "")), "key": card.task_id, "body": body,
    }  # fmt: skip


def task(company: Company, message: MassMessage, person: str, name: str) -> Row:
    """A mass message this person has to tap, tapped, or was spared."""
    targets = message.tasks[person]
    names = [company.groups[t].name if t in company.groups else company.name_of(t) for t in targets[:NAMED]]
    stopped = "cancelled" if message.cancelled else "waiting"
    body = {
        "msgid": message.msgid, "text": message.text, "content": message.content, "targets": names,
        "count": len(targets), "chat_type": message.chat_type, "attachments": message.attachments,
        "at": message.created_at, "reminders": len(message.reminders),
        "state": "sent" if person in message.tapped else stopped,
        "reached": sum(message.results.get(one) == 1 for one in targets),
        "tapped_at": message.tapped.get(person, 0),
    }  # fmt: skip
    return {
        "at": message.created_at, "mine": False, "from": "mass", "name": name, "text": message.text,
        "kind": "mass_task", "key": message.msgid, "body": body,
    }  # fmt: skip


def moment(company: Company, made: Row, person: str, name: str) -> Row:
    """A moment this advisor has to publish, published, or was spared."""
    seen = [one for one in company.customers.values() if person in one.friends and person not in one.left]
    published, stopped = made["senders"][person], "cancelled" if made["cancelled"] else "waiting"
    body = {
        "msgid": made["moment_id"], "text": made["text"], "content": made["text"], "targets": [], "count": len(seen),
        "chat_type": "moment", "attachments": made["attachments"], "at": made["created_at"], "reminders": 0,
        "state": "sent" if published else stopped, "reached": len(seen), "tapped_at": published,
    }  # fmt: skip
    return {
        "at": made["created_at"], "mine": False, "from": "mass", "name": name, "text": made["text"],
        "kind": "mass_task", "key": made["moment_id"], "body": body,
    }  # fmt: skip
