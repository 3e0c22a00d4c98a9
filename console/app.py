"""Puts the console on a Flask application: pages, security headers, and errors a person can act on."""

import structlog
from flask import Flask, Response, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from config.settings import Settings
from console import access, login, overview
from gateways.store import Store
from models.work import Database

log = structlog.get_logger(__name__)

FORM = 64 * 1024
"""Bytes a form may have."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
REASONS = {
    400: "请求不完整或已过期：返回上一页，刷新后重试",
    403: "没有权限：请联系管理员调整角色",
    404: "没有这个页面",
    413: "提交的内容过大",
    429: "尝试过于频繁：请十分钟后再试",
}


def console(app: Flask, db: Database, store: Store, settings: Settings) -> None:
    """Register every page and the shared behaviour."""
    app.config["MAX_CONTENT_LENGTH"] = FORM
    app.jinja_options = {**app.jinja_options, "autoescape": True}
    app.template_folder = "templates"
    desk = access.Access(db, store, secure=settings.BOT_PUBLIC_URL.startswith("https://"))
    app.register_blueprint(login.blueprint(desk))
    app.register_blueprint(overview.blueprint(desk, settings.zone))
    app.add_url_rule("/", "home", lambda: redirect("/console/"))
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(SQLAlchemyError, _database_away)
    app.register_error_handler(Exception, _broken)


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _refused(error: HTTPException) -> tuple[str, int] | AnyResponse:
    code = error.code or 500
    if code < 400:  # noqa: PLR2004 redirects are exceptions too
        return error.get_response()
    return _page(REASONS.get(code, error.name), code)


def _database_away(error: SQLAlchemyError) -> tuple[str, int]:
    log.error("console_database_away", error=type(error).__name__)
    return _page("数据库暂不可用：请稍后重试；持续出现请运行 run.py doctor", 503)


def _broken(error: Exception) -> tuple[str, int]:
    log.error("console_page_broke", path=request.path, error=type(error).__name__, exc_info=error)
    return _page("页面出错，已记录：请稍后重试，或把时间告知管理员", 500)


def _page(text: str, code: int) -> tuple[str, int]:
    return render_template("error.html", text=text, code=code), code
