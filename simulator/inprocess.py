"""The seam for tests: a whole HTTP exchange with the pretend WeCom without a socket."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from simulator.company import Company
from simulator.dispatch import ConnectionLost, Files
from simulator.dispatch import handle as call

__all__ = ["ConnectionLost", "handle"]

API = "/cgi-bin/"
ARCHIVE = "/archive/chatdata"
Answer = tuple[int, dict[str, str], bytes]


def handle(
    company: Company,
    method: str,
    url: str,
    params: Mapping[str, str],
    body: bytes | None,
    files: Files | None = None,
) -> Answer:
    """(status, headers, content); `params` add to the URL's query. ConnectionLost for an answer never given.

    The host is not looked at; paths are those of the HTTP server: `/cgi-bin/…` and `/archive/chatdata`. A GET
    loses its body, as it does at WeCom.
    """
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **params}
    if parts.path.startswith(API):
        sent = b"" if method == "GET" else body or b""
        status, content = call(company, parts.path.removeprefix(API), query, sent, files)
        return status, {"Content-Type": "application/json; charset=UTF-8"}, content
    if parts.path == ARCHIVE:
        return 200, {"Content-Type": "application/json"}, archived(company, query)
    return 404, {"Content-Type": "text/plain"}, b"not found"


def archived(company: Company, query: Mapping[str, str]) -> bytes:
    """A page of the archive as JSON."""
    with company.lock:
        rows = company.archive.get_chat_data(int(query.get("seq") or 0), int(query.get("limit") or 500))
        return json.dumps({"chatdata": rows}, ensure_ascii=False).encode()
