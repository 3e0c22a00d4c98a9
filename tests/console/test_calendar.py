"""日历: what is planned when, where the exchanges rest, and where it is too much."""

from datetime import date

from console.calendar import month
from models.content import PushPlan
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
