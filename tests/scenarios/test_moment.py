"""客户朋友圈: planned, approved, asked of WeCom, published by advisors, liked by customers, called back, found."""

import pytest

from models import media
from models.activity import Activity
from models.content import Content, Delivery, hash_of
from models.moment import Moment
from models.plan import misfit
from models.rating import ProductRating
from tests.console.desk import Seat
from tests.documents import MP4
from tests.world import World


@pytest.fixture
def world(sqlite_world: World) -> World:
    """Two advisors who have customers."""
    sqlite_world.client("甲")
    sqlite_world.friend("乙", advisor="adv02")
    return sqlite_world


def planned(world: World, segment: str = "moments:all") -> int:
    plan = world.plan(f"once {world.minutes_from_now(5):%Y-%m-%dT%H:%M}", segment=segment)
    world.forward(minutes=6)
    return plan


def published(world: World, advisor: str, seen_by: int = 1) -> str:
    moment_id = world.people.moments_of(advisor)[-1]
    assert world.people.publish_moment(advisor, moment_id) == seen_by
    return moment_id


def test_advisors_publish_and_every_row_says_who_did(world: World) -> None:
    plan = planned(world)
    assert {one: state for one, (state, _) in world.outcome(plan).items()} == {"adv01": "tasked", "adv02": "tasked"}
    published(world, "adv01")
    world.forward(minutes=10)
    assert world.outcome(plan) == {"adv01": ("sent", ""), "adv02": ("tasked", "")}
    assert len(world.company.moments) == 1
    told = [one for one in world.heard("adv02") if "等您发表" in one]
    world.forward(hours=5)
    assert len([one for one in world.heard("adv02") if "等您发表" in one]) == len(told) + 1
    assert not [one for one in world.heard("adv01") if "等您发表" in one]
    world.forward(days=3)
    assert world.outcome(plan)["adv02"] == ("tasked", "顾问三天内没有发表")


def test_a_like_and_an_answer_are_interactions_of_that_customer_once(world: World) -> None:
    who = world.friend("丙")
    planned(world)
    moment_id = published(world, "adv01", seen_by=2)
    world.people.answer_moment(who, "adv01", moment_id)
    world.people.answer_moment(who, "adv01", moment_id, comments=True)
    world.forward(days=2)
    seen = [one for one in world.rows(of=Activity) if one.kind == "moment"]
    assert [one.member_id for one in seen] == [who, who]


def test_pausing_calls_back_what_is_not_published(world: World) -> None:
    plan = planned(world)
    published(world, "adv01")
    world.forward(minutes=1)
    Seat(world, "老板", "admin").post(f"/console/plans/{plan}/pause")
    world.settle()
    assert next(iter(world.company.moments.values()))["cancelled"]
    assert world.outcome(plan) == {"adv01": ("sent", ""), "adv02": ("withheld", "推送已暂停")}
    assert not world.people.moments_of("adv02")


def test_a_lost_answer_makes_no_second_moment(world: World) -> None:
    world.company.faults.tell({"externalcontact/add_moment_task": {"execute_and_drop": 1.0}})
    plan = planned(world)
    world.company.faults.tell({})
    world.forward(minutes=15)
    assert len(world.company.moments) == 1
    assert {state for state, _ in world.outcome(plan).values()} == {"tasked"}
    assert [one.moment_id for one in world.rows(of=Moment)] == list(world.company.moments)


def test_a_product_stays_out_of_the_open(world: World) -> None:
    with world.product.db.work() as work:
        work.session.add(ProductRating(code="000001", name="稳稳一号", risk="R3", at=work.now))
    body = "稳稳一号的风险等级说明"
    world.edit(Content, "H-MID", body=body, approved_hash=hash_of(body))
    plan = planned(world)
    assert {state for state, _ in world.outcome(plan).values()} == {"withheld"}
    assert world.company.moments == {}


@pytest.mark.parametrize("segment", ["moments:all&tier:S", "tier:S&staff:all"])
def test_the_open_takes_no_conditions_on_persons(world: World, segment: str) -> None:
    with pytest.raises(Exception, match="单独写"):
        world.plan("weekly 5 16:00", segment=segment)


def test_a_video_is_uploaded_for_moments_and_a_link_needs_its_picture(world: World) -> None:
    with world.product.db.work() as work:
        row = work.session.get_one(Content, "H-MID")
        row.attachment = media.keep(work, MP4, "a.mp4", None, "t").hash
        row.approved_hash = row.digest
    planned(world)
    [made] = world.company.moments.values()
    assert [one["msgtype"] for one in made["attachments"]] == ["video"]
    with world.product.db.work() as work:
        row = work.session.get_one(Content, "H-MID")
        row.attachment, row.link_title, row.link_url = "", "第三课", "https://www.example.com/3"
        assert "必须配一张图" in misfit("moments:all", row)
        row.image = media.keep(work, b"picture", "a.png", "", "t").hash
        assert misfit("moments:all", row) == ""
        row.approved_hash = row.digest
    world.forward(days=30)
    planned(world)
    linked = list(world.company.moments.values())[-1]["attachments"]
    assert [one["link"]["title"] for one in linked] == ["第三课"]


def test_who_was_told_of_it_as_a_colleague_may_publish_it_all_the_same_but_not_twice_a_day(world: World) -> None:
    staff = planned(world, "staff:all")
    moment = planned(world)
    again = planned(world)
    assert {state for state, _ in world.outcome(staff).values()} == {"sent"}
    assert {state for state, _ in world.outcome(moment).values()} == {"tasked"}
    assert set(world.outcome(again).values()) == {("withheld", "同一内容刚推送过")}


def test_nobody_who_has_no_customer_is_asked(world: World) -> None:
    plan = planned(world, segment="moments:adv01,op01")
    assert set(world.outcome(plan)) == {"adv01"}
    assert [one.owner_id for one in world.rows(of=Delivery)] == ["adv01"]
