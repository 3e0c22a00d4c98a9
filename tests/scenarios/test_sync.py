"""Comparing with WeCom's directory: employees come from it, runs are counted, an empty or thin answer ends nothing."""

from datetime import timedelta

from models.directory import Gap, SyncRun
from models.group import Group
from models.member import Employee, Friendship
from tests.world import World


def last_run(world: World) -> SyncRun:
    found: SyncRun = world.rows(of=SyncRun)[-1]
    return found


def test_a_night_compares_employees_customers_groups_and_counts_them(world: World) -> None:
    with world.holding_mail():
        who = world.friend("李雷")
    world.people.hire("adv03", "新顾问")
    world.until("2026-11-26 03:05")
    run = last_run(world)
    assert (run.state, run.counts["employees"], run.counts["employees_added"]) == ("done", 4, 1)
    assert (run.counts["relations"], run.counts["relations_added"], run.counts["groups"]) == (1, 1, 1)
    assert run.diff == ["员工新增 新顾问"]
    assert world.rows(Employee.id == "adv03", of=Employee)[0].role == "advisor"
    assert world.rows(Employee.id == "op01", of=Employee)[0].role == "operator"  # what people chose stays
    assert world.rows(Friendship.member_id == who, of=Friendship)[0].ended_at is None


def test_colleagues_follow_the_callbacks(sqlite_world: World) -> None:
    world = sqlite_world
    world.people.hire("adv03", "新顾问")
    about = {"Event": "change_contact", "UserID": "adv03"}
    world._told(ChangeType="create_user", **about)
    assert world.rows(Employee.id == "adv03", of=Employee)[0].name == "新顾问"
    world._told(ChangeType="delete_user", **about)
    assert not world.rows(Employee.id == "adv03", of=Employee)[0].active


def test_a_relation_wecom_no_longer_lists_ends(sqlite_world: World) -> None:
    world = sqlite_world
    who, stays = world.friend("李雷"), world.friend("韩梅")
    with world.holding_mail():
        world.people.delete_customer("adv01", who)
    world.until("2026-11-26 03:05")
    ended = {one.member_id: one.ended_at is not None for one in world.rows(of=Friendship)}
    assert ended == {who: True, stays: False}
    assert last_run(world).counts["relations_ended"] == 1


def test_an_answer_without_rows_is_no_success_and_ends_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.friend("李雷")
    world.company.customers.clear()
    world.company.groups.clear()
    world.until("2026-11-26 03:05")
    assert last_run(world).state == "suspect"
    assert "没有结束任何关系" in last_run(world).note
    assert world.rows(Friendship.member_id == who, of=Friendship)[0].ended_at is None


def test_a_community_that_is_empty_on_both_sides_is_called_empty(sqlite_world: World) -> None:
    world = sqlite_world
    world.dismiss_group()
    world.until("2026-11-26 03:05")
    assert last_run(world).state == "empty"
    assert "检查客户联系权限" in last_run(world).note


def test_a_group_that_is_gone_unheard_is_dismissed(sqlite_world: World) -> None:
    world = sqlite_world
    del world.company.groups[world.group]
    world.until("2026-11-26 03:05")
    assert world.rows(Group.id == world.group, of=Group)[0].dismissed_at is not None
    assert last_run(world).counts["groups_unlisted"] == 1


def test_many_customers_are_read_in_steps(sqlite_world: World) -> None:
    world = sqlite_world
    with world.holding_mail():
        for number in range(250):
            world.people.add_friend(world.people.meet(f"客户{number}"), "adv01")
    world.until("2026-11-26 03:05")
    assert last_run(world).counts["relations_added"] == 250
    assert world.company.calls["externalcontact/batch/get_by_user"] == 3
    assert len(world.rows(of=Friendship)) == 250


def test_after_an_outage_everything_is_read_at_once_and_the_gap_is_written_down(sqlite_world: World) -> None:
    world = sqlite_world
    world.forward(minutes=1)
    with world.holding_mail():
        who = world.friend("李雷")
    world.hands.now += timedelta(hours=2)
    world.forward(seconds=1)
    gap = world.rows(of=Gap)[-1]
    assert gap.to_at - gap.from_at > timedelta(hours=1)
    assert (gap.run_id, gap.closed_at is not None) == (last_run(world).id, True)
    assert world.rows(Friendship.member_id == who, of=Friendship) != []
