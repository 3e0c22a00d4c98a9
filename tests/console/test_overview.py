"""工作台: each person is asked for what is theirs, late things first, and nothing that is done."""

import re

import pytest

from console.needs import LINES
from models.alert import Alert
from models.content import PushPlan
from tests.console.desk import Seat
from tests.world import World


def asked(seat: Seat) -> dict[str, str]:
    """Title -> where it leads, in order."""
    page = seat.get("/console/").text
    found = re.findall(r'<a href="([^"]+)"><b>(\d+)</b> ([^<]+)', page)
    return {f"{title.strip()} {count}": path for path, count, title in found}


def test_a_quiet_morning_asks_for_nothing(sqlite_world: World) -> None:
    assert "现在没有需要您处理的事" in Seat(sqlite_world, "运营小王", "operator").get("/console/").text


def test_an_alert_is_asked_of_the_advisor_it_went_to_and_is_late_after_its_clock(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says("我要销户", by=world.client("王女士", "S"))
    mine, others = Seat(world, "adv01", "advisor"), Seat(world, "adv02", "advisor")
    assert "提醒等人跟进 1" in asked(mine)
    assert "提醒等人跟进 1" not in asked(others)
    world.hands.now = world.rows(of=Alert)[0].due_at
    page = mine.get("/console/").text
    assert "1 件已超时" in page
    assert page.index("提醒等人跟进") < page.index("已超时")


def test_a_plan_waits_for_the_checker_and_is_told_in_words(sqlite_world: World) -> None:
    world = sqlite_world
    maker, checker = Seat(world, "小编", "operator"), Seat(world, "老审", "approver")
    maker.post(
        "/console/plans/new", name="周五问候", content_id="H-MID", rule="weekly 5 16:00 skip", segment="groups:all"
    )
    plan_id = world.rows(of=PushPlan)[0].id
    maker.post(f"/console/plans/{plan_id}/submit")
    assert asked(checker)["推送待审批 1"] == "/console/plans?status=submitted"
    assert "推送待审批 1" not in asked(maker)
    checker.post(f"/console/plans/{plan_id}/approve")
    assert asked(checker) == {}
    page = maker.get("/console/").text
    assert "每周五 16:00，休市日不发" in page
    assert "全部客户群" in page


def test_what_nobody_answered_leads_to_the_learning_queue(sqlite_world: World) -> None:
    sqlite_world.member_says("你们这个月卡怎么办理")
    assert asked(Seat(sqlite_world, "编辑小李", "author"))["没答上来的问题 1"] == "/console/faq/learning"


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.title)
def test_every_line_leads_to_a_page_its_roles_may_open(sqlite_world: World, line: object) -> None:
    assert isinstance(line, type(LINES[0]))
    for role in line.roles:
        assert Seat(sqlite_world, role, role).get(line.path).status_code == 200, role
