"""Search: one field finds what the role may see, wherever it stands, and nothing else."""

import re

import pytest

from tests.console.desk import Seat
from tests.world import World


def found(seat: Seat, words: str) -> set[str]:
    """Where the hits lead."""
    page = seat.web.get("/console/search", query_string={"q": words}).text
    return set(re.findall(r'<td><a href="([^"]+)">', page))


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("日历", "/console/calendar"),
        ("H-MID", "/console/contents/H-MID"),
        ("开户", "/console/faq/OPEN-001"),
        ("H-MID", "/console/plans/1"),
    ],
)
def test_an_operator_finds_pages_contents_questions_and_plans(sqlite_world: World, words: str, path: str) -> None:
    world = sqlite_world
    world.plan("weekly 5 16:00")
    seat = Seat(world, "运营小王", "operator")
    assert path in found(seat, words)
    assert seat.get(path).status_code == 200


def test_a_member_is_found_by_the_whole_id_and_by_their_own_advisor_alone(sqlite_world: World) -> None:
    who = sqlite_world.client("王女士", "S")
    mine, other = Seat(sqlite_world, "adv01", "advisor"), Seat(sqlite_world, "adv02", "advisor")
    assert found(mine, who) == {f"/console/members/{who}"}
    assert found(other, who) == set()
    assert found(mine, who[:-1]) == set()
    assert found(mine, "H-MID") == set(), "contents are not an advisor's"


@pytest.mark.parametrize("words", ["", "%_%_%", "没有这样的东西", "'; drop table member; --"])
def test_nothing_found_says_what_can_be_looked_for(sqlite_world: World, words: str) -> None:
    seat = Seat(sqlite_world, "运营小王", "operator")
    assert found(seat, words) == set()
    assert "可以搜页面" in seat.web.get("/console/search", query_string={"q": words}).text
