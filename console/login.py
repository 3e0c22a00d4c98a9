"""Login by password, second factor or scan, logout, password."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from flask import Blueprint, abort, g, redirect, render_template, request
from werkzeug.wrappers import Response

from console.access import COOKIE, HOME, Access, Entry, onward
from console.desk import Desk
from console.scan import BACK, WAITING, Scan

WRONG = "账号或密码不正确；连续 5 次错误将锁定 15 分钟"
WRONG_CODE = "验证码不正确或已过期；连续 5 次错误将锁定 15 分钟"
NOT_SCANNED = "企业微信没有确认您的身份，或您还没有后台账号：请重新扫码，或联系管理员"
Page = Response | str | tuple[str, int]


def blueprint(desk: Desk) -> Blueprint:
    """The pages one can see before one is let in, and how to leave."""
    access, scan = desk.access, desk.scan
    pages = Blueprint(
        "login", __name__, static_folder="static", static_url_path="/console/static", template_folder="templates"
    )
    views: tuple[tuple[str, str, Callable[[], Page], list[str]], ...] = (
        ("/console/login", "form", partial(_form, scan), ["GET"]),
        ("/console/login", "enter", partial(_enter, access, scan), ["POST"]),
        ("/console/login/code", "code", partial(_code, access), ["GET", "POST"]),
        ("/console/login/wecom", "wecom", scan.send, ["GET"]),
        (BACK, "scanned", partial(_scanned, access, scan), ["GET"]),
        ("/console/logout", "leave", partial(_leave, access), ["POST"]),
        ("/console/password", "password", partial(_password, access), ["GET", "POST"]),
    )
    for rule, name, view, methods in views:
        pages.add_url_rule(rule, name, view, methods=methods)
    return pages


def _form(scan: Scan) -> Page:
    """The form; inside the WeCom client nobody has to type anything."""
    return scan.send() if scan.inside() else _page(scan)


def _page(scan: Scan, wrong: str = "") -> str:
    return render_template("login.html", wrong=wrong, scan=scan.offered, onward=urlencode({"next": _wanted()}))


def _wanted() -> str:
    return onward(request.args.get("next", ""))


def _enter(access: Access, scan: Scan) -> Page:
    _throttle(access)
    agent = request.user_agent.string
    entry = access.enter(request.form.get("name", "").strip(), request.form.get("password", ""), agent)
    return _refused(scan, WRONG) if entry is None else _let_in(access, entry, _wanted())


def _refused(scan: Scan, wrong: str) -> tuple[str, int]:
    return _page(scan, wrong), 401


def _code(access: Access) -> Page:
    if request.method == "GET":
        return render_template("code.html", wrong="")
    _throttle(access)
    entry = access.second(request.cookies.get(COOKIE, ""), request.form.get("code", ""))
    return (render_template("code.html", wrong=WRONG_CODE), 401) if entry is None else _let_in(access, entry, _wanted())


def _scanned(access: Access, scan: Scan) -> Page:
    _throttle(access)
    entry = access.admit(scan.employee(), request.user_agent.string)
    if entry is None:
        return _refused(scan, NOT_SCANNED)
    answer = _let_in(access, entry, onward(scan.wanted()))
    answer.delete_cookie(WAITING, path=BACK)
    return answer


def _throttle(access: Access) -> None:
    if not access.may_try(request.remote_addr or ""):
        abort(429)


def _let_in(access: Access, entry: Entry, path: str) -> Response:
    code = "/console/login/code" if path == HOME else f"/console/login/code?{urlencode({'next': path})}"
    answer = redirect(code if entry.pending else path)
    answer.set_cookie(COOKIE, entry.secret, httponly=True, secure=access.secure, samesite="Lax", path="/console")
    return answer


def _leave(access: Access) -> Response:
    if access.guard() is None:
        access.leave(request.cookies.get(COOKIE, ""))
    answer = redirect("/console/login")
    answer.delete_cookie(COOKIE, path="/console")
    return answer


def _password(access: Access) -> Page:
    refused = access.guard()
    if refused is not None:
        return refused
    if request.method == "GET":
        return render_template("password.html", wrong="")
    wrong = access.change_password(g.person.name, request.form.get("old", ""), request.form.get("new", ""))
    return (render_template("password.html", wrong=wrong), 422) if wrong else redirect("/console/login")
