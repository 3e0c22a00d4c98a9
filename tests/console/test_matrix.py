"""Role x route x owner: every route is listed, opens to exactly the roles of its line, and to owners only."""

import pytest
from werkzeug.routing import Rule

from models.operator import ROLES
from tests.console.desk import Seat
from tests.console.matrix import CLIENT, EVERYONE, MATRIX, OPEN, Row
from tests.world import World

IGNORED = {"HEAD", "OPTIONS"}
LEAVING = "/console/logout"
"""Tried last: it ends the session."""


def routes(world: World) -> list[tuple[str, Rule]]:
    """(method, rule) of everything the web application answers to."""
    rules = sorted(world.site.pages.flask.url_map.iter_rules(), key=lambda one: (one.rule == LEAVING, one.rule))
    return [(method, rule) for rule in rules for method in sorted((rule.methods or set()) - IGNORED)]


def listed() -> dict[tuple[str, str], Row]:
    return {(method, row.rule): row for row in MATRIX for method in row.methods.split()}


@pytest.fixture
def client(sqlite_world: World) -> str:
    """A client of adv01 and of nobody else."""
    return sqlite_world.friend("赵阿姨", "adv01")


def address(rule: Rule, row: Row, client: str) -> str:
    filled = row.rule
    for name in rule.arguments:
        assert name in row.args, f"{row.rule}: give args={{'{name}': ...}} in tests/console/matrix.py"
    for part in [one for one in filled.split("/") if one.startswith("<")]:
        name = part.strip("<>").rsplit(":", 1)[-1]
        filled = filled.replace(part, row.args[name].replace(CLIENT, client))
    return filled


def seats(world: World) -> dict[str, Seat]:
    people = {role: Seat(world, "adv01" if role == "advisor" else f"人-{role}", role) for role in ROLES}
    return {**people, "other": Seat(world, "adv02", "advisor")}


def test_every_route_has_its_line(sqlite_world: World) -> None:
    known = listed()
    missing = [f'Row("{method}", "{rule.rule}", roles)' for method, rule in routes(sqlite_world)
               if (method, rule.rule) not in known]  # fmt: skip
    assert missing == [], "add these lines to MATRIX in tests/console/matrix.py, with the roles of access.guard"


def test_every_line_has_its_route(sqlite_world: World) -> None:
    real = {(method, rule.rule) for method, rule in routes(sqlite_world)}
    assert [one for one in listed() if one not in real] == [], "remove these lines from tests/console/matrix.py"


def test_a_route_opens_to_its_roles_and_to_nobody_else(sqlite_world: World, client: str) -> None:
    everybody, wrong = seats(sqlite_world), []
    for method, rule in routes(sqlite_world):
        row = listed().get((method, rule.rule))
        if row is None or row.roles == OPEN:
            continue
        path = address(rule, row, client)
        allowed = set(ROLES if row.roles == EVERYONE else row.roles.split())
        for role in ROLES:
            seat = everybody[role]
            status = (seat.get(path) if method == "GET" else seat.post(path)).status_code
            if (status == 403) is (role in allowed) or status >= 500:
                wrong.append((method, path, role, status))
    assert wrong == []


def test_an_advisor_opens_nothing_about_somebody_elses_client(sqlite_world: World, client: str) -> None:
    everybody, wrong = seats(sqlite_world), []
    for method, rule in routes(sqlite_world):
        row = listed().get((method, rule.rule))
        if row is not None and row.own and "advisor" in row.roles:
            path, ask = address(rule, row, client), everybody["other"]
            status = (ask.get(path) if method == "GET" else ask.post(path)).status_code
            if status not in (403, 404):
                wrong.append((method, path, status))
    assert wrong == []


def test_strangers_are_shown_the_door(sqlite_world: World, client: str) -> None:
    web, wrong = sqlite_world.web, []
    for method, rule in routes(sqlite_world):
        row = listed().get((method, rule.rule))
        if row is not None and row.roles != OPEN:
            answer = web.open(address(rule, row, client), method=method, buffered=True)
            if answer.status_code not in (302, 401) or "/login" not in answer.headers.get("Location", "/login"):
                wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


def test_no_form_is_taken_without_its_token(sqlite_world: World, client: str) -> None:
    admin, wrong = Seat(sqlite_world, "人-admin", "admin"), []
    for method, rule in routes(sqlite_world):
        row = listed().get((method, rule.rule))
        if row is not None and method != "GET" and row.roles != OPEN:
            allowed = set(ROLES if row.roles == EVERYONE else row.roles.split())
            seat = admin if "admin" in allowed else Seat(sqlite_world, "人-form", min(allowed))
            status = seat.post_bare(address(rule, row, client)).status_code
            if status != 400:
                wrong.append((method, rule.rule, status))
    assert wrong == []
