"""Puts the console on a Flask application: pages, security headers, and errors a person can act on."""

from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from flask import Flask, Response, redirect, render_template, request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, TimeoutError  # noqa: A004 the pool's own
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from config.settings import Settings
from console import (
    account,
    accounts,
    alerts,
    api,
    calendar,
    compliance,
    contents,
    conversation,
    copydesk,
    correction,
    costs,
    courses,
    duty,
    engagements,
    evidence,
    faq,
    faq_learning,
    faq_release,
    glass,
    group_drafts,
    lessons,
    letters,
    live,
    login,
    media,
    members,
    nav,
    opinion,
    overview,
    plans,
    referral,
    referral_cases,
    report,
    rewards,
    rfm,
    search,
    sidebar,
    system,
)
from console.access import Access
from console.desk import Desk
from console.marks import marked
from console.scan import Scan
from gateways.store import Store
from gateways.wecom.api import WeCom
from models.work import Database
from rules import audience, schedule

log = structlog.get_logger(__name__)

PAGES = (
    login.blueprint,
    account.blueprint,
    glass.blueprint,
    overview.blueprint,
    conversation.blueprint,
    letters.blueprint,
    group_drafts.blueprint,
    calendar.blueprint,
    copydesk.blueprint,
    contents.blueprint,
    media.blueprint,
    plans.blueprint,
    correction.blueprint,
    live.blueprint,
    referral.blueprint,
    referral_cases.blueprint,
    rewards.blueprint,
    faq_release.blueprint,
    faq_learning.blueprint,
    faq.blueprint,
    compliance.blueprint,
    evidence.blueprint,
    members.blueprint,
    rfm.blueprint,
    accounts.blueprint,
    alerts.blueprint,
    duty.blueprint,
    opinion.blueprint,
    report.blueprint,
    costs.blueprint,
    courses.blueprint,
    engagements.blueprint,
    lessons.blueprint,
    search.blueprint,
    sidebar.blueprint,
    system.blueprint,
    api.blueprint,
)
"""Every part of the console; each takes the desk and gives its pages."""
FORM = 256 * 1024
"""Bytes a form may have; a page that takes files raises it for itself (`request.max_content_length`)."""
Told = tuple[str, int] | tuple[dict[str, dict[str, str]], int]
"""A page for people, JSON for systems."""
WEEKDAYS = "一二三四五六日"
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


def console(app: Flask, db: Database, store: Store, settings: Settings, wecom: WeCom) -> Desk:
    """Register every page and the shared behaviour; the desk the pages share."""
    secure = settings.BOT_PUBLIC_URL.startswith("https://")
    app.config.update(
        MAX_CONTENT_LENGTH=FORM, SECRET_KEY=settings.BOT_SECRET_KEY.get_secret_value(),
        SESSION_COOKIE_NAME="notice", SESSION_COOKIE_PATH="/console", SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_SAMESITE="Lax",
    )  # fmt: skip
    app.jinja_options = {**app.jinja_options, "autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    app.add_template_filter(lambda at: _local(at, settings.zone), "local")
    app.add_template_filter(nav.ROLE_TITLES.get, "role")
    app.add_template_filter(schedule.in_words, "moment")
    app.add_template_filter(plans.STATES.get, "plan_state")
    app.add_template_filter(audience.in_words, "audience")
    app.add_template_global(nav.menu, "menu")
    app.add_template_global(nav.current, "current")
    app.add_template_global(marked, "marked")
    scan = Scan(settings, store, wecom.app.visitor)
    desk = Desk(db, store, Access(db, store, secure=secure), settings, scan, wecom)
    for blueprint in PAGES:
        app.register_blueprint(blueprint(desk))
    app.add_url_rule("/", "home", lambda: redirect("/console/"))
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _refused)
    for away in (DBAPIError, TimeoutError):
        app.register_error_handler(away, _database_away)
    app.register_error_handler(Exception, _broken)
    return desk


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    """A time as people here read it: 11-26 周四 09:05."""
    if at is None:
        return "—"
    here = at.astimezone(zone)
    return f"{here:%m-%d} 周{WEEKDAYS[here.weekday()]} {here:%H:%M}"


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _refused(error: HTTPException) -> Told | AnyResponse:
    code = error.code or 500
    if code < 400:  # noqa: PLR2004 redirects are exceptions too
        return error.get_response()
    return _page(REASONS.get(code, error.name), code)


def _database_away(error: SQLAlchemyError) -> Told:
    log.error("console_database_away", error=type(error).__name__)
    return _page("数据库暂不可用：请稍后重试；持续出现请运行 run.py doctor", 503)


def _broken(error: Exception) -> Told:
    log.error("console_page_broke", path=request.path, error=type(error).__name__, exc_info=error)
    return _page("页面出错，已记录：请稍后重试，或把时间告知管理员", 500)


def _page(text: str, code: int) -> Told:
    if request.path.startswith("/api/"):
        return {"error": {"code": str(code), "message": text}}, code
    return render_template("error.html", text=text, code=code), code
