"""我的账号: the second factor, and where one is logged in."""

import segno
from flask import Blueprint, flash, render_template, request

from console.desk import Answer, Desk, back
from models.operator import (
    LoginSession,
    Operator,
    begin_totp,
    confirm_totp,
    drop_totp,
    passes_totp,
    sessions_of,
)
from models.work import Work
from rules import totp

PATH = "/console/account"
ISSUER = "社群运营控制台"


def blueprint(desk: Desk) -> Blueprint:
    """One page and its forms."""
    pages = Blueprint("account", __name__)
    _sessions(desk, pages)
    _second_factor(desk, pages)
    return pages


def _mine(desk: Desk, work: Work) -> Operator:
    return work.session.get_one(Operator, desk.person.name)


def _page(desk: Desk, **more: object) -> str:
    with desk.db.read() as session:
        operator = session.get_one(Operator, desk.person.name)
        return render_template("account.html", operator=operator, sessions=sessions_of(session, operator.name), **more)


def _sessions(desk: Desk, pages: Blueprint) -> None:

    @desk.page(pages, PATH)
    def account() -> Answer:
        return _page(desk)

    @desk.page(pages, f"{PATH}/sessions/end", methods=("POST",))
    def end() -> Answer:
        with desk.db.work() as work:
            found = work.session.get(LoginSession, request.form.get("id", ""))
            if found is not None and found.operator == desk.person.name:
                work.session.delete(found)
                flash("该登录已退出")
        return back(PATH)


def _second_factor(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, f"{PATH}/totp", methods=("POST",))
    def begin() -> Answer:
        with desk.db.work() as work:
            operator = _mine(desk, work)
            if operator.totp_on:
                return _page(desk, wrong="两步验证已启用：如需更换手机，请先关闭"), 422
            secret = begin_totp(operator)
        code = segno.make(totp.address(secret, operator.name, ISSUER)).svg_inline(scale=5, light="#fff")
        return _page(desk, secret=secret, code=code)

    @desk.page(pages, f"{PATH}/totp/confirm", methods=("POST",))
    def confirm() -> Answer:
        with desk.db.work() as work:
            codes = confirm_totp(work, _mine(desk, work), request.form.get("code", "").strip())
        return _page(desk, codes=codes) if codes else (_page(desk, wrong="验证码不正确：请核对手机时间后重新扫码"), 422)

    @desk.page(pages, f"{PATH}/totp/off", methods=("POST",))
    def off() -> Answer:
        with desk.db.work() as work:
            operator = _mine(desk, work)
            right = operator.totp_on and passes_totp(work, operator, request.form.get("code", ""))
            if right:
                drop_totp(operator)
        return back(PATH) if right else (_page(desk, wrong="验证码不正确"), 422)
