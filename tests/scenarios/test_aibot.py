"""The smart robot: an answer begun at once and finished by WeCom's poll, or posted later; one, never both."""

from bot.streams import ELSEWHERE
from models.ledger import Evidence, Outbound
from rules import phrases
from tests.world import World


def asks(world: World, text: str, *, polled: bool = True) -> list[str]:
    """An employee asks; what the robot said by now. `polled`: whether WeCom ever asks for the streamed answer."""
    world.people.say_to_aibot("adv01", text)
    if not polled:
        world.company.streams.clear()
    world.settle()
    return said(world)


def said(world: World) -> list[str]:
    return [one.text for one in world.company.books.of("adv01") if one.kind == "aibot"]


def paths(world: World) -> list[str]:
    return [one.path for one in world.company.books.of("adv01") if one.kind == "aibot"]


def test_the_poll_takes_the_answer_and_nothing_follows(sqlite_world: World) -> None:
    world = sqlite_world
    assert asks(world, "怎么开户") == [world.answer_of("OPEN-003")]
    assert paths(world) == ["passive"]
    world.forward(minutes=2)
    assert len(said(world)) == 1
    [row] = [one for one in world.rows(of=Outbound) if one.kind == "ReplyAibot"]
    assert (row.state, row.provider_id, row.attempts) == ("sent", "stream", 1)
    assert [one.kind for one in world.rows(Evidence.ref == row.key, of=Evidence)] == ["sent"]


def test_where_no_poll_comes_the_answer_is_posted_after_five_seconds(sqlite_world: World) -> None:
    world = sqlite_world
    assert asks(world, "怎么开户", polled=False) == []
    world.forward(seconds=6)
    assert said(world) == [world.answer_of("OPEN-003")]
    assert paths(world) == ["aibot/response"]


def test_a_poll_after_the_answer_was_posted_points_to_it(sqlite_world: World) -> None:
    world = sqlite_world
    world.people.say_to_aibot("adv01", "怎么开户")
    open_ones = dict(world.company.streams)
    world.company.streams.clear()
    world.settle()
    world.forward(seconds=6)
    world.company.streams.update(open_ones)
    world.people.poll_streams()
    assert said(world) == [world.answer_of("OPEN-003"), ELSEWHERE]


def test_asked_again_it_says_the_same_again(sqlite_world: World) -> None:
    world = sqlite_world
    world.people.say_to_aibot("adv01", "怎么开户")
    open_ones = dict(world.company.streams)
    world.settle()
    world.company.streams.update(open_ones)
    world.people.poll_streams()
    assert said(world) == [world.answer_of("OPEN-003")] * 2
    assert len([one for one in world.rows(of=Outbound) if one.kind == "ReplyAibot"]) == 1


def test_what_the_robot_cannot_answer_ends_with_a_word_and_not_with_a_spinning_wheel(sqlite_world: World) -> None:
    world = sqlite_world
    assert asks(world, "哈哈哈哈") == [phrases.say("aibot_none")]
    assert world.company.streams == {}


def test_nobody_is_left_waiting_when_the_product_is_too_slow(sqlite_world: World) -> None:
    world = sqlite_world
    world.people.say_to_aibot("adv01", "怎么开户")
    world.people.poll_streams()
    assert said(world) == []
    world.hands.now = world.minutes_from_now(5.5)
    world.people.poll_streams()
    assert said(world) == [phrases.say("aibot_late")]
