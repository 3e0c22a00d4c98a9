"""Nothing is pushed that somebody other than its maker did not approve exactly as it is."""

import pytest

from models import approval, audience
from models import plan as plans
from models.approval import PlanApproval
from models.content import Content, Occurrence, PushPlan
from models.events.internal import PlanHalted
from models.ledger import Evidence
from models.plan import Actor, Refused
from tests.world import World

MAKER, FIRST, SECOND = Actor("小编", "operator"), Actor("老审", "approver"), Actor("二审", "approver")
BOSS = Actor("管理员", "admin")
VALUES = {"name": "问候", "rule": "once 2026-11-25T10:30", "content_id": "H-MID", "segment": "groups:all"}


def made(world: World, **values: str) -> int:
    with world.product.db.work() as work:
        plan = plans.draft(work, {**VALUES, **values}, MAKER)
        approval.submit(work, plan, MAKER)
        return plan.id


def approve(world: World, plan_id: int, by: Actor, audience: int = 1) -> bool:
    with world.product.db.work() as work:
        return approval.approve(work, work.session.get_one(PushPlan, plan_id), audience, by)


def plan_of(world: World, plan_id: int) -> PushPlan:
    with world.product.db.read() as session:
        return session.get_one(PushPlan, plan_id)


def test_an_approved_plan_goes_out_and_the_evidence_says_who_and_what(world: World) -> None:
    plan = made(world)
    assert approve(world, plan, FIRST)
    world.until("2026-11-25 10:31")
    assert world.owner_taps() == 1
    kinds = {one.kind for one in world.rows(of=Evidence)}
    assert {"approved", "audience"} <= kinds


def test_what_nobody_approved_is_never_sent(sqlite_world: World) -> None:
    made(sqlite_world)
    sqlite_world.until("2026-11-25 10:31")
    assert sqlite_world.company.mass == {}


@pytest.mark.parametrize("who", [MAKER, Actor("小编", "approver"), Actor("顾问", "advisor")])
def test_neither_its_maker_nor_another_role_can_approve(sqlite_world: World, who: Actor) -> None:
    plan = made(sqlite_world)
    with pytest.raises(Refused):
        approve(sqlite_world, plan, who)
    assert plan_of(sqlite_world, plan).status == "submitted"


def test_marketing_needs_two_different_checkers(sqlite_world: World) -> None:
    plan = made(sqlite_world, content_id="WK-03", segment="tier:P")
    assert not approve(sqlite_world, plan, FIRST)
    with pytest.raises(Refused, match="另一位"):
        approve(sqlite_world, plan, FIRST)
    assert approve(sqlite_world, plan, SECOND)
    assert plan_of(sqlite_world, plan).approved_by == "老审, 二审"


@pytest.mark.parametrize(
    "changed",
    [{"rule": "once 2026-11-25T10:31"}, {"segment": "tier:S"}, {"content_id": "H-ELDER"}, {"holdout": "10"}],
)
def test_any_change_voids_the_approval_even_when_it_is_changed_back(
    sqlite_world: World, changed: dict[str, str]
) -> None:
    plan_id = made(sqlite_world)
    approve(sqlite_world, plan_id, FIRST)
    before = plan_of(sqlite_world, plan_id).approved_print
    for values in (changed, {}):
        with sqlite_world.product.db.work() as work:
            plans.change(work, work.session.get_one(PushPlan, plan_id), {**VALUES, **values}, MAKER)
    plan = plan_of(sqlite_world, plan_id)
    assert (plan.status, plan.approved_print, plan.next_at) == ("draft", "", None)
    assert before
    sqlite_world.until("2026-11-25 10:32")
    assert sqlite_world.company.mass == {}


@pytest.mark.parametrize("what", ["words filled in", "level of the product"])
def test_a_change_behind_the_consoles_back_is_noticed_when_it_would_leave(sqlite_world: World, what: str) -> None:
    plan = made(sqlite_world)
    approve(sqlite_world, plan, FIRST)
    if what == "words filled in":
        sqlite_world.edit(PushPlan, plan, fields='{"broker": "别家"}')
    else:
        sqlite_world.edit(Content, "H-MID", product_risk="R3")
    sqlite_world.until("2026-11-25 10:31")
    assert sqlite_world.outcome(plan) == {sqlite_world.group: ("withheld", "计划在批准后被改动，须重新审批")}


def test_an_audience_that_outgrew_its_approval_waits_for_the_checkers(sqlite_world: World) -> None:
    world = sqlite_world
    plan = made(world, content_id="H-ELDER", segment="all")
    approve(world, plan, FIRST, audience=0)
    for number in range(21):
        world.friend(f"新客户{number}")
    world.until("2026-11-25 10:31")
    assert world.company.mass == {}
    assert plan_of(world, plan).status == "submitted"
    assert "批准时 0 个" in plan_of(world, plan).note
    assert approve(world, plan, FIRST, audience=21) is True
    [waiting] = world.rows(Occurrence.plan_id == plan, of=Occurrence)
    with world.product.db.work() as work:
        event = plans.decide(work, work.session.get_one(Occurrence, waiting.id), FIRST, send=True)
        assert event is not None
        world.put(work, event)
    world.settle()
    assert len(world.company.mass) == 0  # nobody has consented to greetings
    assert {state for state, _ in world.outcome(plan).values()} == {"withheld"}


