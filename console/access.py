"""Who is at the console: login, one-time passwords, server-side sessions, CSRF, roles."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from urllib.parse import urlencode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import abort, g, redirect, request
from sqlalchemy import and_, or_, select
from werkzeug.wrappers import Response

from console.trail import refuse
from gateways.store import Store
from models import duty
from models.evidence import record
from models.operator import LoginSession, Operator, close_sessions, passes_totp
from models.scope import Viewer
from models.work import Database, Work

COOKIE = "console"
HOME = "/console/"
IDLE, LONGEST = timedelta(minutes=60), timedelta(hours=12)
FAILURES, LOCKED = 5, timedelta(minutes=15)
PER_ADDRESS = (30, 600.0)
"""Login tries from one address in seconds."""
PATIENCE = timedelta(minutes=5)
"""Between password and second factor."""
SHORTEST = 10
"""Letters of a password people choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Viewer):
    """Who is logged in."""

    csrf: str
    must_change: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A session's secret; `pending` while the second factor is to come."""

    secret: str
    pending: bool


class Access:
    """Checks people in and out."""

    def __init__(self, db: Database, store: Store, *, secure: bool) -> None:
        self.db = db
        self.secure = secure
        self._store = store
        self._hasher = PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """A hash to check against for unknown names."""
        return self._hasher.hash(secrets.token_hex(8))

    def may_try(self, address: str) -> bool:
        """Whether this address has not tried too often."""
        return self._store.take(f"login:{address}", *PER_ADDRESS) == 0

    def enter(self, name: str, password: str, agent: str = "") -> Entry | None:
        """A new session, or None; takes the same time for unknown names."""
        with self.db.work() as work:
            operator = work.session.get(Operator, name)
            good = self._verified(operator.password if operator else self._nobody, password)
            if operator is None or _shut(operator, work):
                return None
            if not good:
                _count_failure(operator, work)
                return None
            if operator.totp_on:
                return Entry(_open(work, name, agent, pending=True), pending=True)
            return _admit(operator, work, agent, "password")

    def second(self, secret: str, code: str) -> Entry | None:
        """A session in full for one that waits for its second factor and a right code; the old secret ends."""
        with self.db.work() as work:
            waiting = work.session.get(LoginSession, _digest(secret))
            if waiting is None or not waiting.pending or work.now - waiting.created_at > PATIENCE:
                return None
            operator = work.session.get_one(Operator, waiting.operator)
            if _shut(operator, work):
                return None
            if not passes_totp(work, operator, code):
                _count_failure(operator, work)
                return None
            work.session.delete(waiting)
            return _admit(operator, work, waiting.agent, "totp")

    def admit(self, userid: str, agent: str = "") -> Entry | None:
        """A session for the account of an employee whom WeCom has identified (scan login); None for nobody."""
        with self.db.work() as work:
            named = or_(Operator.employee_id == userid, and_(Operator.employee_id == "", Operator.name == userid))
            operator = work.session.scalars(select(Operator).where(named).order_by(Operator.name)).first()
            if not userid or operator is None or _shut(operator, work):
                record(work, "refused", "", {"what": "scan login", "why": "没有可用的后台账号"}, ref="login")
                return None
            return _admit(operator, work, agent, "wecom")

    def change_password(self, name: str, old: str, new: str) -> str:
        """Empty when done, else what is wrong with it. Ends every session of the account."""
        if len(new) < SHORTEST or new == old:
            return f"新密码至少 {SHORTEST} 个字符，且不能与原密码相同"
        with self.db.work() as work:
            operator = work.session.get_one(Operator, name)
            if not self._verified(operator.password, old):
                return "原密码不正确"
            operator.password, operator.must_change = self._hasher.hash(new), False
            close_sessions(work.session, name)
        return ""

    def who(self, secret: str) -> Person | None:
        """The person behind a session cookie; keeps the session alive, at most twelve hours."""
        if not secret:
            return None
        with self.db.work() as work:
            session = work.session.get(LoginSession, _digest(secret))
            if session is None or session.pending:
                return None
            operator = work.session.get(Operator, session.operator)
            if (
                operator is None
                or operator.closed
                or work.now - session.seen_at > IDLE
                or work.now - session.created_at > LONGEST
            ):
                work.session.delete(session)
                return None
            if work.now - session.seen_at > timedelta(minutes=1):
                session.seen_at = work.now
            return Person(
                name=operator.name, role=operator.role, employee=operator.employee, csrf=session.csrf,
                must_change=operator.must_change,
                covers=tuple(duty.covered_by(work.session, operator.employee or operator.name, work.now)[1:]),
            )  # fmt: skip

    def leave(self, secret: str) -> None:
        """End one session."""
        with self.db.work() as work:
            session = work.session.get(LoginSession, _digest(secret))
            if session is not None:
                work.session.delete(session)

    def _verified(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def guard(self, roles: Iterable[str] = ()) -> Response | None:
        """Before each page: somebody is logged in, has a role, and forms carry their token."""
        person = self.who(request.cookies.get(COOKIE, ""))
        if person is None:
            return redirect(to_login())
        g.person = person
        if request.method == "POST" and not hmac.compare_digest(request.form.get("csrf", ""), person.csrf):
            abort(400)
        if person.must_change and request.path != "/console/password":
            return redirect("/console/password")
        if roles and person.role not in roles:
            refuse(self.db, person, str(request.url_rule), "角色没有权限")
            abort(403)
        return None


def to_login() -> str:
    """The login page, which leads back to what was asked for: a card's link opens the alert, not the workbench."""
    asked = request.full_path.rstrip("?")
    if request.method != "GET" or request.path == HOME:
        return "/console/login"
    return f"/console/login?{urlencode({'next': asked})}"


def onward(path: str) -> str:
    """Where a login leads: a page of the console; anything else leads to the workbench."""
    return path if path.startswith(HOME) and path.isprintable() and "\\" not in path else HOME


def _shut(operator: Operator, work: Work) -> bool:
    return operator.closed or (operator.locked_until is not None and operator.locked_until > work.now)


def _count_failure(operator: Operator, work: Work) -> None:
    operator.failures += 1
    if operator.failures >= FAILURES:
        operator.failures, operator.locked_until = 0, work.now + LOCKED
        record(work, "refused", "", {"by": operator.name, "what": "login", "why": "连续失败，已锁定"}, ref="login")


def _admit(operator: Operator, work: Work, agent: str, how: str) -> Entry:
    operator.failures, operator.locked_until = 0, None
    record(work, "operator_action", "", {"by": operator.name, "what": "login", "how": how}, ref="login")
    return Entry(_open(work, operator.name, agent), pending=False)


def _open(work: Work, name: str, agent: str, *, pending: bool = False) -> str:
    """A session under a secret nobody had before the login: one planted in the browser is worth nothing."""
    secret = secrets.token_urlsafe(32)
    work.session.add(
        LoginSession(
            id=_digest(secret), operator=name, csrf=secrets.token_urlsafe(24), created_at=work.now, seen_at=work.now,
            pending=pending, agent=agent[:120],
        )
    )  # fmt: skip
    return secret


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
