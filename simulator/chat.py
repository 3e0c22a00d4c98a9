"""What the chat page shows of a person: conversations with their messages, tasks to tap, cards."""

from typing import Any

from simulator.api.cards import menu_keys
from simulator.books import Entry
from simulator.company import Card, Company, Group
from simulator.people import People

SHOWN = 60
LISTED = 40
Row = dict[str, Any]
KF_KINDS = frozenset({"kf", "kf_welcome", "kf_notice", "kf_servicer"})
FRIEND_KINDS = frozenset({"welcome", "mass_single"})
GROUP_KINDS = frozenset({"group_message", "group_welcome"})
ROBOT_KINDS = frozenset({"aibot"})
APP_NAME, ROBOT_NAME, KF_NAME = "社群助手", "智能机器人", "投教客服"


def everybody(company: Company) -> Row:
    """Who one can be on the page, and the groups there are."""
    with company.lock:
        people = [{"id": one, "name": name, "kind": "employee"} for one, name in company.employees.items()]
        some = list(company.customers.values())[:LISTED]
        people += [{"id": one.id, "name": one.name, "kind": "customer"} for one in some]
        groups = [
            {"id": one.id, "name": one.name, "owner": one.owner, "size": len(one.members)}
            for one in company.groups.values()
        ]
        ways = [_way(one, "contact") for one in company.ways.values()]
        ways += [_way(one, "join") for one in company.join_ways.values()]
        return {"people": people, "groups": groups, "ways": ways}


def _way(way: Row, kind: str) -> Row:
    return {
        "config_id": way["config_id"],
        "kind": kind,
        "remark": way.get("remark", ""),
        "state": way.get("state", ""),
    }


def view(company: Company, people: People, person: str) -> Row:
    """One person's screen. A message: {at (unix s), mine, from, name, text, kind, key, body}."""
    with company.lock:
        staff = person in company.employees
        talks = _staff_talks(company, people, person) if staff else _customer_talks(company, person)
        talks += [_group_talk(company, one, person) for one in company.groups.values() if person in one.members]
        rows = [_summed(one) for one in talks]
        return {
            "me": {
                "id": person,
                "name": company.name_of(person),
                "kind": "employee" if staff else "customer",
            },
            **everybody(company),
            "conversations": sorted(rows, key=lambda one: float(one["at"]), reverse=True),
            "messages": sorted((m for one in rows for m in one["messages"]), key=lambda m: float(m["at"]))[-SHOWN:],
            "cards": [_card(one, person) for one in people.cards_of(person)][-12:],
            "tasks": [_task(company, one) for one in people.pending(person)],
        }


def _summed(talk: Row) -> Row:
    messages = sorted(talk["messages"], key=lambda one: float(one["at"]))[-SHOWN:]
    last = messages[-1] if messages else None
    return {
        **talk,
        "messages": messages,
        "at": last["at"] if last else 0,
        "last": last["text"] if last else "",
    }


def _customer_talks(company: Company, person: str) -> list[Row]:
    if person not in company.customers:
        return []
    got = company.books.of(person)
    kf = _own_kf(company, person) + [_received(company, one, KF_NAME) for one in got if one.kind in KF_KINDS]
    talks = [_talk("kf", company.kf_account, KF_NAME, kf, {"verb": "say_to_kf", "args": [person]})]
    for employee in company.customers[person].friends:
        mine = [one for one in got if one.kind in FRIEND_KINDS and one.by in ("", employee)]
        rows = [_received(company, one, company.name_of(employee)) for one in mine]
        # The words of single chats reach nobody's API; the page only shows what was sent to the customer.
        talks.append(_talk("friend", employee, company.name_of(employee), rows, None))
    return talks


def _staff_talks(company: Company, people: People, person: str) -> list[Row]:
    got = company.books.of(person)
    apart = KF_KINDS | FRIEND_KINDS | GROUP_KINDS | ROBOT_KINDS | {"card_update", "template_card"}
    app = _own(company, person, "app") + [_received(company, e, APP_NAME) for e in got if e.kind not in apart]
    app += [_card_message(one, person) for one in people.cards_of(person)]
    robot = _own(company, person, "aibot") + [_received(company, e, ROBOT_NAME) for e in got if e.kind in ROBOT_KINDS]
    talks = [
        _talk("app", "app", APP_NAME, app, {"verb": "say_to_app", "args": [person]}),
        _talk("aibot", "aibot", ROBOT_NAME, robot, {"verb": "say_to_aibot", "args": [person]}),
    ]
    for customer, session in company.kf_sessions.items():
        if session.state in (2, 3) and session.servicer in ("", person):
            talks.append(_served(company, person, customer))
    return talks


