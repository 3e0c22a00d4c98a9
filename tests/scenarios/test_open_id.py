"""Encrypted ids of the smart robot: answered at once, named as soon as WeCom says who it is, asked about once."""

from models.actions import ReplyAibot, load
from models.ledger import Outbound
from models.member import Member
from models.open_id import OpenId
from tests.scenarios.test_aibot import asks, said
from tests.world import World


def told(world: World) -> list[str]:
    """To whom the robot's answers went, as the outbox has it."""
    rows = [load(one.kind, one.body) for one in world.rows(of=Outbound)]
    return [one.to for one in rows if isinstance(one, ReplyAibot)]


def questions(world: World) -> int:
    return len([one for one in world.rows(of=Outbound) if one.kind == "NameEmployee"])


def asks_from_outside(world: World) -> None:
    """A colleague the robot answers but the app may not see."""
    world.people.say_to_aibot("adv01", "怎么开户")
    name = world.company.employees.pop("adv01")
    world.settle()
    world.company.employees["adv01"] = name


def test_the_first_answer_does_not_wait_and_later_ones_name_the_colleague(sqlite_world: World) -> None:
    world = sqlite_world
    world.company.switches.open_ids = True
    assert asks(world, "怎么开户") == [world.answer_of("OPEN-003")]
    asks(world, "怎么开户")
    assert told(world) == [world.company.open_id("adv01"), "adv01"]
    assert len(said(world)) == 2
    assert questions(world) == 1


def test_an_encrypted_id_is_never_taken_for_a_customer(sqlite_world: World) -> None:
    world = sqlite_world
    world.company.switches.open_ids = True
    before = {one.id for one in world.rows(of=Member)}
    asks(world, "我要投诉你们")
    assert {one.id for one in world.rows(of=Member)} == before


def test_whoever_wecom_does_not_name_is_answered_and_asked_about_once_a_day(sqlite_world: World) -> None:
    world = sqlite_world
    world.company.switches.open_ids = True
    stranger = world.company.open_id("adv01")
    for _ in range(3):
        asks_from_outside(world)
    assert told(world) == [stranger] * 3
    assert questions(world) == 1
    world.forward(days=1)
    asks_from_outside(world)
    assert questions(world) == 2
    [known] = world.rows(of=OpenId)
    assert known.employee_id == ""


def test_plain_ids_of_known_colleagues_are_not_asked_about(sqlite_world: World) -> None:
    world = sqlite_world
    asks(world, "怎么开户")
    assert told(world) == ["adv01"]
    assert questions(world) == 0
