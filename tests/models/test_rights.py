"""A person's data: all of it on request, gone on request, kept only where a law says so, and then used for nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import audit, evidence
from models import rights
from models.base import Base
from models.consent import allows
from models.member import Member
from models.scope import Viewer, narrow
from tests.world import World

NAME = "慕容复兴"


@pytest.fixture
def somebody(world: World) -> str:
    """Somebody who did a bit of everything."""
    who = world.friend(NAME)
    world.joins(who)
    world.member_says("怎么开户", by=who)
    world.member_says("我的邀请", by=who)
    return who


def left_of(world: World, *words: str) -> list[tuple[str, str]]:
    """(table, column) of every place where one of these still stands, encrypted columns opened."""
    found = set()
    with world.product.db.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                found |= {(table.name, key) for key, value in row.items() if any(one in str(value) for one in words)}
    return sorted(found)


def erase(world: World, who: str) -> rights.Outcome:
    with world.product.db.read() as session:
        found = rights.mentions(session, who)
    with world.product.db.work() as work:
        done = rights.erase(work, who, "隐私官", found)
    evidence.seal(world.product.db)
    return done


def whole(world: World) -> bool:
    with world.product.db.read() as session:
        return audit.verify(session, world.product.db.rules.evidence_seeds).ok


def test_an_erased_person_stands_nowhere_any_more_and_the_chain_is_whole(world: World, somebody: str) -> None:
    assert ("member", "name") in left_of(world, NAME)
    assert erase(world, somebody).state == "erased"
    assert left_of(world, somebody, NAME) == []
    assert whole(world)


def test_everything_we_hold_comes_out_on_request(world: World, somebody: str) -> None:
    with world.product.db.read() as session:
        held = rights.everything(session, somebody, world.product.db.rules.pepper)
        with pytest.raises(LookupError):
            rights.everything(session, "wm-nobody", world.product.db.rules.pepper)
    assert held["member"][0]["name"] == NAME
    assert {"member", "friendship", "group_member", "activity", "outbound", "evidence"} <= set(held)


def test_what_a_law_holds_is_kept_for_that_alone_until_its_term_ends(world: World, somebody: str) -> None:
    world.member_says("我要投诉，一直没人管", by=somebody)
    done = erase(world, somebody)
    assert done.state == "archived"
    assert "投诉处理记录须保存至 2029-11-25" in done.why
    assert done.until is not None
    assert done.until.year == 2029
    assert left_of(world, NAME) == []
    with world.product.db.read() as session:
        assert not allows(session, somebody, "weekly")
        for role, seen in (("advisor", False), ("operator", False), ("privacy", True), ("auditor", True)):
            viewer = Viewer(name="adv01", role=role)
            found = session.scalars(narrow(select(Member.id).where(Member.id == somebody), viewer, Member.id)).all()
            assert bool(found) is seen
    assert whole(world)
    world.hands.now = done.until + timedelta(seconds=1)
    with world.product.db.work() as work:
        assert rights.due(work) == 1
        assert rights.due(work) == 0
    assert left_of(world, somebody) == []


def test_nobody_cannot_be_erased(world: World) -> None:
    with world.product.db.work() as work, pytest.raises(LookupError):
        rights.erase(work, "wm-nobody", "隐私官")


def test_what_wecom_still_lists_of_an_erased_person_is_not_taken_in_again(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.friend(NAME)
    world.joins(who)
    world.member_says("你们这个月卡怎么办理", by=who)
    assert erase(world, who).state == "erased"
    world.forward(days=2)  # two nightly comparisons of contacts and groups
    assert left_of(world, who, NAME, "月卡") == []
    world.people.delete_advisor(who, "adv01")
    world.forward(minutes=1)
    world.people.add_friend(who, "adv01")
    world.settle()
    assert ("member", "name") in left_of(world, NAME), "who comes back of their own will is welcome"
