"""Browsers at the console: somebody of any role, logged in without the cost of a password."""

import hashlib
import secrets

from flask import Flask
from werkzeug.test import Client, TestResponse

from models.operator import LoginSession, Operator
from tests.world import World


class Seat:
    """A logged-in browser of one account; `app`: of another application than the site's."""

    def __init__(self, world: World, name: str, role: str, app: Flask | None = None) -> None:
        self.name, self.role = name, role
        self.web = Client(app or world.site.door)
        secret = secrets.token_urlsafe(32)
        with world.product.db.work() as work:
            if work.session.get(Operator, name) is None:
                account = Operator(name=name, role=role, password="-", must_change=False, failures=0)
                account.created_at = work.now
                work.session.add(account)
            session = LoginSession(
                id=hashlib.sha256(secret.encode()).hexdigest(), operator=name, csrf=secrets.token_urlsafe(24),
                created_at=work.now, seen_at=work.now,
            )  # fmt: skip
            work.session.add(session)
            self.csrf = session.csrf
        self.cookie = secret
        self.web.set_cookie("console", secret, path="/console")

    def get(self, path: str) -> TestResponse:
        """A page."""
        return self.web.get(path, buffered=True)

    def post(self, path: str, **fields: object) -> TestResponse:
        """A form with its token."""
        return self.web.post(path, data={"csrf": self.csrf, **fields}, buffered=True)

    def post_bare(self, path: str) -> TestResponse:
        """A form somebody else's page made the browser send."""
        return self.web.post(path, data={}, buffered=True)
