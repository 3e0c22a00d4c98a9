"""客户侧边栏: beside an open chat in WeCom: who this is, why the alert, approved words to send, what was promised."""

import secrets
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, jsonify, make_response, render_template, request
from sqlalchemy import select

from console.alerts import ANSWERS, LEVELS
from console.desk import Answer, Desk, back
from console.needs import alert_is_for
from gateways.wecom.errors import WeComError
from handlers import sidebar as words
from handlers.rfm import explained
from models import evidence, workbench
from models.alert import Alert
from models.follow_up import DONE, LONGEST, OPEN, FollowUp, open_of
from models.scope import narrow
from models.work import Work

PATH = "/console/sidebar"
READERS = ("operator", "advisor", "admin")
SHOWN = 20
HAPPENED = 8
AHEAD = timedelta(days=366)
CALLS = ("getContext", "getCurExternalContact", "sendChatMessage")
"""What the page may ask of the client (wecom-outbound 5.4)."""


def blueprint(desk: Desk) -> Blueprint:
    """The way in, the signature the client checks, a client's page, and what is done there."""
    pages = Blueprint("sidebar", __name__)
    _reading(desk, pages)
    _doing(desk, pages)
    return pages


def _reading(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, PATH, READERS)
    def sidebar() -> Answer:
        now, person = desk.db.clock(), desk.person
        with desk.db.read() as session:
            waiting = select(Alert).where(Alert.state == "open", alert_is_for(person, now)).order_by(Alert.due_at)
            promised = narrow(select(FollowUp).where(FollowUp.state == OPEN), person, FollowUp.member_id, now)
            return render_template(
                "sidebar.html", corp=desk.settings.WECOM_CORP_ID, agent=desk.settings.WECOM_AGENT_ID, now=now,
                calls=",".join(CALLS), name=desk.db.rules.cues.name_of, today=now.astimezone(desk.zone).date(),
                alerts=list(session.scalars(waiting.limit(SHOWN))),
                promised=list(session.scalars(promised.order_by(FollowUp.due_on).limit(SHOWN))),
            )  # fmt: skip

    @desk.page(pages, f"{PATH}/signature", READERS)
    def signature() -> Answer:
        url = request.args.get("url", "").split("#", 1)[0]
        if not url.startswith(f"{desk.settings.BOT_PUBLIC_URL}{PATH}"):
            abort(400)  # we vouch for our own pages only
        try:
            corp, app = desk.wecom.tickets.sign(url, secrets.token_hex(8))
        except WeComError as error:
            return make_response(jsonify({"why": str(error)}), 503)
        return jsonify({"corp": _said(asdict(corp)), "app": _said(asdict(app))})

    @desk.page(pages, f"{PATH}/<member_id>", READERS, about="member_id")
    def client(member_id: str) -> Answer:
        with desk.db.work() as work:
            return render_template("sidebar_client.html", **_shown(desk, work, member_id))


def _doing(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, f"{PATH}/<member_id>/sent", READERS, ("POST",), about="member_id")
    def sent(member_id: str) -> Answer:
        """The advisor's client said that the words went out; it is their word, and recorded as that."""
        with desk.db.work() as work:
            found = words.sent(work, request.form.get("entry", "")) or abort(404)
            told = {"by": desk.person.name, "faq": found.entry_id, "text": found.text}
            evidence.record(work, "employee_sent", member_id, told, ref=f"faq:{found.entry_id}")
        return "", 204

    @desk.page(pages, f"{PATH}/<member_id>/follow", READERS, ("POST",), about="member_id")
    def follow(member_id: str) -> Answer:
        with desk.db.work() as work:
            flash(_promise(desk, work, member_id))
        return back(f"{PATH}/{member_id}")

    @desk.page(pages, f"{PATH}/<member_id>/follow/<int:follow_id>/done", READERS, ("POST",), about="member_id")
    def done(member_id: str, follow_id: int) -> Answer:
        with desk.db.work() as work:
            found = work.session.get(FollowUp, follow_id)
            if found is None or found.member_id != member_id:
                abort(404)
            found.state, found.done_at = DONE, work.now
        flash("已完成")
        return back(f"{PATH}/{member_id}")


def _said(signed: dict[str, Any]) -> dict[str, Any]:
    return {"timestamp": signed["timestamp"], "nonceStr": signed["nonce"], "signature": signed["signature"]}


def _shown(desk: Desk, work: Work, member_id: str) -> dict[str, Any]:
    session, rules, now = work.session, work.rules, work.now
    met = workbench.client(session, desk.person, member_id, now) or abort(404)
    typed = request.args.get("q", "").strip()[:200]
    asked = typed or words.asked(work, member_id)
    waiting = select(Alert).where(Alert.member_id == member_id, Alert.state == "open", alert_is_for(desk.person, now))
    return {
        "met": met, "tier": rules.rfm.name_of(met.tier), "said": explained(work, met), "typed": typed, "asked": asked,
        "alerts": list(session.scalars(waiting.order_by(Alert.due_at))), "name": rules.cues.name_of, "levels": LEVELS,
        "guidance": rules.cues.guidance_of, "answers": ANSWERS, "now": now, "calls": ",".join(CALLS),
        "step": workbench.next_step(session, rules, met, now), "fitting": words.words_for(work, asked),
        "promised": open_of(session, member_id), "today": now.astimezone(desk.zone).date(),
        "happened": workbench.timeline(session, rules, member_id, HAPPENED),
        "corp": desk.settings.WECOM_CORP_ID, "agent": desk.settings.WECOM_AGENT_ID,
    }  # fmt: skip


def _promise(desk: Desk, work: Work, member_id: str) -> str:
    note = request.form.get("note", "").strip()
    today = work.now.astimezone(desk.zone).date()
    try:
        day = date.fromisoformat(request.form.get("due_on", ""))
    except ValueError:
        return "没有保存：请选择日期"
    if not note or len(note) > LONGEST:
        return f"没有保存：请用不超过 {LONGEST} 字写明要做什么"
    if not today <= day <= today + AHEAD:
        return "没有保存：日期须在今天之后的一年内"
    made = FollowUp(member_id=member_id, advisor_id=desk.person.userid, note=note, due_on=day, made_at=work.now)
    work.session.add(made)
    return f"已记下，{day:%m月%d日} 早上提醒您"
