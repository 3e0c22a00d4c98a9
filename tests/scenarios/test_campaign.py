"""A campaign from the first code to redemption and claw-back, and everything that must not be rewarded."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot import inbox
from bot.engine import actions_for
from handlers import fraud as review
from handlers import milestone, programme
from handlers.programme import Unlawful
from models import fraud, points
from models.events.contacts import FriendAdded
from models.events.referral import MilestoneReached
from models.evidence import content_of
from models.fraud import FraudCase
from models.ledger import Evidence
from models.member import Member
from models.programme import OpeningSwitch
from models.referral import Invitation, Referral, ReferralTouch
from models.reward import Reward
from tests.world import World

QUESTION = "怎么开户"
BASIS = "合规总监签批 2026-合规-117 号；某某律师事务所法律意见书 2026-11-20，见附件"


def referral(world: World) -> Referral:
    found = world.rows(of=Referral)
    assert len(found) == 1
    one = found[0]
    assert isinstance(one, Referral)
    return one


def invited(world: World) -> tuple[str, str]:
    inviter = world.friend("邀请人")
    invitee = world.friend("受邀人", via=world.invitation(inviter))
    world.member_says(QUESTION, by=invitee)
    return inviter, invitee


def reaches(world: World, who: str, milestone: str) -> None:
    """The broker's system, a live stream or a quiz says so."""
    with world.product.db.work() as work:
        key = f"{milestone}:{who}:{work.now.isoformat()}"[:80]
        event = MilestoneReached(key=key, at=work.now, member_id=who, milestone=milestone)
        inbox.put(work, [inbox.of_event(event, source="api")])
    world.settle()


def proved(world: World, kind: str) -> list[dict[str, object]]:
    """What the evidence says of a kind, in order."""
    with world.product.db.read() as session:
        rows = session.scalars(select(Evidence).where(Evidence.kind == kind).order_by(Evidence.id))
        return [json.loads(content_of(session, one) or "{}") for one in rows]


def sums_agree(world: World) -> bool:
    with world.product.db.read() as session:
        return points.reconcile(session).ok


def test_from_the_first_code_to_redemption_and_claw_back(world: World) -> None:
    inviter, invitee = invited(world)
    with world.product.db.work() as work:
        work.session.add(
            Reward(name="期权入门课", kind="投教课程", price=40, per_member=1, tiers=[], stock=2, active=True)
        )
    world.forward(days=7, hours=1)
    reaches(world, invitee, "LIVE")
    assert world.points(inviter) == [20, 30]
    assert world.points(invitee) == [20, 10, 30]
    world.member_says("兑换1", by=inviter)
    assert "持有期" in world.last_heard(inviter)
    world.until("2027-01-02 12:00")
    world.member_says("兑换", by=inviter)
    assert "1. 期权入门课（40 分，余 2）" in world.last_heard(inviter)
    world.member_says("兑换1", by=inviter)
    assert "兑换成功" in world.last_heard(inviter)
    with world.product.db.work() as work:  # a complaint after the fact: the referral was bought
        milestone_of = work.session.scalars(select(Referral)).one()
        milestone.reject(work, milestone_of, "受邀人投诉被骚扰", work.now)
    world.member_says("我的积分", by=inviter)
    assert "可用学习积分 -40 分" in world.last_heard(inviter)
    assert world.points(inviter) == [20, 30, -40, -20, -30]
    assert sums_agree(world)


