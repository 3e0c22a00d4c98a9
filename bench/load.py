"""A load generator in its own process: `python -m bench.load '{"port": …}'` posts signed callbacks, prints figures.

Closed loop (`rate` 0): each connection sends as soon as it was answered; finds the capacity. Open loop: arrivals come
at a fixed rate whatever the server does, and latency counts from the intended moment, so a stall is not hidden.
"""

import json
import os
import select
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from simulator import codec

CORP, TOKEN, KEY = "ww0000000000000001", "simTok2026", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
TEXT = "请问一下开户需要准备哪些材料大概要多久才能办好呢"


def callback(number: int, at: int) -> bytes:
    """One HTTP request: a text of 24 letters, signed and encrypted as WeCom does, unlike any other number."""
    plain = (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName>"
        f"<FromUserName><![CDATA[emp{number % 500:03d}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{TEXT}]]></Content>"
        f"<MsgId>{7_000_000_000_000_000_000 + number}</MsgId><AgentID>1000002</AgentID></xml>"
    )
    sealed = codec.sealed(KEY, plain.encode(), CORP)
    stamp, nonce = str(at), f"n{number}"
    query = {"msg_signature": codec.signature(TOKEN, stamp, nonce, sealed), "timestamp": stamp, "nonce": nonce}
    body = codec.xml_body(CORP, 1000002, sealed)
    head = f"POST /wecom/callback?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass(slots=True)
class Line:
    """One keep-alive connection."""

    sock: socket.socket
    due: float = 0.0
    got: bytes = b""


@dataclass(slots=True)
class Run:
    """`seconds` of load over `lines` connections; latencies in seconds."""

    requests: list[bytes]
    lines: list[Line]
    seconds: float
    rate: float
    at: int = 0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0

    def __call__(self) -> dict[str, Any]:
        """Send, wait, count."""
        poll, by_fd = select.epoll(), {one.sock.fileno(): one for one in self.lines}
        for fd in by_fd:
            poll.register(fd, select.EPOLLIN)
        free, late = deque(self.lines), deque[float]()
        began = time.perf_counter()
        ends, sent = began + self.seconds, 0
        while (now := time.perf_counter()) < ends and self.at < len(self.requests):
            while self.rate and began + sent / self.rate <= now:
                late.append(began + sent / self.rate)
                sent += 1
            while free and (late or not self.rate) and self.at < len(self.requests):
                self._send(free.popleft(), late.popleft() if late else now)
            for fd, _ in poll.poll(0.0005):
                if self._answered(by_fd[fd]):
                    free.append(by_fd[fd])
        took = time.perf_counter() - began
        return self._figures(took, len(late) + len(self.lines) - len(free))

    def _send(self, line: Line, due: float) -> None:
        line.due = due
        line.sock.send(self.requests[self.at])
        self.at += 1

    def _answered(self, line: Line) -> bool:
        line.got += line.sock.recv(65536)
        head, found, body = line.got.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return False
        self.latencies.append(time.perf_counter() - line.due)
        self.refused += not head.startswith(b"HTTP/1.1 200")
        line.got = b""
        return True

    def _figures(self, took: float, unanswered: int) -> dict[str, Any]:
        ordered = sorted(self.latencies)
        done = len(ordered)
        return {
            "per_second": round(done / took, 1),
            "answered": done,
            "refused": self.refused,
            "unanswered": unanswered,
            "p50_ms": round(ordered[done // 2] * 1000, 2) if done else None,
            "p99_ms": round(ordered[int(done * 0.99)] * 1000, 2) if done else None,
        }


def _length(head: bytes) -> int:
    for row in head.split(b"\r\n"):
        name, _, value = row.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def main(order: dict[str, Any]) -> dict[str, Any]:
    """`{"port", "connections", "seconds", "rate", "requests", "first", "cpu"}` -> figures."""
    if "cpu" in order:
        os.sched_setaffinity(0, {order["cpu"]})
    now = int(time.time())
    requests = [callback(order.get("first", 0) + number, now) for number in range(order["requests"])]
    lines = []
    for _ in range(order["connections"]):
        sock = socket.create_connection(("127.0.0.1", order["port"]))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines.append(Line(sock))
    found = Run(requests, lines, order["seconds"], order.get("rate", 0.0))()
    for one in lines:
        one.sock.close()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
