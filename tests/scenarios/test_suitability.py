"""适当性 in conversation: what does not fit is not talked up, insisting leads to a person, every judgement is kept."""

from datetime import timedelta

import pytest

from models import rating
from models import suitability as kept
from models.content import Content, hash_of
from models.ledger import Evidence
from models.suitability import SuitabilityAssessment
from rules.standings import PersonRow, ProductRow
from tests.world import World

BOLD = ProductRow(code="512345", name="星辰科技龙头混合", risk="R4")
CALM = ProductRow(code="GC0001", name="安心国债逆回购", risk="R1")


@pytest.fixture
def world(sqlite_world: World) -> World:
    with sqlite_world.product.db.work() as work:
        rating.replace(work, [BOLD, CALM], "评级清单.xlsx")
    return sqlite_world


def client(world: World, level: str = "", *, lowest: bool = False, days: int = 365) -> str:
    who = world.member_says("你好")
    if level:
        until = world.hands.now.date() + timedelta(days=days)
        row = PersonRow(
            member_id=who, level=level, lowest=lowest, professional=False, expires_on=until, source_ref="RQ-1"
        )
        with world.product.db.work() as work:
            kept.store(work, [row], "适当性系统")
    return who


def judged(world: World) -> list[tuple[str, str]]:
    return [(one.product, one.code) for one in world.rows(of=SuitabilityAssessment)]


@pytest.mark.parametrize(
    ("level", "lowest", "days", "said", "code"),
    [
        ("C3", False, 365, "不会主动推介", "SUIT-CONFIRM"),
        ("C2", False, 365, "不会主动推介", "SUIT-ABOVE"),
        ("C1", True, 365, "最低类别", "SUIT-LOWEST"),
        ("C5", False, -1, "没有查到您的有效结果", "SUIT-EXPIRED"),
        ("", False, 0, "没有查到您的有效结果", "SUIT-UNKNOWN"),
    ],
)
def test_what_does_not_fit_is_said_so_with_no_link_and_no_product_talk(
    world: World, level: str, lowest: bool, days: int, said: str, code: str
) -> None:
    who = client(world, level, lowest=lowest, days=days)
    world.member_says("我想买星辰科技龙头混合", by=who)
    assert said in world.last_heard(who)
    assert "http" not in world.last_heard(who)
    assert judged(world) == [("512345", code)]
    proved = [one for one in world.rows(of=Evidence) if one.kind == "suitability"]
    assert len(proved) == 1


def test_what_fits_is_answered_like_any_other_question(world: World) -> None:
    who = client(world, "C4")
    world.member_says("怎么买512345", by=who)
    assert "不会主动推介" not in world.last_heard(who)
    assert judged(world) == [("512345", "SUIT-FIT")]


def test_insisting_leads_to_a_person_by_tap_or_by_word_but_not_for_the_lowest_class(world: World) -> None:
    tapping, typing, lowest = client(world, "C2"), client(world, "C2"), client(world, "C1", lowest=True)
    world.member_says("申购星辰科技龙头混合", by=tapping)
    (ask, label), _ = world.choices(tapping)
    world.member_says(label, by=tapping, menu=ask)
    world.member_says("我就要买星辰科技龙头混合，风险自担", by=typing)
    world.member_says("我就要买星辰科技龙头混合，风险自担", by=lowest)
    for one in (tapping, typing):
        assert any(word in world.last_heard(one) for word in ("转接人工", "转人工", "排队"))
    assert "最低类别" in world.last_heard(lowest)


def test_talk_without_a_product_or_about_one_that_is_not_listed_is_left_to_the_base(world: World) -> None:
    who = client(world, "C2")
    world.member_says("怎么买基金", by=who)
    world.member_says("想买月亮银行理财", by=who)
    assert judged(world) == []


def test_content_that_names_a_listed_product_goes_to_no_group_though_nobody_marked_it(world: World) -> None:
    words = "本周投教：星辰科技龙头混合的费率如何计算。"
    world.edit(Content, "H-MID", body=words, approved_hash=hash_of(words))
    plan = world.plan(f"once {world.minutes_from_now(1):%Y-%m-%dT%H:%M:%S}", "H-MID")
    world.forward(minutes=2)
    assert set(world.outcome(plan).values()) == {("withheld", "SUIT-GROUP 群发不得含具体产品内容")}


def test_a_rating_list_replaces_the_one_before(world: World) -> None:
    with world.product.db.work() as work:
        rating.replace(work, [CALM], "新清单.xlsx")
    with world.product.db.read() as session:
        assert rating.mentioned(session, "星辰科技龙头混合和512345") == []
        assert [one.code for one in rating.mentioned(session, "gc0001 怎么样")] == ["GC0001"]
