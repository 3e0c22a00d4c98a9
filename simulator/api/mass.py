"""企业群发 (docs 92135, 93338): created, dispatched, tapped by its senders, sent. No callback tells of it."""

from collections.abc import Mapping
from typing import Any

from simulator.api.content import greeting, listed, words
from simulator.company import ApiError, Company, MassMessage
from simulator.state import Json

CUSTOMERS = 10_000
CHATS = 2000
MONTH = 31 * 86400
REMINDERS = 3
DAY = 86400


def create(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """add_msg_template: a task for its sender or senders; creating does not send."""
    del query
    kind = str(body.get("chat_type") or "single")
    if kind not in ("single", "group"):
        raise ApiError(40058, "invalid chat_type")
    text, attachments = greeting(body)
    sender = str(body.get("sender") or "")
    if sender and sender not in company.employees:
        raise ApiError(40003, "invalid sender")
    tasks, failed = (_to_groups if kind == "group" else _to_customers)(company, body, sender)
    targets = [one for assigned in tasks.values() for one in assigned]
    if not targets:
        raise ApiError(41048, "no customer to send")
    msgid = company.new_id("msgGC")
    owner = next(iter(tasks)) if len(tasks) == 1 else ""
    message = MassMessage(msgid, owner, kind, targets, words(text, attachments), company.clock(), tasks=tasks)
    message.content, message.attachments = text, attachments
    company.mass[msgid] = message
    return {"msgid": msgid, "fail_list": failed}


def _to_groups(company: Company, body: Json, sender: str) -> tuple[dict[str, list[str]], list[str]]:
    """Groups of the sender; without a list, all the owner has. Foreign ones are refused one by one."""
    if not sender:
        raise ApiError(40058, "sender missing")
    wanted = listed(body, "chat_id_list", CHATS)
    owned = [one.id for one in company.groups.values() if one.owner == sender]
    targets = [one for one in wanted if one in owned] if wanted else owned
    return {sender: targets}, [one for one in wanted if one not in owned]


def _to_customers(company: Company, body: Json, sender: str) -> tuple[dict[str, list[str]], list[str]]:
    """Customers by list, or all of the sender's; each goes to the follower who talked to it last."""
    wanted = listed(body, "external_userid", CUSTOMERS)
    if not wanted and not sender:
        raise ApiError(40058, "external_userid and sender are empty")
    pool = wanted or [one.id for one in company.customers.values() if _tagged(company, one.id, sender, body)]
    tasks: dict[str, list[str]] = {}
    failed = []
    for one in dict.fromkeys(pool):
        found = company.customers.get(one)
        followers = [user for user in (found.friends if found else ()) if sender in ("", user)]
        if found is None or not followers:
            failed.append(one)
            continue
        last = max(followers, key=lambda user: found.about(user).talked_at)
        tasks.setdefault(last, []).append(one)
    return tasks, failed if wanted else []


def _tagged(company: Company, customer: str, sender: str, body: Json) -> bool:
    """Among the sender's customers, by tag_filter: any tag within a group, every group."""
    found = company.customers[customer]
    if sender not in found.friends:
        return False
    groups = (body.get("tag_filter") or {}).get("group_list") or []
    has = set(found.about(sender).tags)
    return all(has & set(one.get("tag_list") or []) for one in groups)


def _found(company: Company, body: Json) -> MassMessage:
    msgid = str(body.get("msgid") or "")
    if not msgid:
        raise ApiError(41046, "missing msgid")
    found = company.mass.get(msgid)
    if found is None:
        raise ApiError(41047, "invalid msgid")
    if company.clock() - found.created_at < company.switches.dispatching:
        raise ApiError(41063, "group msg is dispatching")
    return found


def recent(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get_groupmsg_list_v2: created in a window of at most a month; no creator for those made by API."""
    del query
    start, end = int(body.get("start_time") or 0), int(body.get("end_time") or 0)
    if not start or not end or not 0 <= end - start <= MONTH:
        raise ApiError(40058, "invalid start_time or end_time")
    rows = [
        {
            "msgid": one.msgid, "create_time": str(int(one.created_at)), "create_type": 0,
            "text": {"content": one.content}, "attachments": one.attachments,
        }
        for one in company.mass.values()
        if start <= int(one.created_at) <= end and one.chat_type == body.get("chat_type")
    ]  # fmt: skip
    page, cursor = company.page("mass", rows, body, most=100, default=50)
    return {"group_msg_list": page, "next_cursor": cursor}


def tasks(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get_groupmsg_task: who has to tap (0) and who has (2)."""
    del query
    found = _found(company, body)
    rows = []
    for user in found.tasks:
        done = found.tapped.get(user)
        rows.append({"userid": user, "status": 0} | ({"status": 2, "send_time": int(done)} if done else {}))
    page, cursor = company.page("tasks", rows, body, most=1000, default=500)
    return {"task_list": page, "next_cursor": cursor}


def results(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get_groupmsg_send_result: groups are listed only after their owner acted."""
    del query
    found = _found(company, body)
    user = str(body.get("userid") or "")
    if not user:
        raise ApiError(41009, "userid missing")
    acted = user in found.tapped
    targets = found.tasks.get(user, []) if acted or found.chat_type == "single" else []
    name = "chat_id" if found.chat_type == "group" else "external_userid"
    rows = [{name: one, "userid": user, "status": found.results.get(one, 0)} for one in targets]
    if acted:
        for row in rows:
            row["send_time"] = int(found.tapped[user])
    page, cursor = company.page("results", rows, body, most=1000, default=500)
    return {"send_list": page, "next_cursor": cursor}


def remind(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """remind_groupmsg_send: at most three times in 24 hours."""
    del query
    found = _found(company, body)
    if found.cancelled:
        raise ApiError(41093, "group msg cancelled")
    while found.reminders and found.reminders[0] <= company.clock() - DAY:
        found.reminders.popleft()
    if len(found.reminders) >= REMINDERS:
        raise ApiError(41094, "reminded too often")
    found.reminders.append(company.clock())
    return {}


def cancel(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """cancel_groupmsg_send: stop what is unsent; a wholly sent message answers 41093 too (UNVERIFIED)."""
    del query
    found = _found(company, body)
    if found.cancelled or len(found.tapped) == len(found.tasks):
        raise ApiError(41093, "group msg cancelled")
    found.cancelled = True
    return {}