def test_learning_without_being_invited_earns_up_to_the_weekly_cap(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.friend("学习者")
    for _ in range(4):
        reaches(world, who, "LIVE")
        world.forward(minutes=1)
    for _ in range(2):
        reaches(world, who, "WELCOME7")
        world.forward(minutes=1)
    assert world.points(who) == [10, 10, 50]


def test_risk_test_and_opened_account_are_written_down_and_earn_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    inviter, invitee = invited(world)
    world.forward(days=8)
    for mark in ("TESTED", "OPENED"):
        reaches(world, invitee, mark)
    assert world.points(inviter) == [20]
    told = proved(world, "milestone")
    assert [(one["milestone"], one["points"]) for one in told] == [("TESTED", 0), ("OPENED", 0)]
    assert "第三十三条" in str(told[1]["why"])
    world.member_says("我的进度", by=inviter)
    assert "开户" not in world.last_heard(inviter)


@pytest.mark.parametrize(
    ("basis", "points_", "days"), [("口头同意", 50, 30), (BASIS, 50, 91), (BASIS, 50, 0), (BASIS, 0, 30)]
)
def test_an_opening_reward_without_basis_or_for_too_long_is_refused(
    sqlite_world: World, basis: str, points_: int, days: int
) -> None:
    with sqlite_world.product.db.work() as work, pytest.raises(ValueError, match=r"第三十三条|正整数"):
        programme.ask_to_open(work, basis, points_, days)


def test_the_opening_reward_takes_two_people_works_for_its_days_and_is_proved(sqlite_world: World) -> None:
    world = sqlite_world
    inviter, invitee = invited(world)
    world.forward(days=8)
    with world.product.db.work() as work:
        switch = programme.ask_to_open(work, BASIS, 50, 30)
        for name, role in (("chen", "operator"), ("chen", "author")):
            with pytest.raises(Unlawful, match="第三十三条"):
                programme.agree_to_open(work, switch, name, role)
        assert not programme.agree_to_open(work, switch, "chen", "approver")
        with pytest.raises(Unlawful, match="两人"):
            programme.agree_to_open(work, switch, "chen", "admin")
    reaches(world, invitee, "OPENED")
    assert world.points(inviter) == [20]
    with world.product.db.work() as work:
        assert programme.agree_to_open(work, work.session.get_one(OpeningSwitch, 1), "wang", "admin")
    reaches(world, invitee, "TESTED")
    assert world.points(inviter) == [20]
    reaches(world, invitee, "OPENED")
    world.forward(minutes=1)
    reaches(world, invitee, "OPENED")
    assert world.points(inviter) == [20, 50]
    assert proved(world, "opening_reward")[0]["points"] == 50
    world.forward(days=31)
    late = world.friend("晚来的", via=world.invitation(inviter))
    world.member_says(QUESTION, by=late)
    reaches(world, late, "OPENED")
    assert [one["points"] for one in proved(world, "milestone")] == [0, 0, 0]
    assert world.points(inviter) == [20, 50]


def test_fifty_scans_of_one_newcomer_at_once_end_with_the_first_inviter(world: World) -> None:
    inviters = [f"wmINVITER00000000000000000{number:05d}" for number in range(50)]
    newcomer = "wmNEWCOMER000000000000000000001"
    with world.product.db.work() as work:
        rng_order = list(range(50))
        work.rng.shuffle(rng_order)
        for inviter in inviters:
            work.session.add(Member(id=inviter, name="", unionid="", first_seen_at=work.now - timedelta(days=30)))
        work.session.flush()
        made = [Invitation(inviter_id=one, campaign=1, created_at=work.now) for one in inviters]
        work.session.add_all(made)
        work.session.flush()
        numbers = [one.id for one in made]
        start, day = work.now, work.now.date() + timedelta(days=1)
    from rules.referral import make_state

    secret, gate = world.product.db.rules.referral_secrets[0], threading.Barrier(50)

    def scan(number: int) -> None:
        event = FriendAdded(
            key=f"scan{number}", at=start + timedelta(seconds=number), employee_id=f"adv{number:02d}",
            member_id=newcomer, state=make_state(secret, numbers[number], 1, day),
        )  # fmt: skip
        gate.wait(60)
        done = False
        while not done:
            with suppress(SQLAlchemyError), world.product.db.work() as work:  # whatever lost a race tries again
                actions_for(event, work)
                done = True

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(scan, rng_order))
    found = referral(world)
    assert found.inviter_id == inviters[0]
    assert len(world.rows(of=ReferralTouch)) == 50


