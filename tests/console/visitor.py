"""A person at the console: keeps cookies, reads each form's token out of its page."""

import re

from werkzeug.test import Client, TestResponse

from commands.setup import new_operator
from tests.world import World

NEW = "a-password-of-my-own"


class Visitor:
    """A browser without scripts."""

    def __init__(self, world: World) -> None:
        self.web = Client(world.site.door)

    def get(self, path: str) -> TestResponse:
        return self.web.get(path, buffered=True)

    def post(self, path: str, page: str = "/console/password", **fields: object) -> TestResponse:
        """`page`: where the form stands."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.web.get(page).text)
        return self.web.post(path, data={"csrf": found[1] if found else "", **fields})

    def login(self, password: str, name: str = "王运营", address: str = "") -> int:
        """`address`: where the visitor claims to come from."""
        said = {"X-Forwarded-For": address} if address else {}
        return self.web.post("/console/login", data={"name": name, "password": password}, headers=said).status_code

    def settle_in(self, password: str, name: str = "王运营") -> None:
        """First login: choose a password, log in with it."""
        assert self.login(password, name) == 302
        assert self.post("/console/password", old=password, new=NEW).headers["Location"].endswith("/console/login")
        assert self.login(NEW, name) == 302


def visit(world: World, role: str, name: str = "") -> Visitor:
    """Somebody of that role, logged in."""
    name = name or f"某{role}"
    with world.product.db.work() as work:
        password = new_operator(work, name, role)
    visitor = Visitor(world)
    visitor.settle_in(password, name)
    return visitor
