"""What the chat page shows of a person: conversations with their messages, tasks to tap, cards."""

from typing import Any

from simulator import rows
from simulator.books import Entry
from simulator.company import Company, Customer, Group
from simulator.people import People
from simulator.rows import Row

SHOWN = 60
LISTED = 60
FACES = 9
MINUTE = 60
KF_KINDS = frozenset({"kf", "kf_welcome", "kf_notice", "kf_servicer"})
FRIEND_KINDS = frozenset({"welcome", "mass_single", "moment"})
GROUP_KINDS = frozenset({"group_message", "group_welcome"})
ROBOT_KINDS = frozenset({"aibot"})
NOT_APP = KF_KINDS | FRIEND_KINDS | GROUP_KINDS | ROBOT_KINDS | {"card_update", "template_card"}
APP_NAME, ROBOT_NAME, KF_NAME, MASS_NAME = "社群助手", "智能机器人", "投教客服", "群发助手"
WAITING, SERVED, ENDED = 2, 3, 4
"""States of a KF session that its servicers see."""


def everybody(company: Company, words: str = "") -> Row:
    """Who one can be on the page (of the customers, those whose name or id has `words`), groups and codes."""
    with company.lock:
        found = [one for one in company.customers.values() if words in one.name or words in one.id]
        people = [_employee(company, one) for one in company.employees]
        people += [_customer(company, one) for one in found[:LISTED]]
        groups = [
            {"id": one.id, "name": one.name, "owner": company.name_of(one.owner), "size": len(one.members)}
            for one in company.groups.values()
        ]
        ways = [_contact_way(company, one) for one in list(company.ways.values())[-LISTED:]]
        ways += [_join_way(company, one) for one in list(company.join_ways.values())[-LISTED:]]
        return {"people": people, "customers": len(found), "groups": groups, "ways": ways[::-1]}


def _employee(company: Company, userid: str) -> Row:
    return {
        "id": userid, "name": company.employees[userid], "kind": "employee",
        "owns": sum(one.owner == userid for one in company.groups.values()),
        "servicer": userid in company.kf_servicers,
    }  # fmt: skip


def _customer(company: Company, customer: Customer) -> Row:
    names = [one.name for one in company.groups.values() if customer.id in one.members]
    return {"id": customer.id, "name": customer.name, "kind": "customer", "groups": names}


def _contact_way(company: Company, way: Row) -> Row:
    names = [company.name_of(str(one)) for one in way.get("user") or []]
    return _way(way, "contact", names)


def _join_way(company: Company, way: Row) -> Row:
    return _way(way, "join", [company.groups[one].name for one in way["chat_id_list"]])


def _way(way: Row, kind: str, leads_to: list[str]) -> Row:
    return {
        "config_id": way["config_id"], "kind": kind, "remark": way.get("remark", ""), "state": way.get("state", ""),
        "to": leads_to,
    }  # fmt: skip


def members(company: Company, chat_id: str) -> list[Row]:
    """Who is in a group, the owner first; [] for an unknown group."""
    with company.lock:
        group = company.groups.get(chat_id)
        if group is None:
            return []
        order = sorted(group.members, key=lambda one: (one != group.owner, one not in company.employees))
        return [
            {"id": one, "name": company.name_of(one), "kind": _kind(company, one), "owner": one == group.owner}
            for one in order
        ]


def view(company: Company, people: People, person: str) -> Row:
    """One person's screen. `now` is cut to the minute: a screen on which nothing happened reads the same."""
    with company.lock:
        staff = person in company.employees
        talks = _staff_talks(company, people, person) if staff else _customer_talks(company, person)
        talks += [_group_talk(company, one, person) for one in company.groups.values() if person in one.members]
        waiting = [company.mass[one] for one in people.pending(person)]
        made = [company.moments[one] for one in people.moments_of(person)]
        moments = [rows.moment(company, one, person, MASS_NAME) for one in made]
        return {
            "now": int(company.clock()) // MINUTE * MINUTE,
            "me": _me(company, person),
            "conversations": sorted((_summed(one) for one in talks), key=lambda one: float(one["at"]), reverse=True),
            "tasks": [
                one["body"] for one in (*(rows.task(company, one, person, MASS_NAME) for one in waiting), *moments)
            ],
        }


def _kind(company: Company, person: str) -> str:
    if person in company.employees:
        return "employee"
    return "customer" if person in company.customers else "nobody"


def _me(company: Company, person: str) -> Row:
    """`receiving`: null for somebody who is no servicer of 微信客服."""
    customer = company.customers.get(person)
    return {
        "id": person, "name": company.name_of(person), "kind": _kind(company, person),
        "groups": [one.id for one in company.groups.values() if person in one.members],
        "friends": [one for one in customer.friends if one not in customer.left] if customer else [],
        "receiving": company.kf_servicers.get(person), "rejecting": person in company.kf_rejecting,
    }  # fmt: skip


def _summed(talk: Row) -> Row:
    messages = sorted(talk["messages"], key=lambda one: float(one["at"]))[-SHOWN:]
    last = messages[-1] if messages else {"at": 0, "text": ""}
    return {**talk, "messages": messages, "at": last["at"], "last": last["text"]}


