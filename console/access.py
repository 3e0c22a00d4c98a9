"""Who is at the console: login, one-time passwords, server-side sessions, CSRF, roles."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import abort, g, redirect, request
from werkzeug.wrappers import Response

from gateways.store import Store
from models.operator import LoginSession, Operator, close_sessions
from models.scope import Viewer
from models.work import Database, Work

COOKIE = "console"
IDLE, LONGEST = timedelta(minutes=60), timedelta(hours=12)
FAILURES, LOCKED = 5, timedelta(minutes=15)
PER_ADDRESS = (30, 600.0)
"""Login tries from one address in seconds."""
SHORTEST = 10
"""Letters of a password people choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Viewer):
    """Who is logged in."""

    csrf: str
    must_change: bool


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

    def enter(self, name: str, password: str) -> str | None:
        """A new session's secret, or None; takes the same time for unknown names."""
        with self.db.work() as work:
            operator = work.session.get(Operator, name)
            good = self._verified(operator.password if operator else self._nobody, password)
            if operator is None or (operator.locked_until and operator.locked_until > work.now):
                return None
            if not good:
                operator.failures += 1
                if operator.failures >= FAILURES:
                    operator.failures, operator.locked_until = 0, work.now + LOCKED
                return None
            operator.failures, operator.locked_until = 0, None
            return _open(work, name)

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
            if session is None:
                return None
            operator = work.session.get(Operator, session.operator)
            if operator is None or work.now - session.seen_at > IDLE or work.now - session.created_at > LONGEST:
                work.session.delete(session)
                return None
            if work.now - session.seen_at > timedelta(minutes=1):
                session.seen_at = work.now
            return Person(
                name=operator.name, role=operator.role, employee=operator.name, csrf=session.csrf,
                must_change=operator.must_change,
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
            return redirect("/console/login")
        g.person = person
        if request.method == "POST" and not hmac.compare_digest(request.form.get("csrf", ""), person.csrf):
            abort(400)
        if person.must_change and request.path != "/console/password":
            return redirect("/console/password")
        if roles and person.role not in roles:
            abort(403)
        return None


def _open(work: Work, name: str) -> str:
    secret = secrets.token_urlsafe(32)
    work.session.add(
        LoginSession(
            id=_digest(secret), operator=name, csrf=secrets.token_urlsafe(24), created_at=work.now, seen_at=work.now
        )
    )
    return secret


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