def _served(company: Company, person: str, customer: str) -> Row:
    """A customer waiting or served, from the servicer's side."""
    rows = [{**one, "mine": False, "name": company.name_of(customer)} for one in _own_kf(company, customer)]
    got = [one for one in company.books.of(customer) if one.kind in KF_KINDS]
    rows += [{**_received(company, one, KF_NAME), "mine": one.by == person} for one in got]
    say = {"verb": "servicer_says", "args": [person, customer]}
    return _talk("kf_served", customer, company.name_of(customer), rows, say)


def _group_talk(company: Company, group: Group, person: str) -> Row:
    rows = [
        {
            "at": one["msgtime"] / 1000, "mine": one["from"] == person, "from": one["from"],
            "name": company.name_of(one["from"]), "kind": one["msgtype"], "key": one["msgid"],
            "text": str((one.get("text") or {}).get("content", "撤回了一条消息")), "body": {},
        }
        for one in company.archive.of_room(group.id, SHOWN)
    ]  # fmt: skip
    archived = {row["text"] for row in rows}
    got = [one for one in company.books.of(group.id) if one.kind in GROUP_KINDS and one.text not in archived]
    rows += [{**_received(company, one, company.name_of(one.by)), "mine": one.by == person} for one in got]
    say = {"verb": "say_in_group", "args": [person, group.id]}
    return {
        **_talk("group", group.id, group.name, rows, say),
        "owner": group.owner,
        "size": len(group.members),
    }


def _talk(kind: str, talk_id: str, title: str, messages: list[Row], say: Row | None) -> Row:
    """`say`: the control verb and its first arguments; the page appends the words. None = read only."""
    return {"kind": kind, "id": talk_id, "title": title, "messages": messages, "say": say}


def _own(company: Company, person: str, where: str) -> list[Row]:
    said = [one for one in company.said_by[person] if one["where"] == where][-SHOWN:]
    return [_mine(company, person, float(one["at"]), str(one["text"]), "text") for one in said]


def _own_kf(company: Company, person: str) -> list[Row]:
    said = [one for one in company.kf_log if one["origin"] == 3 and one["external_userid"] == person][-SHOWN:]
    return [
        _mine(company, person, one["send_time"], str(one[one["msgtype"]].get("content", "")), one["msgtype"])
        for one in said
    ]


def _mine(company: Company, person: str, at: float, text: str, kind: str) -> Row:
    return {
        "at": at,
        "mine": True,
        "from": person,
        "name": company.name_of(person),
        "text": text,
        "kind": kind,
        "key": "",
        "body": {},
        "where": "kf",
    }


def _received(company: Company, entry: Entry, name: str) -> Row:
    shown = company.name_of(entry.by) if entry.kind == "kf_servicer" else name
    return {
        "at": entry.at,
        "mine": False,
        "from": entry.by,
        "name": shown,
        "text": entry.text,
        "kind": entry.kind,
        "key": entry.key,
        "body": dict(entry.body),
        "where": entry.kind,
    }


def _card(card: Card, person: str) -> Row:
    shown = card.shown.get(person, card.card)
    return {
        "task_id": card.task_id,
        "card": shown,
        "replaced": card.replaced.get(person, ""),
        "updates": card.updates,
        "menu_keys": sorted(menu_keys(shown)),
        "at": card.sent_at,
    }


def _card_message(card: Card, person: str) -> Row:
    title = str(((card.shown.get(person, card.card)).get("main_title") or {}).get("title", ""))
    return {
        "at": card.sent_at,
        "mine": False,
        "from": "app",
        "name": APP_NAME,
        "text": title,
        "kind": "template_card",
        "key": card.task_id,
        "body": _card(card, person),
    }


def _task(company: Company, msgid: str) -> Row:
    message = company.mass[msgid]
    names = [company.groups[t].name if t in company.groups else company.name_of(t) for t in message.targets]
    return {
        "msgid": msgid, "text": message.text, "targets": names, "chat_type": message.chat_type,
        "attachments": message.attachments, "at": message.created_at, "reminders": len(message.reminders),
    }  # fmt: skip
