"""A member asks: the right answer at once, a question back, a person, or silence."""

from tests.world import World


def test_a_question_is_answered_at_once_with_the_approved_text(world: World) -> None:
    who = world.member_says("怎么开户")
    assert "开户" in world.last_heard(who)
    assert len(world.heard(who)) == 1
