"""账号: who may work here in which role, and which systems may call the API."""

from flask import Blueprint, flash, render_template, request
from sqlalchemy import select

from console.desk import Answer, Desk, back
from console.nav import ROLE_TITLES
from models import token as tokens
from models.operator import Operator, add, change, close_sessions, drop_totp, reset
from models.work import Work

PATH = "/console/accounts"
ADMIN = ("admin",)


def blueprint(desk: Desk) -> Blueprint:
    """The list and its forms; one-time passwords and tokens are shown once, on the page that made them."""
    pages = Blueprint("accounts", __name__)
    _people(desk, pages)
    _logins(desk, pages)
    _tokens(desk, pages)
    return pages


def _page(desk: Desk, **more: object) -> str:
    with desk.db.read() as session:
        return render_template(
            "accounts.html", operators=list(session.scalars(select(Operator).order_by(Operator.name))),
            tokens=tokens.all_tokens(session), scopes=tokens.SCOPES, roles=ROLE_TITLES, now=desk.db.clock(), **more,
        )  # fmt: skip


def _people(desk: Desk, pages: Blueprint) -> None:

    @desk.page(pages, PATH, (*ADMIN, "auditor"))
    def accounts() -> Answer:
        return _page(desk)

    @desk.page(pages, f"{PATH}/add", ADMIN, ("POST",))
    def added() -> Answer:
        form = request.form
        try:
            with desk.db.work() as work:
                name = form.get("name", "").strip()
                password = add(work, name, form.get("role", ""), form.get("employee", "").strip())
        except ValueError as error:
            return _page(desk, wrong=str(error)), 422
        return _page(desk, shown=f"账号 {name} 的一次性密码（只显示这一次）：{password}")

    @desk.page(pages, f"{PATH}/change", ADMIN, ("POST",))
    def changed() -> Answer:
        form = request.form
        try:
            with desk.db.work() as work:
                operator = _another(work, form.get("name", ""), desk.person.name)
                closed = form.get("closed") == "1"
                change(
                    work, operator, form.get("role", ""), closed=closed, employee_id=form.get("employee", "").strip()
                )
        except ValueError as error:
            return _page(desk, wrong=str(error)), 422
        flash("已保存，立即生效")
        return back(PATH)


def _logins(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, f"{PATH}/reset", ADMIN, ("POST",))
    def anew() -> Answer:
        with desk.db.work() as work:
            operator = work.session.get(Operator, request.form.get("name", ""))
            if operator is None:
                return _page(desk, wrong="没有这个账号"), 422
            password = reset(work, operator)
            if request.form.get("totp") == "off":
                drop_totp(operator)
        return _page(desk, shown=f"账号 {operator.name} 新的一次性密码（只显示这一次）：{password}")

    @desk.page(pages, f"{PATH}/leave", ADMIN, ("POST",))
    def left() -> Answer:
        with desk.db.work() as work:
            close_sessions(work.session, request.form.get("name", ""))
        flash("该账号的全部登录已退出")
        return back(PATH)


def _tokens(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, f"{PATH}/tokens", ADMIN, ("POST",))
    def issued() -> Answer:
        form = request.form
        try:
            with desk.db.work() as work:
                days = form.get("days", "90")
                term = int(days) if days.isdecimal() and len(days) < 5 else 0  # noqa: PLR2004 digits
                text = tokens.issue(work, form.get("name", "").strip(), form.getlist("scope"), term, desk.person.name)
        except ValueError as error:
            return _page(desk, wrong=str(error)), 422
        return _page(desk, shown=f"令牌（只显示这一次）：{text}")

    @desk.page(pages, f"{PATH}/tokens/revoke", ADMIN, ("POST",))
    def revoked() -> Answer:
        with desk.db.work() as work:
            tokens.revoke(work, request.form.get("id", ""), desk.person.name)
        return back(PATH)


def _another(work: Work, name: str, mine: str) -> Operator:
    operator = work.session.get(Operator, name)
    if operator is None or operator.name == mine:
        raise ValueError("不能修改自己的角色：请由另一位管理员操作")
    return operator
