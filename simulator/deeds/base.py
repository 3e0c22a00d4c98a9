"""What all deeds share: the company, the courier, and the form of an event."""

from simulator.company import Company
from simulator.courier import Courier

BLOCK = 1
"""intercept_type: warn and block; 2 only warns."""


class Deeds:
    """People of one company whose callbacks one courier carries."""

    def __init__(self, company: Company, courier: Courier) -> None:
        self._company = company
        self._courier = courier

    def _event(self, fields: dict[str, object], sender: str = "sys") -> None:
        head: dict[str, object] = {"ToUserName": self._company.corp.corp_id}
        head |= {"FromUserName": sender} if sender else {}
        self._courier.xml({**head, "CreateTime": int(self._company.clock()), "MsgType": "event", **fields})

    def _employee(self, userid: str) -> str:
        if userid not in self._company.employees:
            raise ValueError(f"no employee {userid}: hire it first")
        return userid

    def _blocked(self, text: str) -> bool:
        """Whether an interception rule keeps an employee from saying this to customers."""
        rules = self._company.intercept_rules.values()
        return any(one["intercept_type"] == BLOCK and any(w in text for w in one["word_list"]) for one in rules)

    def _archive(self, person: str, chat_id: str, **content: object) -> str:
        """A record in the archive, and its doorbell when due; the record's msgid."""
        company = self._company
        with company.lock:
            msgid = company.new_id("ar") + "_external"
            members = company.groups[chat_id].members
            record = {
                "msgid": msgid,
                "action": "send",
                "from": person,
                "tolist": [one for one in members if one != person],
                "roomid": chat_id,
                "msgtime": int(company.clock() * 1000),
                **content,
            }
            company.archive.append(record)
            rings = company.archive.rings()
        if rings:
            self._event({"Event": "msgaudit_notify", "AgentID": 2000004})
        return msgid
