"""推送 at the console: made by one, approved by another, stopped in time, and explained."""

import re

import pytest

from models.consent import Consent
from models.content import Content, Delivery, PushPlan, hash_of
from models.ledger import Evidence
from tests.console.desk import Seat
from tests.world import World

FORM = {"name": "中秋问候", "content_id": "H-MID", "rule": "once 2026-11-25T10:30", "segment": "groups:all",
        "misfire": "ask", "holdout": "0", "blanks": ""}  # fmt: skip


@pytest.fixture
def maker(sqlite_world: World) -> Seat:
    return Seat(sqlite_world, "小编", "operator")


@pytest.fixture
def checker(sqlite_world: World) -> Seat:
    return Seat(sqlite_world, "老审", "approver")


def make(maker: Seat, **values: str) -> str:
    answer = maker.post("/console/plans/new", **{**FORM, **values})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_plan_goes_from_draft_to_the_owners_phone(sqlite_world: World, maker: Seat, checker: Seat) -> None:
    plan = make(maker)
    maker.post(f"{plan}/submit")
    assert "待审批" in checker.get(plan).text
    checker.post(f"{plan}/approve")
    assert "运行中" in checker.get(plan).text
    sqlite_world.until("2026-11-25 10:31")
    assert sqlite_world.owner_taps() == 1
    sqlite_world.forward(minutes=2)
    assert "已送达" in maker.get(f"{plan}/results").text


def test_trying_to_approve_ones_own_is_refused_and_recorded(sqlite_world: World) -> None:
    both = Seat(sqlite_world, "一人", "admin")
    plan = make(both)
    both.post(f"{plan}/submit")
    both.post(f"{plan}/approve")
    assert "不能审批自己编写或修改过的内容" in both.get(plan).text
    [row] = sqlite_world.rows(of=PushPlan)
    assert row.status == "submitted"
    assert "refused" in {one.kind for one in sqlite_world.rows(of=Evidence)}


def test_faults_stand_above_the_form_and_what_was_typed_stays(sqlite_world: World, maker: Seat) -> None:
    answer = maker.post("/console/plans/new", **{**FORM, "rule": "每周五", "name": "我的周报"})
    assert answer.status_code == 422
    assert "推送规则“每周五”无法识别" in answer.text
    assert "我的周报" in answer.text
    assert sqlite_world.rows(of=PushPlan) == []


def test_the_preview_marks_what_may_not_be_said_and_counts_whom_it_reaches(maker: Seat) -> None:
    page = maker.post("/console/plans/preview", **{**FORM, "content_id": "WK-03", "blanks": "topic=稳赚不赔"}).text
    assert re.search(r"<mark[^>]*>[^<]*稳赚", page)
    assert "禁止发送" in page
    assert "0 个，由 0 人点击发送" not in maker.post("/console/plans/preview", **FORM).text


def test_a_missed_moment_is_decided_by_a_person(sqlite_world: World, maker: Seat, checker: Seat) -> None:
    world, plan = sqlite_world, make(maker)
    maker.post(f"{plan}/submit")
    checker.post(f"{plan}/approve")
    world.hands.now = world.minutes_from_now(24 * 60)
    world.forward(seconds=1)
    maker = Seat(world, "小编", "operator")  # yesterday's session has ended
    page = maker.get(plan).text
    found = re.search(r'action="(/console/plans/moments/\d+)"', page)
    assert found is not None
    maker.post(found[1], send="1")
    world.settle()
    assert world.owner_taps() == 1
    maker.post(found[1], send="1")
    assert "已处理过" in maker.get(plan).text


def test_a_pause_at_the_console_calls_the_message_back(sqlite_world: World, maker: Seat, checker: Seat) -> None:
    plan = make(maker)
    maker.post(f"{plan}/submit")
    checker.post(f"{plan}/approve")
    sqlite_world.until("2026-11-25 10:31")
    maker.post(f"{plan}/pause")
    sqlite_world.settle()
    assert sqlite_world.people.pending("op01") == []


def test_names_are_text_on_every_page(maker: Seat) -> None:
    plan = make(maker, name="<img src=x onerror=alert(1)>")
    for path in (plan, "/console/plans", f"{plan}/edit"):
        assert "<img src=x" not in maker.get(path).text


def test_a_trial_reaches_whoever_asked_whole_and_in_order_and_nobody_else(sqlite_world: World) -> None:
    world = sqlite_world
    body = "\n".join(f"第 {at} 段：先看清规则与风险，再决定要不要参与。" for at in range(50))
    world.edit(Content, "H-MID", body=body, approved_hash=hash_of(body))
    plan = world.plan("weekly 5 16:00")
    nobody = Seat(world, "小编", "operator")
    refused = nobody.post(f"/console/plans/{plan}/trial").headers["Location"]
    assert "还没有对应的企业微信成员" in nobody.get(refused).text
    Seat(world, "adv01", "operator").post(f"/console/plans/{plan}/trial")
    world.settle()
    got = world.heard("adv01")
    assert len(got) == 2
    assert "".join(got).split("\n", 1)[1].startswith(body)
    assert got[0].startswith("【试发 ")
    assert world.heard(world.group) == []
    assert world.rows(of=Delivery) == []


def test_the_rehearsal_says_whether_one_target_would_get_it_and_why_not(sqlite_world: World) -> None:
    world = sqlite_world
    willing, other = world.client("愿意的", "S"), world.client("不愿的", "S")
    world.member_says("同意接收周报", by=willing)
    with world.product.db.work() as work:
        work.session.merge(Consent(member_id=willing, purpose="greeting", granted=True, wording="W-03", at=work.now))
    plan = world.plan("weekly 5 16:00", segment="tier:S")
    seat = Seat(world, "运营", "operator")
    at = f"/console/plans/{plan}/rehearsal?days=-7&target="
    assert "会收到" in seat.get(at + willing).text.partition("<tbody>")[2]
    assert "未同意接收" in seat.get(at + other).text.partition("<tbody>")[2]
    assert "不在接收对象里" in seat.get(at + "nobody").text