def _customer_talks(company: Company, person: str) -> list[Row]:
    if person not in company.customers:
        return []
    got = company.books.of(person)
    kf = rows.of_kf(company, person, SHOWN)
    kf += [rows.received(company, one, KF_NAME) for one in _last(got, KF_KINDS)]
    say = {"verb": "say_to_kf", "args": [person]}
    talks = [{**_talk("kf", company.kf_account, KF_NAME, kf, say), "session": _session(company, person)}]
    for employee in company.customers[person].friends:
        if employee in company.customers[person].left:
            continue
        from_it = [one for one in got if one.by in ("", employee)]
        sent = [rows.received(company, one, company.name_of(employee)) for one in _last(from_it, FRIEND_KINDS)]
        # The words of single chats reach nobody's API; the page only shows what was sent to the customer.
        talks.append(_talk("friend", employee, company.name_of(employee), sent, None))
    return talks


def _staff_talks(company: Company, people: People, person: str) -> list[Row]:
    got = company.books.of(person)
    app = _own(company, person, "app")
    app += [rows.received(company, one, APP_NAME) for one in [e for e in got if e.kind not in NOT_APP][-SHOWN:]]
    app += [rows.card(one, person, APP_NAME) for one in people.cards_of(person)[-SHOWN:]]
    robot = _own(company, person, "aibot")
    robot += [rows.received(company, one, ROBOT_NAME) for one in _last(got, ROBOT_KINDS)]
    talks = [
        _talk("app", "app", APP_NAME, app, {"verb": "say_to_app", "args": [person]}),
        _talk("aibot", "aibot", ROBOT_NAME, robot, {"verb": "say_to_aibot", "args": [person]}),
    ]
    talks += _mass_talk(company, person)
    for name in dict.fromkeys(company.webhook_keys.values()):
        heard = [rows.received(company, one, "群机器人") for one in company.books.of(name)[-SHOWN:]]
        talks.append(_talk("duty", f"duty:{name}", name, heard, None))
    if person in company.kf_servicers:
        talks += [_served(company, person, one) for one in list(company.kf_sessions) if _sees(company, person, one)]
    return talks


def _mass_talk(company: Company, person: str) -> list[Row]:
    """Only for who owns a group or was ever asked to send."""
    asked = [one for one in company.mass.values() if person in one.tasks][-SHOWN:]
    moments = [one for one in company.moments.values() if person in one["senders"]][-SHOWN:]
    if not asked and not moments and all(one.owner != person for one in company.groups.values()):
        return []
    shown = [rows.task(company, one, person, MASS_NAME) for one in asked]
    shown += [rows.moment(company, one, person, MASS_NAME) for one in moments]
    return [_talk("mass", "mass", MASS_NAME, shown, None)]


def _sees(company: Company, servicer: str, customer: str) -> bool:
    """Who waits is seen by all; served and ended sessions by their servicer."""
    session = company.kf_sessions[customer]
    return session.state == WAITING or (session.state in (SERVED, ENDED) and session.servicer == servicer)


def _served(company: Company, person: str, customer: str) -> Row:
    """A customer waiting or served, from the servicer's side: what the account said stands on its own side."""
    said = [{**one, "mine": False} for one in rows.of_kf(company, customer, SHOWN, events=True)]
    got = _last(company.books.of(customer), KF_KINDS)
    said += [{**rows.received(company, one, KF_NAME), "mine": True} for one in got]
    say = {"verb": "servicer_says", "args": [person, customer]}
    talk = _talk("kf_served", customer, company.name_of(customer), said, say)
    return {**talk, "session": _session(company, customer)}


def _session(company: Company, customer: str) -> Row:
    session = company.kf_sessions.get(customer)
    if session is None:
        return {"state": ENDED, "servicer": "", "name": ""}
    return {"state": session.state, "servicer": session.servicer, "name": company.name_of(session.servicer)}


def _group_talk(company: Company, group: Group, person: str) -> Row:
    """From the moment this person came in: nobody sees what was said before."""
    since = group.members[person][0] - 1
    pushed = _last(company.books.of(group.id), GROUP_KINDS)
    said = rows.of_group(company, group, person, pushed, SHOWN)
    said += [{**rows.received(company, one, company.name_of(one.by)), "mine": one.by == person} for one in pushed]
    said = [one for one in said if one["at"] >= since] + rows.joined(company, group, since, SHOWN)
    talk = _talk("group", group.id, group.name, said, {"verb": "say_in_group", "args": [person, group.id]})
    faces = [[one, company.name_of(one)] for one in list(group.members)[:FACES]]
    return {**talk, "owner": group.owner, "size": len(group.members), "faces": faces}


def _talk(kind: str, talk_id: str, title: str, messages: list[Row], say: Row | None) -> Row:
    """`say`: the control verb and its first arguments; the page appends the words. None = read only."""
    return {"kind": kind, "id": talk_id, "title": title, "messages": messages, "say": say}


def _last(entries: list[Entry], kinds: frozenset[str]) -> list[Entry]:
    return [one for one in entries if one.kind in kinds][-SHOWN:]


def _own(company: Company, person: str, where: str) -> list[Row]:
    said: list[dict[str, Any]] = [one for one in company.said_by.get(person, ()) if one["where"] == where][-SHOWN:]
    return [rows.mine(company, person, float(one["at"]), str(one["text"])) for one in said]
