"""What happens in customer groups, and the owner's taps (wecom-inbound 3.2, 6; wecom-outbound 2.7)."""

from calendar import monthrange
from datetime import datetime, timedelta, timezone

from simulator.books import Entry
from simulator.company import Group, MassMessage
from simulator.deeds.base import Deeds

SCANNED = 3
DAY = 86400
CHINA = timezone(timedelta(hours=8))
SENT, NO_FRIEND, OVER_CAP = 1, 2, 3


class Groups(Deeds):
    """Customer groups."""

    def found_group(self, name: str, owner: str) -> str:
        """A customer group; the chat_id."""
        company = self._company
        with company.lock:
            chat_id = company.new_id("wrSIM0000000000000000")
            group = Group(chat_id, name, owner, created_at=company.clock())
            group.members[owner] = (company.clock(), "")
            company.groups[chat_id] = group
        self._event({"Event": "change_external_chat", "ChatId": chat_id, "ChangeType": "create"})
        return chat_id

    def join_group(self, person: str, chat_id: str = "", state: str = "", via: str = "", scene: int = SCANNED) -> str:
        """Comes in by scanning (`scene` 3), invited (1, 2) or by a join way (`via` = config_id); the chat_id.

        Nothing happens to a member. ValueError when the way is gone or its groups are full.
        """
        company = self._company
        with company.lock:
            chat_id, state = self._way_in(via) if via else (chat_id, state)
            group = company.groups[chat_id]
            if person in group.members:
                return chat_id
            group.members[person] = (company.clock(), state)
            if scene != SCANNED:
                group.scenes[person] = scene
            versions = self._next_version(group)
        joined = {"UpdateDetail": "add_member", "JoinScene": SCANNED if scene == SCANNED else 0}
        self._changed(chat_id, {**joined, "MemChangeCnt": 1, "MemChangeList": {"Item": [person]}, **versions})
        self._greet(group, person)
        return chat_id

    def _way_in(self, config_id: str) -> tuple[str, str]:
        """The first group of a join way with room; where all are full and the way allows it, a new one."""
        company = self._company
        way = company.join_ways.get(config_id)
        if way is None:
            raise ValueError("this code leads nowhere: the join way was deleted")
        chats: list[str] = way["chat_id_list"]
        for one in chats:
            if len(company.groups[one].members) < company.switches.group_limit:
                return one, way["state"]
        if not way["auto_create_room"]:
            raise ValueError("all groups of this code are full")
        base = way["room_base_name"] or company.groups[chats[0]].name
        made = self.found_group(f"{base}{way['room_base_id']}", company.groups[chats[0]].owner)
        way["room_base_id"] += 1
        chats.append(made)
        return made, way["state"]

    def leave_group(self, person: str, chat_id: str) -> None:
        """Leaves by itself."""
        self._gone(person, chat_id, 0)

    def remove_from_group(self, person: str, chat_id: str) -> None:
        """The owner or an admin removes it."""
        self._gone(person, chat_id, 1)

    def _gone(self, person: str, chat_id: str, scene: int) -> None:
        with self._company.lock:
            group = self._company.groups[chat_id]
            if group.members.pop(person, None) is None:
                return
            versions = self._next_version(group)
        left = {"UpdateDetail": "del_member", "QuitScene": scene}
        self._changed(chat_id, {**left, "MemChangeCnt": 1, "MemChangeList": {"Item": [person]}, **versions})

    def _next_version(self, group: Group) -> dict[str, object]:
        group.version += 1
        return {
            "LastMemVer": self._company.version_of(group, 1),
            "CurMemVer": self._company.version_of(group),
        }

    def _changed(self, chat_id: str, fields: dict[str, object]) -> None:
        self._event({"Event": "change_external_chat", "ChatId": chat_id, "ChangeType": "update", **fields})

    def apply_group_welcome(self, owner: str, chat_id: str, template_id: str) -> None:
        """The owner chooses a welcome template for a group in the client; no API can."""
        group = self._company.groups[chat_id]
        if group.owner != owner or template_id not in self._company.group_templates:
            raise ValueError("only the owner can apply a template that exists")
        group.welcome = template_id

    def _greet(self, group: Group, person: str) -> None:
        company = self._company
        template = company.group_templates.get(group.welcome)
        if template is None or person not in company.customers:
            return
        text = str((template.get("text") or {}).get("content", "")).replace("%NICKNAME%", company.name_of(person))
        company.books.write(
            Entry(
                company.clock(),
                "group_welcome",
                group.id,
                text,
                f"{group.id}:{person}",
                by=group.owner,
                path="client",
            )
        )

    def say_in_group(self, person: str, chat_id: str, text: str) -> str:
        """Talks in a group: the archive hears it, no callback carries it; the record's msgid.

        "" for an employee whose words an interception rule blocks. ValueError for somebody outside the group.
        """
        company = self._company
        if person not in company.groups[chat_id].members:
            raise ValueError("only members can talk in a group")
        if person in company.employees and self._blocked(text):
            return ""
        return self._archive(person, chat_id, msgtype="text", text={"content": text})

    def recall_in_group(self, person: str, chat_id: str, msgid: str) -> str:
        """Takes a message back; the archive keeps both."""
        return self._archive(person, chat_id, action="recall", msgtype="revoke", revoke={"pre_msgid": msgid})

    def members_of(self, chat_id: str) -> list[str]:
        """Customers in a group, in the order they came."""
        return [one for one in list(self._company.groups[chat_id].members) if one in self._company.customers]

    def pending(self, owner: str) -> list[str]:
        """Mass messages this employee has still to tap."""
        every = list(self._company.mass.values())
        return [one.msgid for one in every if owner in one.tasks and owner not in one.tapped and not one.cancelled]

    def tap_send(self, owner: str, msgid: str) -> int:
        """Confirms a mass message; how many of its targets it reached. 0 when there was nothing to tap."""
        company = self._company
        reached = []
        with company.lock:
            message = company.mass[msgid]
            if owner not in message.tasks or owner in message.tapped or message.cancelled:
                return 0
            message.tapped[owner] = company.clock()
            for target in message.tasks[owner]:
                message.results[target] = self._outcome(owner, target)
                if message.results[target] == SENT:
                    reached.append(target)
                    self._receive(message, owner, target)
        if message.chat_type == "group" and company.switches.archive_own:
            for target in reached:
                self._archive(owner, target, msgtype="text", text={"content": message.text})
        return len(reached)

    def _receive(self, message: MassMessage, owner: str, target: str) -> None:
        company = self._company
        company.mass_received[target].append(company.clock())
        kind = "group_message" if message.chat_type == "group" else "mass_single"
        body = {"text": {"content": message.content}, "attachments": message.attachments}
        path = "externalcontact/add_msg_template"
        company.books.write(
            Entry(company.clock(), kind, target, message.text, message.msgid, by=owner, path=path, body=body)
        )

    def _outcome(self, owner: str, target: str) -> int:
        customer = self._company.customers.get(target)
        if customer is not None and (owner in customer.left or owner not in customer.friends):
            return NO_FRIEND
        return OVER_CAP if self._at_cap(target) else SENT

    def _at_cap(self, target: str) -> bool:
        """As many a calendar month as it has days, or what `mass_cap` says (doc 92135)."""
        now = datetime.fromtimestamp(self._company.clock(), CHINA)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        since, most = {
            "month": (today.replace(day=1), monthrange(now.year, now.month)[1]),
            "week": (today - timedelta(days=now.weekday()), 7),
            "day": (today, 1),
        }[self._company.switches.mass_cap]
        times = self._company.mass_received[target]
        return sum(one >= since.timestamp() for one in times) >= most
