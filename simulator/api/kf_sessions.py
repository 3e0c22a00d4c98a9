"""Sessions, servicers and the account of 微信客服 (docs 94669, 94677)."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from simulator.api.content import listed
from simulator.company import ApiError, Company
from simulator.state import Json, KfCode, KfSession

SESSION = 48 * 3600
MOVES = {0: (1, 2, 3), 1: (2, 3), 2: (3,), 3: (3, 4), 4: ()}
SCENE = re.compile(r"[0-9a-zA-Z_-]{0,32}")
REPLY_LIFE, CLOSING_LIFE = 48 * 3600, 20


def ended_by_time(session: KfSession, now: float) -> None:
    """A session nobody used for 48 hours has ended."""
    if session.state in (1, 2, 3) and now - session.active_at > SESSION:
        session.state, session.servicer = 4, ""


def log_event(company: Company, event_type: str, customer: str, **fields: object) -> Json:
    """An event in the account's message log; its ids stand inside `event` (wecom-inbound 4.2)."""
    event = {"event_type": event_type, "open_kfid": company.kf_account, "external_userid": customer, **fields}
    item = {"origin": 4, "msgtype": "event", "event": event}
    return log(company, item, "EVENT-LONGER-THAN-THIRTY-TWO-BYTES-")


def log(company: Company, item: Json, prefix: str) -> Json:
    """An item in the log, with its msgid and time."""
    made = {"msgid": company.new_id(prefix), "send_time": int(company.clock()), **item}
    company.kf_log.append(made)
    about = item.get("external_userid") or item.get("event", {}).get("external_userid")
    if about:
        company.kf_of[str(about)].append((company.clock(), made))
    return made


def grant(company: Company, customer: str, entered: int) -> str:
    """A code for one message on entering a state: 48 hours, text only; 20 seconds at the end of a session."""
    code = company.new_id("KFCODE-")
    life, types = (CLOSING_LIFE, ("text", "msgmenu")) if entered == 4 else (REPLY_LIFE, ("text",))
    company.kf_codes[code] = KfCode(customer, company.clock() + life, types, entered)
    return code


def _session(company: Company, body: Json) -> KfSession:
    if body.get("open_kfid") != company.kf_account:
        raise ApiError(95004, "invalid open_kfid")
    customer = str(body.get("external_userid"))
    if customer not in company.customers:
        raise ApiError(40096, "invalid external userid")
    session = company.kf_sessions[customer]
    ended_by_time(session, company.clock())
    return session


def state(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Where a session stands."""
    del query
    session = _session(company, body)
    return {"service_state": session.state, "servicer_userid": session.servicer}


def transfer(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Along the allowed moves only; the first change into 2, 3 or 4 gives a code for a message."""
    del query
    session = _session(company, body)
    wanted = int(body.get("service_state") or 0)
    if session.state == 4:
        raise ApiError(95013, "session ended")
    early_end = wanted == 4 and company.switches.kf_end_early
    if wanted not in MOVES[session.state] and not early_end:
        raise ApiError(95016, "transition not allowed")
    servicer = str(body.get("servicer_userid") or "")
    if wanted == 3:
        _check_servicer(company, servicer)
    session.state, session.servicer = wanted, servicer if wanted == 3 else ""
    session.active_at = company.clock()
    if wanted in session.first_moves or wanted == 1:
        return {}
    session.first_moves.add(wanted)
    return {"msg_code": grant(company, str(body["external_userid"]), wanted)}


def _check_servicer(company: Company, servicer: str) -> None:
    if servicer not in company.kf_servicers:
        raise ApiError(95014, "not a servicer")
    if not company.kf_servicers[servicer]:
        raise ApiError(95019, "servicer stopped receiving")


def accounts(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """One account."""
    del query
    row = {"open_kfid": company.kf_account, "name": "投教客服", "avatar": "", "manage_privilege": True}
    return {"account_list": [] if body.get("offset") else [row]}


def servicers(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Who receives (0) and who has stopped (1); note that the event counts from 1."""
    if (query.get("open_kfid") or body.get("open_kfid")) != company.kf_account:
        raise ApiError(95004, "invalid open_kfid")
    rows = [{"userid": one, "status": 0 if open_ else 1} for one, open_ in company.kf_servicers.items()]
    return {"servicer_list": rows}


def contact_way(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """The address that opens the account's chat; callers append `&scene_param=`."""
    del query
    if body.get("open_kfid") != company.kf_account:
        raise ApiError(95004, "invalid open_kfid")
    scene = str(body.get("scene") or "")
    if not SCENE.fullmatch(scene):
        raise ApiError(40058, "invalid scene")
    return {"url": f"{company.corp.base}/kf/{quote(company.kf_account)}?enc_scene={scene}"}


def customers(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Names and unionids, with the way they came in."""
    del query
    wanted = listed(body, "external_userid_list", 100)
    rows = []
    for one in wanted:
        if one not in company.customers:
            continue
        session = company.kf_sessions[one]
        row: Json = {"external_userid": one, "nickname": company.name_of(one), "avatar": "", "gender": 0}
        row["unionid"] = f"oU-{one[-8:]}"
        if body.get("need_enter_session_context"):
            row["enter_session_context"] = {"scene": session.scene, "scene_param": session.scene_param}
        rows.append(row)
    return {
        "customer_list": rows,
        "invalid_external_userid": [one for one in wanted if one not in company.customers],
    }
