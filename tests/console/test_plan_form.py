"""What operators choose becomes the rule and the audience they could have written, and comes back as they chose it."""

import pytest
from werkzeug.datastructures import MultiDict

from console import plan_form
from models.content import PushPlan
from rules import audience, schedule
from tests.console.desk import Seat
from tests.world import World

CHOSEN = {"content_id": "H-MID", "when": "weekly", "weekday": "5", "time": "16:00", "whom": "groups"}


@pytest.mark.parametrize(
    ("chosen", "rule"),
    [
        ({"when": "once", "date": "2026-12-01", "time": "19:30"}, "once 2026-12-01T19:30"),
        ({"when": "weekly", "weekday": "5", "time": "16:00", "on_closed": "shift_back"}, "weekly 5 16:00 shift_back"),
        ({"when": "monthly", "day": "15", "time": "10:00", "on_closed": "skip"}, "monthly 15 10:00 skip"),
        ({"when": "custom", "rule": " cron 30 19 * * 4 ", "time": "10:00"}, "cron 30 19 * * 4"),
        ({"rule": "before 1h 2026-12-24T19:30"}, "before 1h 2026-12-24T19:30"),
    ],
)
def test_a_moment_is_chosen_and_shown_again(chosen: dict[str, str], rule: str) -> None:
    form = MultiDict(chosen)
    assert plan_form.rule(form) == str(schedule.parse(rule)) == rule
    shown = plan_form.when(rule)
    assert {name: shown[name] for name in chosen if shown["when"] != "custom"} == {
        name: value for name, value in chosen.items() if shown["when"] != "custom"
    }
    assert plan_form.rule(MultiDict(shown)) == rule


@pytest.mark.parametrize(
    ("chosen", "segment"),
    [
        ([("whom", "groups")], "groups:all"),
        ([("whom", "chosen"), ("chats", "wrA"), ("chats", "wrB")], "groups:wrA,wrB"),
        ([("whom", "tier"), ("tiers", "S"), ("tiers", "A")], "tier:S,A"),
        ([("whom", "joined"), ("days", "7")], "joined:7d"),
        ([("whom", "custom"), ("segment", "tier:S & silent:60d")], "tier:S & silent:60d"),
        ([("segment", "list:12")], "list:12"),
    ],
)
def test_an_audience_is_chosen_and_shown_again(chosen: list[tuple[str, str]], segment: str) -> None:
    assert plan_form.segment(MultiDict(chosen)) == segment
    assert audience.parse(segment)
    shown = plan_form.whom(segment)
    again = [(name, one) for name, value in shown.items() for one in ([value] if isinstance(value, str) else value)]  # type: ignore[attr-defined]  # a tuple of words
    assert plan_form.segment(MultiDict(again)) == segment


def test_a_plan_is_made_by_choosing_alone(sqlite_world: World) -> None:
    world = sqlite_world
    seat = Seat(world, "小编", "operator")
    form = {
        "name": "周五问候",
        "content_id": "H-MID",
        "when": "weekly",
        "weekday": "5",
        "time": "16:00",
        "whom": "groups",
    }
    assert seat.post("/console/plans/new", **form).status_code == 303
    made = world.rows(of=PushPlan)[0]
    assert (made.rule, made.segment) == ("weekly 5 16:00", "groups:all")
    page = seat.get(f"/console/plans/{made.id}/edit").text
    assert '<option value="weekly" selected>' in page
    assert 'value="16:00"' in page


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"when": "once", "date": "", "time": "16:00"}, "推送规则"),
        ({"whom": "tier"}, "接收对象"),
        ({"whom": "joined", "days": "x"}, "接收对象"),
    ],
)
def test_what_was_not_chosen_is_told_and_nothing_is_made(sqlite_world: World, wrong: dict[str, str], told: str) -> None:
    form = CHOSEN | wrong
    answer = Seat(sqlite_world, "小编", "operator").post("/console/plans/new", **form)
    assert answer.status_code == 422
    assert told in answer.text
    assert sqlite_world.rows(of=PushPlan) == []
