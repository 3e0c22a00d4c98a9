"""`POST /api/v1/milestones`: the broker's systems report what a member reached; token-protected, each `ref` once.

    {"member_id": "wm…", "milestone": "OPENED", "ref": "your own number", "at": "2026-11-26T10:00:00+08:00",
     "device": "…", "phone": "…"}

Device and phone are optional and leave this function only as salted hashes (referral.yaml antifraud.privacy).
"""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from bot import inbox
from models import fraud, token
from models.events.referral import MilestoneReached
from models.member import Member
from models.work import Database, Work

MILESTONES = ("TESTED", "OPENED", "LEARNED", "LIVE", "QUIZ", "WELCOME7")
BLOCK = 7
"""Digits of a mobile number that name its block."""
Answer = tuple[Response, int]


def blueprint(db: Database) -> Blueprint:
    """One address."""
    pages = Blueprint("milestones", __name__)

    @pages.post("/api/v1/milestones")
    def milestones() -> Answer:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        with db.work() as work:
            if token.verify(work, bearer, "milestones:write") is None:
                return _said(401, "令牌无效、已过期或没有 milestones:write 权限")
            body = request.get_json(silent=True)
            fault = _fault(body, work)
            if fault or not isinstance(body, dict):
                return _said(422, fault or "请求体须为 JSON 对象")
            _note_marks(work, body)
            at = datetime.fromisoformat(body["at"]) if body.get("at") else work.now
            event = MilestoneReached(
                key=f"api:{body['milestone']}:{body['ref']}"[:80], at=at, member_id=body["member_id"],
                milestone=body["milestone"],
            )  # fmt: skip
            new = inbox.put(work, [inbox.of_event(event, source="api", lane=f"to:{body['member_id']}")])
        return jsonify(accepted=True, repeated=not new), 202

    return pages


def _said(status: int, text: str) -> Answer:
    return jsonify(error=text), status


def _fault(body: Any, work: Work) -> str:
    """Which field is wrong; empty when none is."""
    if not isinstance(body, dict):
        return "请求体须为 JSON 对象"
    if body.get("milestone") not in MILESTONES:
        return f"milestone: 须为 {'、'.join(MILESTONES)} 之一"
    if not isinstance(body.get("ref"), str) or not 1 <= len(body["ref"]) <= 60:  # noqa: PLR2004 fits an event's key
        return "ref: 须为 1–60 个字符的业务编号"
    if not isinstance(body.get("member_id"), str) or work.session.get(Member, body["member_id"]) is None:
        return "member_id: 没有这个成员"
    return _bad_time(body.get("at"))


def _bad_time(given: Any) -> str:
    if given is None:
        return ""
    try:
        aware = datetime.fromisoformat(given).tzinfo is not None
    except (TypeError, ValueError):
        aware = False
    return "" if aware else "at: 须为带时区的 ISO 8601 时间"


def _note_marks(work: Work, body: dict[str, Any]) -> None:
    given = {kind: str(body[kind])[:64] for kind in ("device", "phone") if body.get(kind)}
    if "phone" in given:
        given["block"] = given["phone"][:BLOCK]
    pairs = [(kind, fraud.digest(work.rules.pepper, kind, value)) for kind, value in given.items()]
    fraud.mark(work.session, body["member_id"], pairs, work.now)
