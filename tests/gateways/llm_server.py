"""A small language model server: says what it is told to, keeps what it was asked, can be slow, broken or hostile."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Model(ThreadingHTTPServer):
    """`says` is the next answer; `status` its HTTP status; `stall` keeps the answer back until the server ends."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.says = "您好"
        self.status = 200
        self.body: bytes | None = None
        self.stall = False
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        """The address as BOT_LLM_URL has it."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Model

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        self.server.keys.append(self.headers.get("Authorization", ""))
        if self.server.stall:
            self.server.ended.wait(30)
            return
        said = {"choices": [{"message": {"role": "assistant", "content": self.server.says}}]}
        body = self.server.body if self.server.body is not None else json.dumps(said, ensure_ascii=False).encode()
        self.send_response(self.server.status if self.path == "/v1/chat/completions" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name the base class gives it
        """Quiet."""


@contextmanager
def model() -> Iterator[Model]:
    """The server, running."""
    server = Model()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.ended.set()
    server.shutdown()
    thread.join()
    server.server_close()
