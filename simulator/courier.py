"""Delivers callbacks as WeCom does: five seconds' patience, up to three redeliveries; worse when told to."""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from simulator import codec, replies
from simulator.company import Company

Post = Callable[[str, dict[str, str], bytes], int | tuple[int, bytes]]
"""(path, query, body) -> HTTP status, or status and reply body; OSError when nobody answers in time."""

XML_DOOR, ROBOT_DOOR = "/wecom/callback", "/wecom/aibot"
RETRIES = 3
MISCHIEF = ("drop", "duplicate", "duplicate_fresh", "fresh_nonce", "reorder", "tamper", "delay")
"""drop: never delivered. duplicate: the same envelope twice, duplicate_fresh: re-signed. fresh_nonce:
redeliveries are re-signed (WeCom's way is UNVERIFIED). reorder: held back until after the next one. tamper: a
forged copy comes along. delay: up to `Courier.lateness` seconds late (threads only)."""
STALE = 3600
FLAWS = ("signature", "stale", "receiver", "truncated")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A callback before it is sealed."""

    path: str
    plain: bytes


class Courier:
    """`threads=0` delivers at once in the caller's thread and never sleeps; `mischief` is {mode: rate}.

    `counts`: made, sent (posts), acked, gave_up, redelivered, dropped, duplicated, forged, forged_accepted,
    bad_reply.
    """

    def __init__(
        self,
        company: Company,
        post: Post,
        *,
        threads: int = 0,
        pause: float = 0.5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._company = company
        self._post = post
        self._pause = pause
        self._sleep = sleep
        self._queue: queue.Queue[Parcel | None] = queue.Queue()
        self._held: list[Parcel] = []
        self._counting = threading.Lock()
        self.mischief: dict[str, float] = {}
        self.lateness = 0.5
        self.counts: Counter[str] = Counter()
        self.acked: list[Parcel] = []
        self._inline = threads == 0
        self._threads = [
            threading.Thread(target=self._run, name=f"courier-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def tell(self, mischief: dict[str, float]) -> None:
        """Misbehave from now on. ValueError for an unknown mode."""
        unknown = set(mischief) - set(MISCHIEF)
        if unknown:
            raise ValueError(f"unknown mischief: {sorted(unknown)}; known: {MISCHIEF}")
        self.mischief = dict(mischief)

    def xml(self, fields: dict[str, object]) -> None:
        """A callback of app, customer contact or KF."""
        body = "".join(_element(name, value) for name, value in fields.items())
        self._go(Parcel(XML_DOOR, f"<xml>{body}</xml>".encode()))

    def json(self, plain: bytes) -> None:
        """A callback of the robot."""
        self._go(Parcel(ROBOT_DOOR, plain))

    def flush(self) -> None:
        """Deliver what `reorder` holds back."""
        with self._counting:
            held, self._held = self._held, []
        for one in held:
            self._hand_over(one)

    def drain(self, timeout: float = 10.0) -> bool:
        """Wait until all is acknowledged or given up; False when `timeout` seconds were not enough."""
        self.flush()
        until = time.monotonic() + timeout
        while self._queue.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.005)
        return not self._queue.unfinished_tasks

    def close(self) -> None:
        """Stop the threads once they have delivered what is queued."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _go(self, parcel: Parcel) -> None:
        self._count("made")
        if self._chance("drop"):
            self._count("dropped")
            return
        if self._chance("reorder"):
            with self._counting:
                self._held.append(parcel)
            return
        self._hand_over(parcel)
        self.flush()

    def _hand_over(self, parcel: Parcel) -> None:
        if self._inline:
            self._deliver(parcel)
        else:
            self._queue.put(parcel)

    def _run(self) -> None:
        while True:
            parcel = self._queue.get()
            try:
                if parcel is None:
                    return
                if self._chance("delay"):
                    self._sleep(self._company.rng.random() * self.lateness)
                self._deliver(parcel)
            finally:
                self._queue.task_done()

    def _deliver(self, parcel: Parcel) -> None:
        sealed = self.envelope(parcel.path, parcel.plain)
        if self._chance("tamper"):
            self._forge(parcel)
        done = self._until_acked(parcel, sealed)
        self._count("acked" if done else "gave_up")
        if done:
            self.acked.append(parcel)
        for mode in ("duplicate", "duplicate_fresh"):
            if self._chance(mode):
                self._count("duplicated")
                again = self.envelope(parcel.path, parcel.plain) if mode == "duplicate_fresh" else sealed
                self._send(parcel, again)

    def _until_acked(self, parcel: Parcel, sealed: tuple[dict[str, str], bytes]) -> bool:
        for attempt in range(RETRIES + 1):
            if attempt:
                self._count("redelivered")
                if self._pause and not self._inline:
                    self._sleep(self._pause)
                if self._chance("fresh_nonce"):
                    sealed = self.envelope(parcel.path, parcel.plain)
            if self._send(parcel, sealed):
                return True
        return False

    def _send(self, parcel: Parcel, sealed: tuple[dict[str, str], bytes]) -> bool:
        """Whether it was answered with 200; a reply in the answer is shown."""
        self._count("sent")
        try:
            answer = self._post(parcel.path, *sealed)
        except OSError:
            return False
        status, reply = answer if isinstance(answer, tuple) else (answer, b"")
        # "success" is the third-party form of an empty answer (wecom-inbound 1.6).
        if status == 200 and reply not in (b"", b"success"):
            self._show(parcel, sealed[0]["nonce"], reply)
        return status == 200

    def _show(self, parcel: Parcel, nonce: str, reply: bytes) -> None:
        asked = replies.Asked(robot=parcel.path == ROBOT_DOOR, nonce=nonce, plain=parcel.plain)
        try:
            replies.apply(self._company, asked, reply)
        except (ValueError, KeyError, TypeError):
            self._count("bad_reply")

    def _forge(self, parcel: Parcel) -> None:
        self._count("forged")
        try:
            answer = self._post(parcel.path, *self.envelope(parcel.path, parcel.plain, flaw="signature"))
        except OSError:
            return
        if (answer[0] if isinstance(answer, tuple) else answer) == 200:
            self._count("forged_accepted")

    def envelope(self, path: str, plain: bytes, flaw: str = "") -> tuple[dict[str, str], bytes]:
        """Query and body as they go over the wire; `flaw` (one of FLAWS) spoils them for attack tests."""
        corp = self._company.corp
        robot = path == ROBOT_DOOR
        key, token = (corp.aibot_aes_key, corp.aibot_token) if robot else (corp.aes_key, corp.token)
        receiver = "somebody-else" if flaw == "receiver" else "" if robot else corp.corp_id
        encrypted = codec.sealed(key, plain, receiver)
        encrypted = encrypted[:-24] if flaw == "truncated" else encrypted
        query = self._signed(token, encrypted, stale=flaw == "stale")
        if flaw == "signature":
            query["msg_signature"] = codec.signature("guessed", query["timestamp"], query["nonce"], encrypted)
        body = codec.json_body(encrypted) if robot else codec.xml_body(corp.corp_id, corp.agent_id, encrypted)
        return query, body

    def verification(self, path: str) -> tuple[dict[str, str], bytes]:
        """Query of the GET sent when an admin saves the address, and the exact body wanted back."""
        corp = self._company.corp
        robot = path == ROBOT_DOOR
        key, token = (corp.aibot_aes_key, corp.aibot_token) if robot else (corp.aes_key, corp.token)
        echo = self._company.new_id("45612378901").encode()
        encrypted = codec.sealed(key, echo, "" if robot else corp.corp_id)
        return {**self._signed(token, encrypted), "echostr": encrypted}, echo

    def _signed(self, token: str, encrypted: str, *, stale: bool = False) -> dict[str, str]:
        timestamp = str(int(self._company.clock()) - (STALE if stale else 0))
        nonce = f"n{self._company.rng.randrange(10**9)}"
        signature = codec.signature(token, timestamp, nonce, encrypted)
        return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}

    def _chance(self, mode: str) -> bool:
        rate = self.mischief.get(mode, 0.0)
        return rate > 0 and self._company.rng.random() < rate

    def _count(self, name: str) -> None:
        with self._counting:
            self.counts[name] += 1


def _element(name: str, value: object) -> str:
    if isinstance(value, dict):
        return f"<{name}>{''.join(_element(key, one) for key, one in value.items())}</{name}>"
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    return f"<{name}><![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"


def target(base: str, path: str, query: dict[str, str]) -> str:
    """The address a callback is posted to."""
    return f"{base}{path}?{urlencode(query)}"
