"""Login, logout, password."""

from functools import partial

from flask import Blueprint, abort, g, redirect, render_template, request
from werkzeug.wrappers import Response

from console.access import COOKIE, Access
from console.desk import Desk

WRONG = "账号或密码不正确；连续 5 次错误将锁定 15 分钟"


def blueprint(desk: Desk) -> Blueprint:
    """The pages one can see before one is let in, and how to leave."""
    access = desk.access
    pages = Blueprint(
        "login", __name__, static_folder="static", static_url_path="/console/static", template_folder="templates"
    )
    pages.add_url_rule("/console/login", "form", partial(render_template, "login.html", wrong=""))
    pages.add_url_rule("/console/login", "enter", partial(_enter, access), methods=["POST"])
    pages.add_url_rule("/console/logout", "leave", partial(_leave, access), methods=["POST"])
    pages.add_url_rule("/console/password", "password", partial(_password, access), methods=["GET", "POST"])
    return pages


def _enter(access: Access) -> Response | tuple[str, int]:
    if not access.may_try(request.remote_addr or ""):
        abort(429)
    secret = access.enter(request.form.get("name", "").strip(), request.form.get("password", ""))
    if secret is None:
        return render_template("login.html", wrong=WRONG), 401
    answer = redirect("/console/")
    answer.set_cookie(COOKIE, secret, httponly=True, secure=access.secure, samesite="Lax", path="/console")
    return answer


def _leave(access: Access) -> Response:
    if access.guard() is None:
        access.leave(request.cookies.get(COOKIE, ""))
    answer = redirect("/console/login")
    answer.delete_cookie(COOKIE, path="/console")
    return answer


def _password(access: Access) -> Response | str | tuple[str, int]:
    refused = access.guard()
    if refused is not None:
        return refused
    if request.method == "GET":
        return render_template("password.html", wrong="")
    wrong = access.change_password(g.person.name, request.form.get("old", ""), request.form.get("new", ""))
    return (render_template("password.html", wrong=wrong), 422) if wrong else redirect("/console/login")
