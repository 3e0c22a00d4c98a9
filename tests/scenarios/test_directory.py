"""Who is whose contact and who is in which group, whatever order callbacks come in and whichever are lost."""

from models.group import Group, GroupMember, present
from models.member import Friendship, Member
from tests.world import World


def contacts(world: World, who: str) -> dict[str, bool]:
    """Employee -> whether they are somebody's contact now."""
    return {one.employee_id: one.ended_at is None for one in world.rows(Friendship.member_id == who, of=Friendship)}


def inside(world: World) -> set[str]:
    """Who is in the group, as the product sees it."""
    with world.product.db.read() as session:
        return present(session, world.group)


def truth(world: World) -> set[str]:
    """Who is in the group, as WeCom has it."""
    return set(world.company.groups[world.group].members)


def a_minute_later(world: World) -> None:
    world.forward(minutes=1)


def test_a_new_contact_is_known_by_name_and_advisor(world: World) -> None:
    who = world.friend("李雷", "adv02")
    member = world.rows(Member.id == who, of=Member)[0]
    assert (member.name, member.advisor_id) == ("李雷", "adv02")
    assert contacts(world, who) == {"adv02": True}


def test_a_deletion_told_late_does_not_undo_the_return(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.friend("李雷")
    a_minute_later(world)
    with world.holding_mail() as letters:
        world.people.delete_advisor(who, "adv01")
        a_minute_later(world)
        world.people.add_friend(who, "adv01")
    world.deliver(*reversed(letters))
    assert contacts(world, who) == {"adv01": True}


def test_an_addition_told_after_the_deletion_does_not_undo_it(sqlite_world: World) -> None:
    world = sqlite_world
    with world.holding_mail() as letters:
        who = world.friend("李雷")
        a_minute_later(world)
        world.people.delete_customer("adv01", who)
    world.deliver(*reversed(letters))
    assert contacts(world, who) == {"adv01": False}
    ended = world.rows(of=Friendship)[0]
    assert ended.ended_by == "employee"
    assert ended.since < ended.ended_at


def test_a_contacts_whole_story_ends_the_same_in_any_order(sqlite_world: World) -> None:
    world = sqlite_world
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1), (0, 2, 1), (1, 2, 0)):
        with world.holding_mail() as letters:
            who = world.friend("李雷")
            a_minute_later(world)
            world.people.delete_advisor(who, "adv01")
            a_minute_later(world)
            world.people.add_friend(who, "adv01")
        world.deliver(*(letters[at] for at in order))
        assert contacts(world, who) == {"adv01": True}, order


def test_people_come_and_go_and_the_group_knows(sqlite_world: World) -> None:
    world = sqlite_world
    one, other = world.in_group("甲"), world.in_group("乙")
    assert inside(world) == truth(world) == {"op01", one, other}
    world.forward(minutes=1)
    read = world.company.calls["externalcontact/groupchat/get"]
    world.people.leave_group(one, world.group)
    world.people.remove_from_group(other, world.group)
    world.settle()
    assert inside(world) == {"op01"}
    assert world.company.calls["externalcontact/groupchat/get"] == read  # an unbroken chain needs no reading


def test_a_lost_callback_is_found_by_the_gap_it_leaves(world: World) -> None:
    stays = world.in_group("甲")
    world.forward(minutes=1)
    with world.holding_mail():  # these two are lost for good
        unheard = world.people.meet("乙")
        world.people.join_group(unheard, world.group)
        world.people.leave_group(stays, world.group)
    assert inside(world) != truth(world)
    world.in_group("丙")
    assert inside(world) == truth(world)
    assert unheard in inside(world)
    assert stays not in inside(world)


def test_somebody_who_joins_and_befriends_at_once_is_known_once_and_greeted(world: World) -> None:
    who = world.people.meet("李雷")
    world.people.join_group(who, world.group)
    world.people.add_friend(who, "adv01")
    world.overlapping()  # two workers meet the newcomer at the same moment
    assert who in inside(world)
    assert contacts(world, who) == {"adv01": True}
    assert len(world.heard(who)) == 1


def test_callbacks_of_a_group_in_the_wrong_order_end_with_the_truth(sqlite_world: World) -> None:
    world = sqlite_world
    world.in_group("甲")
    with world.holding_mail() as letters:
        who = world.people.meet("乙")
        for _ in range(2):
            a_minute_later(world)
            world.people.join_group(who, world.group)
            a_minute_later(world)
            world.people.leave_group(who, world.group)
        a_minute_later(world)
        world.people.join_group(world.people.meet("丙"), world.group)
    world.deliver(*reversed(letters))
    assert inside(world) == truth(world)


def test_somebody_who_comes_back_begins_a_new_stay(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("甲")
    for _ in range(2):
        world.forward(minutes=5)
        world.people.leave_group(who, world.group)
        world.settle()
        world.forward(minutes=5)
        world.joins(who)
    stay = world.rows(GroupMember.member_id == who, of=GroupMember)[0]
    assert stay.joined_at == world.hands.now
    assert stay.left_at is None


def test_a_new_owner_gets_the_drafts_from_then_on(sqlite_world: World) -> None:
    world = sqlite_world
    world.new_owner("adv02")
    assert world.rows(Group.id == world.group, of=Group)[0].owner_id == "adv02"
    before = len(world.cards("op01"))
    world.in_group("甲")
    assert len(world.cards("op01")) == before
    assert len(world.cards("adv02")) == 1


def test_a_dismissed_group_is_empty_and_gets_no_more_pushes(sqlite_world: World) -> None:
    world = sqlite_world
    other = world.people.found_group("投教交流二群", "op01")
    who = world.in_group("甲")
    world.forward(minutes=1)
    world.dismiss_group()
    assert inside(world) == set()
    plan = world.plan("once 2026-11-25T10:30")
    world.until("2026-11-25 10:31")
    assert set(world.outcome(plan)) == {other}
    assert world.rows(GroupMember.member_id == who, of=GroupMember)[0].left_at is not None


def test_a_group_heard_of_late_is_read_whole(sqlite_world: World) -> None:
    world = sqlite_world
    with world.holding_mail():  # its founding was never told
        unknown = world.people.found_group("投教交流三群", "adv02")
        early = world.people.meet("早来的")
        world.people.join_group(early, unknown)
    world.people.join_group(world.people.meet("后来的"), unknown)
    world.settle()
    known = world.rows(Group.id == unknown, of=Group)[0]
    assert (known.name, known.owner_id) == ("投教交流三群", "adv02")
    with world.product.db.read() as session:
        assert present(session, unknown) == set(world.company.groups[unknown].members)


def test_a_contact_whose_callback_was_lost_is_found_within_a_day(sqlite_world: World) -> None:
    world = sqlite_world
    with world.holding_mail():
        who = world.friend("李雷")
    world.forward(days=1, hours=1)
    assert contacts(world, who) == {"adv01": True}


def test_a_group_whose_founding_was_lost_is_found_within_a_day(sqlite_world: World) -> None:
    world = sqlite_world
    with world.holding_mail():
        unknown = world.people.found_group("投教交流三群", "adv02")
    world.forward(days=1, hours=1)
    assert world.rows(Group.id == unknown, of=Group) != []
