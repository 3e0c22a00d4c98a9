"""课程: every newcomer gets each lesson once, on the day it is for, and only after each was approved."""

from models.content import Delivery, PushPlan
from models.course import COURSES, plans_of
from tests.console.desk import Seat
from tests.world import World


def lessons(world: World) -> list[tuple[str, str, str]]:
    return [(one.content_id, one.segment, one.status) for one in world.rows(of=PushPlan)]


def test_one_press_makes_the_plans_and_another_makes_none(sqlite_world: World) -> None:
    seat = Seat(sqlite_world, "运营", "operator")
    seat.post("/console/courses/newbie/begin")
    assert lessons(sqlite_world) == [
        ("N-D0", "day:1", "draft"), ("N-D1", "day:1", "draft"), ("N-D3", "day:3", "draft"),
        ("N-D5", "day:5", "draft"), ("N-D7", "day:7", "draft"),
    ]  # fmt: skip
    page = seat.get("/console/courses").text
    assert page.count(">草稿<") == 5
    assert "建立各节课的推送" not in page
    seat.post("/console/courses/newbie/begin")
    assert len(lessons(sqlite_world)) == 5
    assert seat.post("/console/courses/nothing/begin").status_code == 404


def test_newcomers_of_different_days_get_the_lesson_of_their_own_day_once(sqlite_world: World) -> None:
    world = sqlite_world
    early = world.client("早来的")
    plan = world.plan("cron 0 16 * * *", "H-MID", "day:1")
    world.forward(hours=13)  # 23:00, too late for a lesson of the same day
    late = world.client("晚来的")
    world.forward(days=3)
    reached = [one.target for one in world.rows(of=Delivery)]
    assert sorted(reached) == sorted([early, late])
    assert len(world.occurrences(plan)) >= 3


def test_a_day_long_before_anybody_is_nobody(sqlite_world: World) -> None:
    world = sqlite_world
    world.client("王女士")
    world.plan("cron 0 16 * * *", "H-MID", "day:999999999")
    world.forward(hours=7)
    assert world.rows(of=Delivery) == []


def test_a_lesson_whose_plan_ended_may_be_made_again(sqlite_world: World) -> None:
    world = sqlite_world
    seat = Seat(world, "运营", "operator")
    seat.post("/console/courses/newbie/begin")
    first = world.rows(of=PushPlan)[0]
    world.edit(PushPlan, first.id, status="ended")
    seat.post("/console/courses/newbie/begin")
    with world.product.db.read() as session:
        again = plans_of(session, COURSES["newbie"])["N-D0"]
    assert again.id != first.id


def test_one_press_plans_the_greetings_of_a_year_and_another_none(sqlite_world: World) -> None:
    seat = Seat(sqlite_world, "运营", "operator")
    seat.post("/console/courses/festivals")
    plans = sqlite_world.rows(of=PushPlan)
    assert ("春节 2027 · H-SPRING", "once 2027-02-06T10:00", "draft") in [
        (one.name, one.rule, one.status) for one in plans
    ]
    page = seat.get("/console/courses").text
    assert "2027-02-06" in page
    seat.post("/console/courses/festivals")
    assert len(sqlite_world.rows(of=PushPlan)) == len(plans) == 10
    assert "春节" in seat.get("/console/calendar?month=2027-02").text
    assert "本月：年报披露期" in seat.get("/console/calendar?month=2027-02").text
