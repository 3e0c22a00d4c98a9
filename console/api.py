"""/api/v1: the firm's own systems push trading summaries, milestones and content in, and read tiers and evidence.

Bearer tokens by scope; every POST carries an `Idempotency-Key`, under which a repeated call gets the first answer.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel, ValidationError

from console import api_calls, api_page
from console.api_bodies import ContentBody, Milestones, Standings, Tradings
from console.desk import Desk
from models import token
from models.api_call import ApiCall, digest_of, earlier
from models.plan import Refused
from models.token import ApiToken
from models.work import Work

ROOT = "/api/v1"
LARGEST = 1024 * 1024
KEY = 80


@dataclass(frozen=True, slots=True)
class Call:
    """One way in. `body` is None for reading; `run(work, caller, body, **path)` gives the answer."""

    method: str
    path: str
    scope: str
    title: str
    run: Callable[..., dict[str, object]]
    body: type[BaseModel] | None = None


CALLS = (
    Call("GET", "/members/<member_id>", "members:read", "成员的层级与原因", api_calls.member),
    Call("GET", "/evidence", "evidence:read", "存证链的状态", api_calls.evidence),
    Call("POST", "/trading-summaries", "trading:write", "写入交易汇总", api_calls.trading_summaries, Tradings),
    Call("POST", "/suitability", "suitability:write", "写入适当性测评结果", api_calls.suitability_results, Standings),
    Call("POST", "/milestones", "milestones:write", "写入风险测评、开户里程碑", api_calls.milestones, Milestones),
    Call("PUT", "/contents/<content_id>", "content:write", "写入待审批内容", api_calls.content, ContentBody),
)


class Fault(Exception):
    """An answer that says no: status, code for machines, words for people."""

    def __init__(self, status: int, code: str, message: str, rows: list[str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message, **({"rows": rows} if rows else {})}}


def blueprint(desk: Desk) -> Blueprint:
    """Every call of the table, its description, and the page about it."""
    pages = Blueprint("api", __name__)
    for call in CALLS:
        pages.add_url_rule(ROOT + call.path, call.run.__name__, _view(desk, call), methods=[call.method])
    pages.add_url_rule("/api/openapi.json", "openapi", lambda: _json(api_page.openapi(CALLS, desk.settings), 200))

    @desk.page(pages, "/console/api", ("admin", "auditor", "operator"))
    def page() -> str:
        return api_page.page(CALLS, desk.settings)

    return pages


def _view(desk: Desk, call: Call) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        request.max_content_length = LARGEST
        try:
            with desk.db.work() as work:
                caller = _caller(work, call)
                return _once(work, call, caller, path) if call.method != "GET" else _run(work, call, caller, path)
        except Fault as fault:
            return _json(fault.body, fault.status)

    return view


def _caller(work: Work, call: Call) -> ApiToken:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    found = token.verify(work, text, call.scope) if kind == "Bearer" and text else None
    if found is None:
        raise Fault(401, "unauthorized", f"缺少有效令牌，或令牌没有 {call.scope} 权限：请在控制台“账号”页签发")
    return found


def _once(work: Work, call: Call, caller: ApiToken, path: dict[str, str]) -> Response:
    key, digest = request.headers.get("Idempotency-Key", ""), digest_of(request.path, request.get_data())
    if not key or len(key) > KEY or not key.isascii():
        raise Fault(400, "idempotency_key", f"须带 Idempotency-Key 请求头（1 到 {KEY} 个 ASCII 字符）")
    known = earlier(work.session, caller.id, key)
    if known is not None and known.digest != digest:
        raise Fault(409, "idempotency_key_reused", "这个 Idempotency-Key 已用于另一个请求：请换一个")
    if known is not None:
        return Response(known.answer, known.status, mimetype="application/json")
    answer = _run(work, call, caller, path)
    work.session.add(
        ApiCall(
            token_id=caller.id, key=key, digest=digest, status=answer.status_code, answer=answer.get_data(as_text=True),
            at=work.now,
        )
    )  # fmt: skip
    return answer


def _run(work: Work, call: Call, caller: ApiToken, path: dict[str, str]) -> Response:
    body = _body(call.body) if call.body is not None else None
    try:
        return _json(call.run(work, caller, body, **path), 200)
    except api_calls.Rows as bad:
        raise Fault(422, "rows", f"{len(bad.rows)} 行有误，整批未写入", bad.rows) from None
    except Refused as refused:
        raise Fault(422, "refused", str(refused)) from None
    except LookupError as missing:
        raise Fault(404, "not_found", str(missing.args[0])) from None


def _body(model: type[BaseModel]) -> BaseModel:
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        rows = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:50]]
        raise Fault(422, "body", "请求内容不合要求", rows) from None


def _json(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")
