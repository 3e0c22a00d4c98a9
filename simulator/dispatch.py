"""One call in, one answer out: faults, limits, token, API. Shared by the server and the in-process seam."""

import json
import time
from collections.abc import Mapping
from typing import Any

from simulator.api import OPEN, PATHS, app, media
from simulator.company import ApiError, Company
from simulator.state import Json

Files = Mapping[str, tuple[str, bytes]]
SENDING = frozenset({"message/send", "webhook/send", "gettoken", "kf/sync_msg"})
"""Not in the base frequency: sending is not counted (doc 90454), the others have limits of their own."""


class ConnectionLost(Exception):
    """The caller never sees an answer; whether it was carried out is in the books."""


def handle(
    company: Company, path: str, query: Mapping[str, str], body: bytes, files: Files | None = None
) -> tuple[int, bytes]:
    """(status, content) of a call to `/cgi-bin/<path>`. ConnectionLost for a fault that eats the answer."""
    mode = company.faults.decide(path)
    if mode == "timeout_only":
        raise ConnectionLost
    early = EARLY.get(mode)
    if early is not None:
        return early
    content = _content(company, path, query, body, files)
    if mode == "execute_and_drop":
        raise ConnectionLost
    if mode == "slow":
        time.sleep(company.switches.slow_seconds)
    return 200, content[: len(content) // 2] if mode == "partial" else content


EARLY: dict[str, tuple[int, bytes]] = {
    "busy": (200, b'{"errcode":-1,"errmsg":"system busy"}'),
    "limit": (200, b'{"errcode":45009,"errmsg":"reach max api daily quota limit"}'),
    "parallel": (200, b'{"errcode":45033,"errmsg":"api concurrent out of limit"}'),
    "http500": (500, b"Internal Server Error"),
    "html": (200, b"<html><body>gateway</body></html>"),
    "garbage": (200, b'{"errcode":0,"errm'),
    "wrong_type": (200, b'{"errcode":"abc"}'),
}


def _content(company: Company, path: str, query: Mapping[str, str], body: bytes, files: Files | None) -> bytes:
    with company.gate:
        company.in_flight[path] += 1
    try:
        with company.lock:
            company.calls[path] += 1
            answer = _guarded(company, path, query, body, files)
    finally:
        with company.gate:
            company.in_flight[path] -= 1
    if isinstance(answer, bytes):
        return answer
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")  # halves of emoji come through


def _guarded(company: Company, path: str, query: Mapping[str, str], body: bytes, files: Files | None) -> Json | bytes:
    try:
        _limit(company, path)
        return _answer(company, path, query, body, files)
    except ApiError as error:
        return _refusal(company, error.errcode, error.errmsg)
    except (KeyError, TypeError, ValueError, AttributeError):
        # A body of the wrong shape: WeCom names no field either.
        return _refusal(company, 40058, "invalid request parameter")


def _refusal(company: Company, errcode: int, errmsg: str) -> Json:
    """An errmsg as WeCom writes them: never a text to decide by."""
    hint = f"{int(company.clock())}{company.new_id('')}"[:25].ljust(25, "0")
    more = f"more info at https://open.work.weixin.qq.com/devtool/query?e={errcode}"
    return {"errcode": errcode, "errmsg": f"{errmsg}, hint: [{hint}], from ip: 127.0.0.1, {more}"}


def _answer(company: Company, path: str, query: Mapping[str, str], body: bytes, files: Files | None) -> Json | bytes:
    call = OPEN.get(path)
    if call is None:
        app.check(company, query)
        call = PATHS.get(path)
        if path == "media/get":
            return media.download(company, query.get("media_id", ""))[1]
    if call is None:
        # The code WeCom gives an unknown path is not in the sheets.
        raise ApiError(40066, "invalid url")
    data: dict[str, Any] = {"files": files} if files else _json(body)
    return {"errcode": 0, "errmsg": "ok", **call(company, query, data)}


def _limit(company: Company, path: str) -> None:
    switches = company.switches
    if path.startswith("externalcontact/") and 0 < switches.parallel < company.in_flight[path]:
        raise ApiError(45033, "api concurrent out of limit")
    if path in SENDING:
        return
    now = company.clock()
    began, count = company.windows.get(path, (now, 0))
    began, count = (now, 0) if now - began >= switches.window else (began, count)
    if count >= switches.per_api:
        raise ApiError(45009, "api freq out of limit")
    company.windows[path] = (began, count + 1)


def _json(body: bytes) -> Json:
    data = json.loads(body) if body else {}
    if not isinstance(data, dict):
        raise ApiError(40058, "invalid json")
    return data
