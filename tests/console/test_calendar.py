"""日历: what is planned when, where the exchanges rest, and where it is too much."""

from datetime import date

from console.calendar import month
from models.content import PushPlan
from tests.browser import DESK, chromium, served, window
from tests.console.desk import Seat
from tests.world import World


def planned(rule: str, name: str = "周报", status: str = "approved") -> PushPlan:
    return PushPlan(id=1, name=name, rule=rule, segment="groups:all", status=status)


def test_a_month_has_whole_weeks_and_says_when_the_exchanges_rest(sqlite_world: World) -> None:
    days, notes = month([planned("weekly 5 16:00")], date(2026, 10, 1), sqlite_world.product.db.rules)
    assert (days[0].day, days[-1].day, notes) == (date(2026, 9, 28), date(2026, 11, 1), [])
    rest = {one.day.day for one in days if one.rest and one.day.month == 10}
    assert {1, 2, 5, 6, 7, 3, 4, 10} <= rest
    assert [one.day.day for one in days if one.planned] == [2, 9, 16, 23, 30]


def test_quiet_hours_move_a_push_to_the_day_it_really_leaves(sqlite_world: World) -> None:
    days, _ = month([planned("once 2026-11-27T22:00")], date(2026, 11, 1), sqlite_world.product.db.rules)
    assert [one.day for one in days if one.planned] == [date(2026, 11, 28)]


def test_more_than_a_group_may_get_is_a_warning(sqlite_world: World) -> None:
    plans = [planned(f"once 2026-11-27T1{hour}:00", f"第{hour}") for hour in range(3)]
    days, _ = month(plans, date(2026, 11, 1), sqlite_world.product.db.rules)
    assert [one.warning[:7] for one in days if one.warning] == ["群推送 3 条"]


def test_a_year_nobody_entered_is_said_not_guessed(sqlite_world: World) -> None:
    days, notes = month([planned("weekly 5 16:00 shift")], date(2027, 1, 1), sqlite_world.product.db.rules)
    assert {one.rest for one in days if one.day.year == 2027} == {"未录入"}
    assert "2027" in notes[0]


def test_the_page_shows_it_and_takes_any_nonsense(sqlite_world: World) -> None:
    sqlite_world.plan("weekly 5 16:00")
    seat = Seat(sqlite_world, "运营", "operator")
    assert "16:00 H-MID" in seat.get("/console/calendar?month=2026-12").text
    assert seat.get("/console/calendar?month=9999-99").status_code == 200


def test_a_week_shows_its_seven_days_whatever_day_of_it_is_named(sqlite_world: World) -> None:
    sqlite_world.plan("weekly 5 16:00")
    page = Seat(sqlite_world, "运营", "operator").get("/console/calendar?week=2026-11-29").text
    assert "2026 年 11 月 23 日起的一周" in page
    assert page.count('data-day="') == 7
    assert "16:00 H-MID" in page


def test_a_push_is_dragged_to_another_day_needs_approval_again_and_can_be_dragged_back(sqlite_world: World) -> None:
    world = sqlite_world
    plan = world.plan("once 2026-11-27T16:00 shift_back")
    seat = Seat(world, "运营", "operator")
    with chromium() as browser, served(world.site.door) as base:
        page, complaints = window(browser, seat.cookie, base, DESK, "light")
        page.goto(f"{base}/console/calendar?month=2026-11")
        page.drag_and_drop(f"[data-plan='{plan}']", "[data-day='2026-11-30']")
        page.get_by_role("button", name="撤销移动").wait_for()
        moved = world.rows(of=PushPlan)[0]
        assert (moved.rule, moved.status) == ("once 2026-11-30T16:00 shift_back", "draft")
        page.get_by_role("button", name="撤销移动").click()
        page.wait_for_url("**undo=*2026-11-30*")
        assert complaints == []
    assert world.rows(of=PushPlan)[0].rule == "once 2026-11-27T16:00 shift_back"


def test_what_cannot_be_moved_says_why_and_stays(sqlite_world: World) -> None:
    world = sqlite_world
    weekly, once = world.plan("weekly 5 16:00"), world.plan("once 2026-11-27T16:00")
    seat = Seat(world, "运营", "operator")
    for plan, day, why in (
        (weekly, "2026-11-30", "周期性"),
        (once, "2026-11-01", "过去"),
        (once, "soon", "日期无法识别"),
        (once, "2026-11-27", "就在这一天"),
    ):
        seat.post("/console/calendar/move", plan=plan, day=day)
        assert why in seat.get("/console/calendar").text
    assert [one.status for one in world.rows(of=PushPlan)] == ["approved", "approved"]
    assert seat.post("/console/calendar/move", plan=99, day="2026-11-30").status_code == 404
