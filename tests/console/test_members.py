"""成员 and 分层: masked lists, reasons, own clients only; cut points one person proposes and another approves."""

from datetime import timedelta

import pytest

from handlers import rfm as use_case
from models import whatif
from models.ledger import Evidence
from models.member import Member
from models.rfm import RfmVersion, ServiceTask
from rules.rfm import Cuts
from tests.console.desk import Seat
from tests.world import World

NEW = {"R": "1,2,3,4", "F": "40,30,20,10", "M": "90,70,50,30"}


@pytest.fixture
def client(sqlite_world: World) -> str:
    world = sqlite_world
    who = world.friend("赵阿姨")
    world.member_says("打新怎么操作", by=who)
    return who


def test_a_list_masks_names_and_a_page_says_why(sqlite_world: World, client: str) -> None:
    seat = Seat(sqlite_world, "王运营", "operator")
    listing = seat.get("/console/members").text
    assert "赵**" in listing
    assert "赵阿姨" not in listing
    page = seat.get(f"/console/members/{client}").text
    assert "近 30 天互动 1 次" in page
    assert "资产信息未授权" in page
    assert "向机器人或客服提问" in page


def test_an_advisor_lists_own_clients_only(sqlite_world: World, client: str) -> None:
    theirs = Seat(sqlite_world, "adv01", "advisor").get("/console/members").text
    others = Seat(sqlite_world, "adv02", "advisor").get("/console/members")
    assert client in theirs
    assert client not in others.text
    assert Seat(sqlite_world, "adv02", "advisor").get(f"/console/members/{client}").status_code == 403


def test_a_task_is_ticked_off_by_its_advisor_alone(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("重要客户", "S")
    world.until("2026-11-26 09:05")
    task = world.rows(of=ServiceTask)[0]
    done = f"/console/members/tasks/{task.id}/done"
    page = Seat(world, "adv01", "advisor").get("/console/tiers/tasks").text
    assert f'<a href="/console/members/{who}">重**</a>' in page
    assert f'action="{done}"' in page
    assert Seat(world, "adv02", "advisor").post(done).status_code == 404
    assert Seat(world, "adv01", "advisor").post(done).status_code == 303
    assert world.rows(of=ServiceTask)[0].state == "done"


def test_new_cut_points_are_tried_proposed_and_approved_by_somebody_else(sqlite_world: World, client: str) -> None:
    world = sqlite_world
    world.until("2026-11-26 03:05")
    maker, checker = Seat(world, "王运营", "operator"), Seat(world, "李审批", "approver")
    maker.post("/console/tiers/propose", method="fixed", **NEW)
    version = world.rows(of=RfmVersion)[-1]
    assert (version.status, sum(version.report["spread"].values())) == ("proposed", 1)
    assert maker.post(f"/console/tiers/{version.id}/approve").status_code == 403
    assert "待审批" in checker.get("/console/tiers").text
    checker.post(f"/console/tiers/{version.id}/approve")
    found = world.rows(of=RfmVersion)[-1]
    assert (found.status, found.made_by, found.checked_by) == ("active", "王运营", "李审批")
    assert [one.kind for one in world.rows(Evidence.kind == "rfm_version", of=Evidence)] == ["rfm_version"]
    with world.product.db.work() as work:
        assert "F1" in use_case.explained(work, work.session.get_one(Member, client)).why
        assert "R" in use_case.explained(work, work.session.get_one(Member, client)).why


def test_nobody_approves_their_own_cut_points(sqlite_world: World) -> None:
    world = sqlite_world
    admin = Seat(world, "管理员", "admin")
    admin.post("/console/tiers/propose", method="fixed", **NEW)
    version = world.rows(of=RfmVersion)[-1]
    admin.post(f"/console/tiers/{version.id}/approve")
    assert world.rows(of=RfmVersion)[-1].status == "proposed"


@pytest.mark.parametrize("bad", [{"R": "4,3,2,1"}, {"F": "2,5"}, {"M": "很多"}])
def test_bad_cut_points_are_explained_and_not_kept(sqlite_world: World, bad: dict[str, str]) -> None:
    seat = Seat(sqlite_world, "王运营", "operator")
    seat.post("/console/tiers/propose", method="fixed", **{**NEW, **bad})
    assert "没有提交" in seat.get("/console/tiers").text
    assert sqlite_world.rows(of=RfmVersion) == []


def test_a_community_too_small_for_quintiles_is_told_so(sqlite_world: World, client: str) -> None:
    seat = Seat(sqlite_world, "王运营", "operator")
    seat.post("/console/tiers/propose", method="quantile", R="", F="", M="")
    assert "没有提交" in seat.get("/console/tiers").text
    assert client


def test_history_is_looked_at_under_both_cut_points(world: World) -> None:
    who = world.member_says("怎么开户")
    for _ in range(9):
        world.forward(minutes=6)
        world.member_says("那费用呢", by=who)
    later = world.hands.now + timedelta(days=30)
    world.hands.now = later
    with world.product.db.work() as work:
        use_case.recompute(work, work.now.astimezone(work.rules.zone).date(), work.now)
        strict = Cuts(recency=(1, 2, 3, 4), frequency=(40, 30, 20, 15), monetary=(90.0, 70.0, 50.0, 30.0))
        report = whatif.tried(work, strict)
    assert report["history"][0] == {"day": "2026-11-25", "old": {"P": 1}, "new": {"N": 1}}
    assert report["history"][1]["old"] == {}
    assert report["moves"] == [["P", "L", 1]]


def test_comparisons_are_shown_with_their_differences(sqlite_world: World) -> None:
    world = sqlite_world
    world.people.hire("adv09", "新来的")
    world.until("2026-11-26 03:05")
    page = Seat(world, "王运营", "operator").get("/console/members/sync").text
    assert "员工新增 新来的" in page
