"""报表: what happened is counted once, in the week it happened, and every table leaves as a file."""

import re

import pytest

from models.report import REPORTS
from tests.console.desk import Seat
from tests.world import World


def seat(world: World) -> Seat:
    """Somebody who has just logged in."""
    return Seat(world, "运营小王", "operator")


def row(world: World, name: str, at: int = 0) -> list[str]:
    """One line of a report."""
    lines = seat(world).get(f"/console/reports/{name}?export=csv").text.lstrip("\ufeff").splitlines()
    return lines[at + 1].split(",")


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_opens_on_an_empty_database_and_says_what_it_counts(sqlite_world: World, name: str) -> None:
    reader = seat(sqlite_world)
    page = reader.get(f"/console/reports/{name}")
    assert page.status_code == 200
    assert REPORTS[name][0] in page.text
    assert 'class="meaning"' in page.text
    assert reader.get(f"/console/reports/{name}?export=xlsx").data[:2] == b"PK"
    assert reader.get(f"/console/reports/{name}?export=png").data[:8] == b"\x89PNG\r\n\x1a\n"


def test_who_speaks_twice_is_one_who_spoke(sqlite_world: World) -> None:
    world = sqlite_world
    talker, silent = world.client("王女士", "A"), world.client("李先生", "B")
    for who in (talker, silent):
        world.joins(who)
    world.group_hears("今天的课在哪里看", by=talker)
    world.group_hears("昨天那节也想补一下", by=talker)
    _, inside, spoke, share, *_, came, left = row(world, "community")
    assert (inside, spoke, share, came, left) == ("2", "1", "0.5", "2", "0")
    world.forward(days=7)
    assert row(world, "community")[2] == "0"
    assert row(world, "community", 1)[2] == "1", "last week stays as it was"


def test_contacts_are_counted_by_where_they_came_from(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.friend("王女士")
    assert row(world, "growth")[1:] == ["1", "0", "0", "1", "0", "1"]
    world.forward(minutes=5)
    world.people.delete_advisor(who, "adv01")
    world.settle()
    assert row(world, "growth")[1:] == ["1", "0", "0", "1", "1", "0"]


def test_the_bot_covers_what_it_answered_outright(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says("怎么开户")
    world.member_says("你们这个月卡怎么办理")
    week, total, answered, *_, share = row(world, "answers")
    assert (total, answered, share) == ("2", "1", "0.5")
    assert "50.0%" in seat(world).get("/console/reports/answers").text
    assert week.endswith("起")


def test_an_advisor_who_takes_an_alert_in_time_is_told_so(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says("我要销户", by=world.client("王女士", "S"))
    world.forward(minutes=3)
    card = re.search(r'href="(/console/alerts/\d+)"', seat(world).get("/console/").text)
    assert card is not None
    Seat(world, "adv01", "advisor").post(f"{card[1]}/answer", button="ack")
    world.settle()
    name, alerts, taken, timely, minutes, wrong = row(world, "advisors")
    assert (name, alerts, taken, timely, wrong) == ("adv01", "1", "1", "1.0", "0")
    assert 3 <= float(minutes) <= 4


def test_a_push_is_followed_from_those_it_reached(sqlite_world: World) -> None:
    world = sqlite_world
    world.joins(world.client("王女士", "A"))
    world.plan("weekly 5 16:00")
    world.until("2026-11-27 16:05")
    world.owner_taps()
    world.forward(hours=2)
    content, _, total, sent, *_ = row(world, "contents")
    assert (content, total, sent) == ("H-MID", "1", "1")
    assert row(world, "funnel")[:2] == ["触达", "1"]
