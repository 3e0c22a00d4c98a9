"""Programmes as data: two people, nothing unlawful, tried on the past first."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from config import data
from handlers import programme
from handlers.programme import Unlawful
from models.points import PointsEntry
from models.programme import Programme
from models.reward import Redemption
from rules import programme as rules
from tests.world import World

QUESTION = "怎么开户"


def proposal(**changed: object) -> dict[str, object]:
    shipped = data.referral()
    return {**shipped, "points": {**shipped["points"], **changed}}


def test_maker_and_checker_of_a_programme_are_two_people(sqlite_world: World) -> None:
    with sqlite_world.product.db.work() as work:
        draft = programme.propose(work, 1, proposal(ladder=[{"invitees": 3, "points": 15}]), "li")
        assert programme.approve(work, draft, "li") != ""
        assert programme.approve(work, draft, "zhao") == ""
        newer = programme.propose(work, 1, proposal(), "zhao")
        assert programme.approve(work, newer, "li") == ""
        assert [one.status for one in work.session.scalars(select(Programme))] == ["replaced", "approved"]


@pytest.mark.parametrize(
    ("changed", "article"),
    [
        ({"rules": [{"id": "P-OPEN", "when": "OPENED", "inviter": 50}]}, "第三十三条"),
        ({"rules": [{"id": "P-1", "when": "STAY7", "inviter": 5, "note": "现金红包"}]}, "第三十三条"),
        ({"rules": [{"id": "P-1", "when": "STAY7", "inviter": 5, "level2": 2}]}, "禁止传销条例"),
        ({"redeem_only": ["京东卡"]}, "礼品"),
        ({"redeem_only": ["佣金折扣"]}, "返佣"),
    ],
)
def test_no_programme_may_hold_what_the_law_forbids(
    sqlite_world: World, changed: dict[str, object], article: str
) -> None:
    with sqlite_world.product.db.work() as work, pytest.raises(Unlawful, match=article):
        programme.propose(work, 1, proposal(**changed), "li")


def test_a_programme_tried_on_the_past_says_what_it_would_have_given(sqlite_world: World) -> None:
    world = sqlite_world
    inviter = world.friend("邀请人")
    code = world.invitation(inviter)
    for number in range(3):
        world.member_says(QUESTION, by=world.friend(f"受邀人{number}", via=code))
    world.forward(days=8)
    double = [{"id": "P-JOIN", "when": "STAY7", "inviter": 40}]
    with world.product.db.work() as work:
        trial = programme.dry_run(work, proposal(rules=double), 30)
    assert (trial.credited, trial.points, trial.actual, trial.largest) == (3, 120, 60, 120)


def test_the_catalogue_and_the_pack_name_the_same_benefits() -> None:
    assert tuple(data.referral()["points"]["redeem_only"]) == rules.REDEEMABLE
    assert all(rules.forbidden_words(one) for one in data.referral()["points"]["redeem_forbidden"][:6])
    assert rules.faults(data.referral()) == []


def test_redemptions_while_the_programme_is_closed_are_refused(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.friend("成员")
    world.product.db.rules = replace(world.product.db.rules, referral_open=False)
    world.member_says("兑换1", by=who)
    assert "未开放" in world.last_heard(who)
    assert world.rows(of=Redemption) == []
    assert world.rows(of=PointsEntry) == []
