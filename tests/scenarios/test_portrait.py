"""Tags: drawn from what members do, written to WeCom by difference, and learnt from what advisors set there."""

from sqlalchemy import select

from models.member import Friendship
from models.portrait import MOST, MemberTag, Tag, TagTodo
from tests.world import World


def keys(world: World, who: str) -> set[str]:
    return {one.tag_key for one in world.rows(MemberTag.member_id == who, of=MemberTag)}


def in_wecom(world: World, who: str, advisor: str = "adv01") -> set[str]:
    """Names of the tags WeCom has on a relation."""
    marked = world.company.customers[who].details[advisor].tags
    return {str(world.company.tags[one]["name"]) for one in marked}


def a_night(world: World) -> None:
    """Past the drawing of portraits and the comparisons that follow."""
    world.until("2026-11-26 04:05")
    for _ in range(3):
        world.forward(minutes=2)


def test_what_a_member_does_is_written_to_wecom_by_difference(world: World) -> None:
    who = world.friend("李雷")
    for text in ("打新怎么操作", "新股中签了怎么缴款"):
        world.member_says(text, by=who)
    a_night(world)
    assert keys(world, who) == {"tier:N", "stage:new", "topic:ipo"}
    assert in_wecom(world, who) == {"新成员", "新股申购"}
    assert world.rows(of=TagTodo) == []
    marks = world.company.calls["externalcontact/mark_tag"]
    world.until("2026-11-27 04:05")
    world.forward(minutes=2)
    assert world.company.calls["externalcontact/mark_tag"] == marks  # nothing differs, nothing is called


def test_a_tag_an_advisor_sets_becomes_the_members_and_one_of_ours_comes_back(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.friend("李雷")
    world.member_says("怎么开户", by=who)
    a_night(world)
    world.people.make_tag("爱好", "钓鱼")
    world.settle()
    theirs = next(one["id"] for one in world.company.tags.values() if one["name"] == "钓鱼")
    world.people.mark(who, "adv01", [str(theirs)])  # and takes ours away
    world.settle()
    world.forward(minutes=2)
    assert f"wecom:{theirs}" in keys(world, who)
    assert in_wecom(world, who) == {"钓鱼", "新成员"}


def test_a_relation_wecom_does_not_know_is_lost_and_asked_for_no_more(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.friend("李雷")
    with world.holding_mail():
        world.people.delete_customer("adv01", who)
    world.member_says("怎么开户", by=who)
    a_night(world)
    assert world.rows(Friendship.member_id == who, of=Friendship)[0].ended_at is not None


def test_no_tag_is_made_beyond_what_a_corp_may_have(sqlite_world: World) -> None:
    world = sqlite_world
    for number in range(MOST - 2):
        world.company.tags[f"old{number}"] = {
            "id": f"old{number}", "name": f"旧{number}", "group_id": "g", "group_name": "旧", "create_time": 0,
            "order": 0, "group_order": 0,
        }  # fmt: skip
    world.friend("李雷")
    a_night(world)
    assert len(world.company.tags) == MOST
    with world.product.db.read() as session:
        notes = session.scalars(select(Tag.note).where(Tag.managed, Tag.wecom_id == "")).all()
    assert notes
    assert all("上限" in note for note in notes)
