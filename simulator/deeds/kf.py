"""微信客服 from both ends: the customer, and the servicer in the client (wecom-inbound 4)."""

from typing import Any

from simulator.api.kf_sessions import ended_by_time, grant, log, log_event
from simulator.books import Entry
from simulator.deeds.base import Deeds
from simulator.state import KfCode, KfSession

WELCOME_LIFE = 20
GREETING_PAUSE = 48 * 3600
TOKEN_LIFE = 600
TAKEN, TRANSFERRED, ENDED, REOPENED = 1, 2, 3, 4
"""session_status_change.change_type"""


class Kf(Deeds):
    """The KF account's conversations."""

    def open_kf(self, customer_id: str, scene: str = "menu", scene_param: str = "") -> str:
        """Opens the chat; the welcome code, "" where the customer was greeted or wrote within 48 hours."""
        company = self._company
        with company.lock:
            session = company.kf_sessions[customer_id]
            session.scene, session.scene_param = scene, scene_param
            fields: dict[str, object] = {"scene": scene}
            if scene_param:
                fields["scene_param"] = scene_param
            code = ""
            if company.clock() - max(session.greeted_at, session.said_at) > GREETING_PAUSE:
                code = company.new_id("KFWELCOME-")
                company.kf_codes[code] = KfCode(customer_id, company.clock() + WELCOME_LIFE)
                fields["welcome_code"] = code
            log_event(company, "enter_session", customer_id, **fields)
        self.ring_kf()
        return code

    def say_to_kf(self, customer_id: str, text: str, menu_id: str = "") -> str:
        """Writes to 微信客服, or taps an entry of its menu; the msgid."""
        said: dict[str, Any] = {"content": text, **({"menu_id": menu_id} if menu_id else {})}
        return self.send_to_kf(customer_id, "text", said)

    def send_to_kf(self, customer_id: str, msgtype: str, content: dict[str, Any]) -> str:
        """Sends anything (image, location, …; wecom-inbound 4.2); the msgid. An ended session begins anew."""
        company = self._company
        with company.lock:
            session = company.kf_sessions[customer_id]
            ended_by_time(session, company.clock())
            if session.state == 4:
                session.state = 0
                session.first_moves.clear()
            session.said_at = session.active_at = company.clock()
            session.answers = 0
            item = {"origin": 3, "msgtype": msgtype, msgtype: content, **self._ids(customer_id)}
            msgid = str(log(company, item, "MSG")["msgid"])
        self.ring_kf()
        return msgid

    def recall_kf(self, customer_id: str, msgid: str) -> None:
        """Takes a message back; the log keeps both."""
        with self._company.lock:
            log_event(self._company, "user_recall_msg", customer_id, recall_msgid=msgid)
        self.ring_kf()

    def reject_kf(self, customer_id: str, *, on: bool = True) -> None:
        """The customer refuses messages: sends still answer 0, a msg_send_fail follows in the log."""
        (self._company.kf_rejecting.add if on else self._company.kf_rejecting.discard)(customer_id)

    def servicer_says(self, servicer: str, customer_id: str, text: str) -> str:
        """A servicer types in the client, taking or reopening the session; the msgid, "" if blocked."""
        company = self._company
        if self._blocked(text):
            return ""
        with company.lock:
            session = company.kf_sessions[customer_id]
            ended_by_time(session, company.clock())
            if session.state == 4:
                self._hand(session, customer_id, servicer, REOPENED)
            elif session.state != 3:
                self._hand(session, customer_id, servicer, TAKEN)
            session.active_at = company.clock()
            item = {"origin": 5, "servicer_userid": servicer, "msgtype": "text", "text": {"content": text}}
            msgid = str(log(company, {**item, **self._ids(customer_id)}, "MSG")["msgid"])
            entry = Entry(company.clock(), "kf_servicer", customer_id, text, msgid, by=servicer, path="client")
            company.books.write(entry)
        self.ring_kf()
        return msgid

    def take_from_pool(self, servicer: str, customer_id: str) -> bool:
        """A servicer takes a waiting customer; False when it does not wait."""
        with self._company.lock:
            session = self._company.kf_sessions[customer_id]
            if session.state != 2:
                return False
            self._hand(session, customer_id, servicer, TAKEN)
        self.ring_kf()
        return True

    def _hand(self, session: KfSession, customer_id: str, servicer: str, change: int) -> None:
        if servicer not in self._company.kf_servicers:
            raise ValueError(f"{servicer} is no servicer of the account")
        fields: dict[str, object] = {"change_type": change, "new_servicer_userid": servicer}
        if change == REOPENED:
            fields["old_servicer_userid"] = session.servicer
        session.state, session.servicer, session.active_at = 3, servicer, self._company.clock()
        session.first_moves.add(3)
        if change == TAKEN:
            fields["msg_code"] = grant(self._company, customer_id, 3)
        log_event(self._company, "session_status_change", customer_id, **fields)

    def end_session(self, servicer: str, customer_id: str) -> bool:
        """A servicer ends the session in the client; False when it was not theirs."""
        with self._company.lock:
            session = self._company.kf_sessions[customer_id]
            if session.state != 3 or session.servicer != servicer:
                return False
            session.state = 4
            code = grant(self._company, customer_id, 4)
            fields = {"change_type": ENDED, "old_servicer_userid": servicer, "msg_code": code}
            log_event(self._company, "session_status_change", customer_id, **fields)
        self.ring_kf()
        return True

    def set_receiving(self, servicer: str, *, on: bool) -> None:
        """A servicer starts or stops receiving."""
        company = self._company
        with company.lock:
            company.kf_servicers[servicer] = on
            event = {
                "event_type": "servicer_status_change", "servicer_userid": servicer, "status": 1 if on else 2,
                "open_kfid": company.kf_account,
            }  # fmt: skip
            log(
                company,
                {"origin": 4, "msgtype": "event", "event": event},
                "EVENT-LONGER-THAN-THIRTY-TWO-BYTES-",
            )
        self.ring_kf()

    def ring_kf(self) -> str:
        """The doorbell: "go and pull"; its token, good for ten minutes."""
        company = self._company
        token = company.new_id("ENC")
        company.kf_tokens[token] = company.clock() + TOKEN_LIFE
        self._event({"Event": "kf_msg_or_event", "Token": token, "OpenKfId": company.kf_account}, sender="")
        return token

    def _ids(self, customer_id: str) -> dict[str, str]:
        return {"open_kfid": self._company.kf_account, "external_userid": customer_id}