def test_a_group_joined_by_a_members_code_is_theirs_and_two_groups_are_one_referral(sqlite_world: World) -> None:
    world = sqlite_world
    inviter = world.friend("邀请人")
    world.invitation(inviter)
    state = world.rows(of=Invitation)[0].state
    other = world.people.found_group("投教交流二群", "op01")
    invitee = world.people.meet("群里来的")
    world.people.join_group(invitee, world.group, state)
    world.settle()
    world.people.join_group(invitee, other, state)
    world.settle()
    world.forward(minutes=1)
    found = referral(world)
    assert (found.inviter_id, found.status) == (inviter, "JOINED")
    world.people.leave_group(invitee, other)
    world.settle()
    assert referral(world).status == "JOINED"
    world.people.leave_group(invitee, world.group)
    world.settle()
    assert referral(world).status == "LEFT"


def test_one_wechat_user_under_two_ids_is_one_referral_and_never_ones_own(sqlite_world: World) -> None:
    world = sqlite_world
    inviter = world.friend("邀请人")
    code = world.invitation(inviter)
    twins = [world.friend(name, via=code) for name in ("小号一", "小号二", "自己的小号")]
    for who, unionid in zip((*twins, inviter), ("u1", "u1", "u0", "u0"), strict=True):
        world.edit(Member, who, unionid=unionid)
    with world.product.db.work() as work:
        from handlers import referral as use_case
        from models.events.internal import CustomerFetched

        for who, unionid in zip(twins, ("u1", "u1", "u0"), strict=True):
            event = CustomerFetched(key=f"c:{who}", at=work.now, member_id=who, name="", unionid=unionid, followers=())
            list(use_case.identified(event, work))
    by_invitee = {one.invitee_id: one for one in world.rows(of=Referral)}
    assert [by_invitee[who].status for who in twins] == ["JOINED", "REJECTED", "REJECTED"]
    assert by_invitee[twins[2]].reason == "邀请人与受邀人是同一人"


def farm(world: World) -> tuple[str, list[str]]:
    """Six accounts on one phone that never come back."""
    inviter = world.friend("刷量的人")
    code = world.invitation(inviter)
    people = []
    for number in range(5):
        world.hands.now += timedelta(seconds=50)
        people.append(world.friend(f"号{number}", via=code))
        world.member_says(QUESTION, by=people[-1])
    with world.product.db.work() as work:
        device = fraud.digest(work.rules.pepper, "device", "imei-1")
        for who in people:
            fraud.mark(work.session, who, [("device", device)], work.now)
    world.forward(days=8)
    return inviter, people


def test_a_device_farm_earns_nothing_until_a_person_has_looked(sqlite_world: World) -> None:
    world = sqlite_world
    inviter, people = farm(world)
    cases = world.rows(of=FraudCase)
    assert len(cases) == 5
    assert all("AF-DEVICE" in one.signals for one in cases)
    world.forward(days=60)
    world.member_says("我的积分", by=inviter)
    assert "可用学习积分 0 分" in world.last_heard(inviter)
    world.member_says("申诉", by=inviter)
    assert "3 个工作日" in world.last_heard(inviter)
    with world.product.db.work() as work:
        first, *others = work.session.scalars(select(FraudCase).order_by(FraudCase.id)).all()
        review.clear(work, first, "shen", "一家人共用平板")
        for one in others:
            review.confirm(work, one, "shen", "设备农场")
        precision = fraud.precision(work.session)
    assert precision["AF-DEVICE"] == (4, 5)
    world.forward(days=31)
    world.member_says("我的积分", by=inviter)
    assert "可用学习积分 20 分" in world.last_heard(inviter)
    world.member_says("我的邀请", by=inviter)
    assert "资格已暂停" in world.last_heard(inviter)
    assert sums_agree(world)
    assert people


def test_the_weekly_board_goes_to_groups_through_the_gate_with_first_letters_only(sqlite_world: World) -> None:
    world = sqlite_world
    invited(world)
    world.forward(days=8)
    moment = world.minutes_from_now(1)
    plan = world.plan(f"once {moment:%Y-%m-%dT%H:%M:%S}", "R-06")
    world.forward(minutes=2)
    assert {state for state, _ in world.outcome(plan).values()} == {"tasked"}
    world.owner_taps()
    assert "1. 邀** 有效邀请 1 人" in world.last_heard(world.group)
