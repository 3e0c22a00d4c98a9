"""The menu: each line leads to a page that its roles may open, and nobody else."""

import pytest

from console.nav import ROLE_TITLES, SECTIONS, current, menu
from models.operator import ROLES
from tests.console.visitor import visit
from tests.world import World

LINKS = [link for _, links in SECTIONS for link in links]


def test_every_role_has_a_name_people_read() -> None:
    assert set(ROLE_TITLES) == set(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_every_line_opens_for_the_roles_that_see_it_and_for_no_other(sqlite_world: World, role: str) -> None:
    visitor = visit(sqlite_world, role)
    shown = {link.path for _, links in menu(role) for link in links}
    home = visitor.get("/console/").text
    for link in LINKS:
        assert visitor.get(link.path).status_code == (200 if link.path in shown else 403), link.path
        assert (f'href="{link.path}"' in home) == (link.path in shown)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/console/", "/console/"), ("/console/members/wm1", "/console/members"), ("/console/elsewhere", ""),
        ("/console/members/sync", "/console/members/sync"), ("/console/tiers/tasks", "/console/tiers/tasks"),
    ],
)  # fmt: skip
def test_one_line_of_the_menu_is_where_one_is(path: str, line: str) -> None:
    assert current(path) == line
