"""The simulator over HTTP: WeCom's API, the message archive, control, the books, and the chat page."""

import io
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.formparser import parse_form_data

from simulator.api import oauth
from simulator.chat import everybody, members, view
from simulator.company import Company
from simulator.control import control
from simulator.courier import Courier
from simulator.dispatch import ConnectionLost, Files, handle
from simulator.happened import happened
from simulator.inprocess import archived
from simulator.people import People

FOLDER = Path(__file__).resolve().parent / "page"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
PAGES = {f"/{one.name}": one.name for one in FOLDER.iterdir() if one.suffix in KINDS} | {"/": "chat.html"}
POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
GUARD = [("Content-Security-Policy", POLICY), ("Referrer-Policy", "no-referrer")]
"""What a page may load and where it may be shown: nothing but its own, and in no frame."""
API, CONTROL = "/cgi-bin/", "/control/"
CODES = ("/qr/", "/kf/")
"""Where QR codes and links into 微信客服 lead: the page asks who scans."""
JSON = "application/json; charset=utf-8"
PROMISED = 64
StartResponse = Callable[..., Any]
Query = dict[str, str]


class Server:
    """WSGI."""

    def __init__(self, company: Company, people: People, courier: Courier) -> None:
        self._company = company
        self._people = people
        self._courier = courier

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Dispatch by path."""
        path = environ["PATH_INFO"]
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if path.startswith(API):
            files = _files(environ, body)
            return self._api(start, path.removeprefix(API), query, body, files)
        if path in (oauth.PATH, oauth.SCAN):
            return self._authorise(start, query, path)
        if path in PAGES or path.startswith(CODES):
            return _page(start, path)
        answer = self._own(path, query, body)
        if answer is None:
            return _reply(start, 404, b'{"error":"no such page"}')
        return _reply(start, 200, answer)

    def _api(self, start: StartResponse, path: str, query: Query, body: bytes, files: Files | None) -> Iterable[bytes]:
        try:
            status, content = handle(self._company, path, query, body, files)
        except ConnectionLost:
            # WSGI cannot hang up, but granian drops a connection it is told to close when the answer is
            # shorter than promised; kept alive, the caller would sit out its own time limit (measured).
            time.sleep(self._company.switches.lost_seconds)
            headers = [("Content-Type", JSON), ("Content-Length", str(PROMISED)), ("Connection", "close")]
            start("200 OK", headers)
            return [b"{"]
        return _reply(start, status, content)

    def _authorise(self, start: StartResponse, query: Query, path: str) -> Iterable[bytes]:
        """WeChat knows who holds the phone; here somebody says so."""
        person = query.pop("as", "")
        if not person:
            return _reply(start, 200, oauth.chooser(self._company, query, path), KINDS[".html"], GUARD)
        start("302 Found", [("Location", oauth.back_to(self._company, query, person)), ("Content-Length", "0")])
        return [b""]

    def _own(self, path: str, query: Query, body: bytes) -> bytes | None:
        """What the simulator has beside WeCom's API; None for an unknown path."""
        company = self._company
        if path.startswith(CONTROL):
            return self._control(path.removeprefix(CONTROL), body)
        shown: dict[str, Callable[[], bytes]] = {
            "/archive/chatdata": lambda: archived(company, query),
            "/books": lambda: _json(company.books.rows()),
            "/books/happened": lambda: _json(happened(company, self._courier)),
            "/books/summary": lambda: _json(self._summary()),
            "/chat/people": lambda: _json(everybody(company, query.get("q", ""))),
            "/chat/members": lambda: _json(members(company, query.get("chat", ""))),
            "/chat/view": lambda: _json(view(company, self._people, query.get("as", ""))),
        }
        return shown[path]() if path in shown else None

    def _control(self, verb: str, body: bytes) -> bytes:
        try:
            order = json.loads(body or b"{}")
        except ValueError:
            order = None
        if not isinstance(order, dict):
            return _json({"ok": False, "error": "the body must be a JSON object"})
        return _json(control(self._company, self._people, self._courier, verb, order))

    def _summary(self) -> dict[str, Any]:
        """What happened, in numbers: entries by kind, callbacks, what came twice, calls, faults met."""
        company, books = self._company, self._company.books
        callbacks = {f"callbacks_{name}": number for name, number in self._courier.counts.items()}
        with company.lock:
            return {
                "counts": {**books.counts(), **callbacks},
                "doubled": books.doubled(),
                "repeated": books.repeated(),
                "calls": dict(company.calls),
                "faults": dict(company.faults.met),
                "tokens": company.tokens_issued,
                "archived": len(company.archive),
            }


def _files(environ: dict[str, Any], body: bytes) -> Files | None:
    """The parts of a multipart upload, name -> (file name, bytes)."""
    if not str(environ.get("CONTENT_TYPE", "")).startswith("multipart/"):
        return None
    again = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    _, _, parts = parse_form_data(again)
    found = {}
    for name, part in parts.items():
        with part.stream:
            found[name] = (part.filename or "", part.stream.read())
    return found


def _page(start: StartResponse, path: str) -> Iterable[bytes]:
    file = FOLDER / PAGES.get(path, "chat.html")
    return _reply(start, 200, file.read_bytes(), KINDS[file.suffix], GUARD)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _reply(
    start: StartResponse, status: int, content: bytes, kind: str = JSON, more: Iterable[tuple[str, str]] = ()
) -> Iterable[bytes]:
    headers = [("Content-Type", kind), ("Content-Length", str(len(content))), ("Cache-Control", "no-store")]
    headers += [("X-Content-Type-Options", "nosniff"), *more]
    start(f"{status} {'OK' if status == 200 else 'Error'}", headers)
    return [content]