def test_a_rejection_gives_its_reason_back_to_the_maker(sqlite_world: World) -> None:
    plan_id = made(sqlite_world)
    with sqlite_world.product.db.work() as work:
        plan = work.session.get_one(PushPlan, plan_id)
        with pytest.raises(Refused, match="理由"):
            approval.reject(work, plan, " ", FIRST)
        approval.reject(work, plan, "时间不合适", FIRST)
    assert plan_of(sqlite_world, plan_id).note == "已退回：时间不合适"
    with pytest.raises(Refused):
        approve(sqlite_world, plan_id, SECOND)


def test_an_emergency_takes_an_administrator_a_reason_and_a_review(sqlite_world: World) -> None:
    world, reason = sqlite_world, "交易系统临时维护，须立即告知客户"
    plan_id = made(world)
    with world.product.db.work() as work:
        plan = work.session.get_one(PushPlan, plan_id)
        for by, why in ((FIRST, reason), (BOSS, "急")):
            with pytest.raises(Refused):
                approval.emergency(work, plan, 1, why, by)
        approval.emergency(work, plan, 1, reason, BOSS)
    world.until("2026-11-25 10:31")
    assert world.owner_taps() == 1
    [row] = world.rows(PlanApproval.plan_id == plan_id, of=PlanApproval)
    with world.product.db.work() as work:
        given = work.session.get_one(PlanApproval, row.id)
        with pytest.raises(Refused):
            approval.review(work, given, BOSS)
        approval.review(work, given, FIRST)
    assert world.rows(of=PlanApproval)[0].reviewed_by == "老审"


def test_pausing_calls_back_what_the_owners_have_not_sent(world: World) -> None:
    plan_id = made(world)
    approve(world, plan_id, FIRST)
    world.until("2026-11-25 10:31")
    assert len(world.people.pending("op01")) == 1
    with world.product.db.work() as work:
        msgids = plans.pause(work, work.session.get_one(PushPlan, plan_id), MAKER)
        world.put(work, PlanHalted(key=f"halt:{plan_id}", at=work.now, plan_id=plan_id, msgids=tuple(msgids)))
    world.settle()
    assert world.people.pending("op01") == []
    assert world.outcome(plan_id) == {world.group: ("withheld", "推送已暂停")}


def test_an_owner_who_does_not_tap_is_asked_three_times(sqlite_world: World) -> None:
    world = sqlite_world
    plan_id = made(world)
    approve(world, plan_id, FIRST)
    world.until("2026-11-26 10:00")
    [sent] = world.company.mass.values()
    assert len(sent.reminders) == 3


def test_a_control_group_gets_nothing_and_its_rows_say_so(sqlite_world: World) -> None:
    world = sqlite_world
    people = [world.client(f"客户{number}", "P") for number in range(8)]
    for who in people:
        world.member_says("同意3", by=who)
    plan = world.plan("once 2026-11-25T10:30", "H-MID", "tier:P", holdout=50)
    world.until("2026-11-25 10:31")
    states = world.outcome(plan)
    control = {who for who, (state, reason) in states.items() if reason == "对照组，不推送"}
    assert control | {who for who, (state, _) in states.items() if state == "tasked"} == set(people)
    assert control == {who for who in people if plans.held_out(plan, 50, who)}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"rule": "每周五"}, "无法识别"),
        ({"segment": "groups:all & tier:S"}, "in:群编号"),
        ({"segment": "everybody"}, "无法识别"),
        ({"content_id": "NOPE"}, "没有内容 NOPE"),
        ({"fields": "[1]"}, "占位符"),
    ],
)
def test_a_plan_that_cannot_work_is_refused_with_words_one_can_act_on(
    sqlite_world: World, values: dict[str, str], told: str
) -> None:
    with pytest.raises(Refused, match=told):
        made(sqlite_world, **values)


def test_content_must_be_approved_before_its_plan_is_submitted(sqlite_world: World) -> None:
    sqlite_world.edit(Content, "H-MID", body="改过的话")
    with pytest.raises(Refused, match="先批准内容"):
        made(sqlite_world)


def test_an_uploaded_list_is_an_audience_and_one_unknown_line_refuses_it_all(sqlite_world: World) -> None:
    one, other = sqlite_world.client("甲"), sqlite_world.client("乙")
    with sqlite_world.product.db.work() as work:
        with pytest.raises(ValueError, match="第 2 行 nobody"):
            audience.upload(work, "老客户", [one, "nobody"], "小编")
        made = audience.upload(work, "老客户", [f" {one} ", "", one], "小编")
        assert (made.size, audience.targets(f"list:{made.id}", work)) == (1, {("adv01", "single"): [one]})
    assert other
