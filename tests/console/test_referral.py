"""Programmes, the account-opening switch, reviews and rewards at the console; milestones from the broker's systems."""

import json

import yaml
from sqlalchemy import select

from config import data
from models import movements, points
from models.evidence import content_of
from models.fraud import FraudCase
from models.ledger import Evidence
from models.movements import Grant
from models.programme import OpeningSwitch, Programme
from models.referral import Referral
from models.reward import Redemption, Reward
from tests.console.desk import Seat
from tests.world import World

BASIS = "合规总监签批 2026-合规-117 号；某某律师事务所法律意见书 2026-11-20"
SWITCH = "/console/referral/switch"


def proved(world: World, kind: str) -> list[dict[str, object]]:
    with world.product.db.read() as session:
        rows = session.scalars(select(Evidence).where(Evidence.kind == kind).order_by(Evidence.id))
        return [json.loads(content_of(session, one) or "{}") for one in rows]


def test_a_programme_is_proposed_by_one_and_approved_by_another(sqlite_world: World) -> None:
    world = sqlite_world
    maker, checker = Seat(world, "li", "operator"), Seat(world, "zhao", "approver")
    shipped = data.referral()
    unlawful = {**shipped, "legal_switch": {"cash": True}}
    maker.post("/console/referral/propose", data=yaml.safe_dump(unlawful, allow_unicode=True))
    assert "第三十三条" in maker.get("/console/referral").text
    maker.post("/console/referral/propose", data="- 1")
    assert world.rows(of=Programme) == []
    maker.post("/console/referral/propose", data=yaml.safe_dump(shipped, allow_unicode=True))
    assert maker.post("/console/referral/approve", id="1").status_code == 403
    checker.post("/console/referral/approve", id="1")
    found = world.rows(of=Programme)[0]
    assert (found.status, found.made_by, found.approved_by) == ("approved", "li", "zhao")
    assert proved(world, "programme")[0]["refused"] == ""


def test_the_switch_is_refused_then_opened_by_two_people_and_all_of_it_is_in_the_evidence(sqlite_world: World) -> None:
    world = sqlite_world
    asker, approver, admin = Seat(world, "li", "operator"), Seat(world, "zhao", "approver"), Seat(world, "wu", "admin")
    asker.post(f"{SWITCH}/ask", basis="口头同意", points="50", days="30")
    assert world.rows(of=OpeningSwitch) == []
    asker.post(f"{SWITCH}/ask", basis=BASIS, points="50", days="30")
    assert asker.post(f"{SWITCH}/agree", id="1").status_code == 403
    approver.post(f"{SWITCH}/agree", id="1")
    approver.post(f"{SWITCH}/agree", id="1")
    assert world.rows(of=OpeningSwitch)[0].opened_at is None
    admin.post(f"{SWITCH}/agree", id="1")
    assert world.rows(of=OpeningSwitch)[0].opened_at is not None
    assert "开启中" in admin.get(SWITCH).text
    admin.post(f"{SWITCH}/close", id="1")
    assert "关闭：开户不产生任何奖励" in admin.get(SWITCH).text
    told = proved(world, "opening_switch")
    assert [one["what"] for one in told] == ["refused", "asked", "agreed", "refused", "opened", "closed"]
    assert told[4]["basis"] == BASIS


def test_a_case_is_decided_with_a_reason_and_nothing_without(sqlite_world: World) -> None:
    world = sqlite_world
    inviter = world.friend("邀请人")
    invitee = world.friend("受邀人", via=world.invitation(inviter))
    with world.product.db.work() as work:
        found = work.session.scalars(select(Referral)).one()
        case = FraudCase(referral_id=found.id, inviter_id=inviter, score=70, signals={"AF-IP": "同一网段"})
        case.opened_at, found.verdict = work.now, "hold"
        work.session.add(case)
    seat = Seat(world, "shen", "approver")
    assert "AF-IP" in seat.get("/console/referral/cases").text
    seat.post("/console/referral/cases/decide", id="1", verdict="confirm")
    assert world.rows(of=FraudCase)[0].state == "held"
    seat.post("/console/referral/cases/decide", id="1", verdict="confirm", note="号贩子")
    assert world.rows(of=FraudCase)[0].state == "confirmed"
    assert world.rows(of=Referral)[0].status == "REJECTED"
    assert proved(world, "fraud_decision")[0]["note"] == "号贩子"
    assert invitee


def test_a_reward_that_is_a_gift_is_refused_and_a_lawful_one_is_redeemed_approved_and_reversed(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    seat, who = Seat(world, "li", "operator"), world.friend("成员")
    seat.post("/console/rewards/add", name="京东卡 100 元", kind="电子资料", price="100")
    assert world.rows(of=Reward) == []
    seat.post(
        "/console/rewards/add",
        name="研报入门电子书",
        kind="电子资料",
        price="100",
        stock="1",
        codes="A-1",
        needs_approval="1",
    )
    with world.product.db.work() as work:
        grant = Grant(
            key="g", member_id=who, points=100, rule="P-JOIN", at=work.now, available_at=work.now,
            expires_at=work.now.replace(year=2027),
        )  # fmt: skip
        movements.issue(work.session, grant)
    world.member_says("兑换1", by=who)
    assert "等待审核" in world.last_heard(who)
    assert "研报入门电子书" in seat.get("/console/rewards/redemptions").text
    seat.post("/console/rewards/redemptions/decide", id="1", verb="approve")
    seat.post("/console/rewards/redemptions/decide", id="1", verb="reverse")
    seat.post("/console/rewards/redemptions/decide", id="1", verb="reverse")
    assert world.rows(of=Redemption)[0].state == "reversed"
    with world.product.db.read() as session:
        assert points.balance(session, who).available == 100
        assert points.reconcile(session).ok
