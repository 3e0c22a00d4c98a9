"""Pushes to our own people: colleagues by the app, internal groups by their robot."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import audience
from models.content import Content, hash_of
from models.media import keep
from models.portrait import MemberTag, Tag
from tests.console.desk import Seat
from tests.world import World

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


@pytest.fixture
def world(seeded_sqlite: Path, tmp_path: Path) -> Iterator[World]:
    """A product that knows one robot in an internal group."""
    shutil.copy(seeded_sqlite, tmp_path / "bot.db")
    made = World(tmp_path, f"sqlite:///{tmp_path / 'bot.db'}", WECOM_ROBOTS=f"晨会群={KEY}")
    made.company.webhook_keys[KEY] = "晨会群"
    yield made
    made.close()


def planned(world: World, segment: str, content: str = "H-MID") -> int:
    plan = world.plan(f"once {world.minutes_from_now(5):%Y-%m-%dT%H:%M}", content, segment=segment)
    world.forward(minutes=6)
    return plan


def test_colleagues_get_it_once_and_whom_wecom_does_not_know_is_named(world: World) -> None:
    world.company.employees.pop("adv02")
    plan = planned(world, "staff:all")
    found = world.outcome(plan)
    assert found["adv01"] == ("sent", "")
    assert found["adv02"] == ("refused", "账号无效或不在应用可见范围")
    words = [one for one in world.heard("adv01") if "月圆人团圆" in one]
    assert len(words) == 1
    assert "发送方" not in words[0]
    assert world.company.books.doubled() == []


def test_only_those_of_a_role(world: World) -> None:
    assert set(world.outcome(planned(world, "staff:operator"))) == {"op01"}


def test_the_robot_speaks_in_its_group_and_links_are_counted(world: World) -> None:
    linked = {"link_title": "本周台账", "link_url": "https://edu.example/48"}
    world.edit(Content, "H-MID", **linked)
    with world.product.db.work() as work:
        row = work.session.get_one(Content, "H-MID")
        row.approved_hash = row.digest
    assert world.outcome(planned(world, "robots:all")) == {"晨会群": ("sent", "")}
    said = world.heard("晨会群")
    assert len(said) == 1
    assert "[本周台账](http" in said[0]
    assert "/r/" in said[0]


def test_a_robot_that_was_removed_and_a_lost_answer_are_told_and_never_repeated(world: World) -> None:
    world.company.webhook_keys.clear()
    assert world.outcome(planned(world, "robots:all")) == {"晨会群": ("refused", "企业微信没有受理（错误码 93000）")}
    world.company.webhook_keys[KEY] = "晨会群"
    world.company.faults.tell({"webhook/send": {"execute_and_drop": 1.0}})
    planned(world, "robots:all", "H-ELDER")
    world.company.faults.tell({})
    world.forward(hours=1)
    assert len(world.heard("晨会群")) == 1
    assert [one["state"] for one in world.problems() if one["kind"] == "PostRobot"] == ["unknown", "failed"]


def test_what_cannot_go_that_way_is_said_when_it_is_planned(world: World) -> None:
    body = "字" * 700
    world.edit(Content, "H-MID", body=body, approved_hash=hash_of(body))
    with world.product.db.work() as work:
        work.session.get_one(Content, "H-ELDER").image = keep(work, b"picture", "a.png", "", "t").hash
    seat = Seat(world, "运营", "operator")
    for content, whom, why in (
        ("H-MID", "staff", "应用消息最多 1900 字节"), ("H-ELDER", "robots", "只发文字和链接"),
    ):  # fmt: skip
        form = {"name": "x", "content_id": content, "when": "weekly", "weekday": "5", "time": "16:00", "whom": whom}
        answer = seat.post("/console/plans/new", **form, misfire="ask")
        assert answer.status_code == 422
        assert why in answer.text


def test_the_form_offers_all_three_ways_and_shows_them_again(world: World) -> None:
    seat = Seat(world, "运营", "operator")
    for whom, said in (("moments", "全部顾问的朋友圈"), ("staff", "全体同事"), ("robots", "全部内部群机器人")):
        form = {"name": whom, "content_id": "H-MID", "when": "weekly", "weekday": "5", "time": "16:00", "whom": whom}
        at = seat.post("/console/plans/new", **form, misfire="ask").headers["Location"]
        assert said in seat.get(at).text
        assert f'<option value="{whom}" selected>' in seat.get(f"{at}/edit").text


def test_an_audience_by_tag_takes_whoever_has_one_of_them(world: World) -> None:
    calm, bold, _untagged = (world.client(name) for name in ("稳的", "猛的", "没有的"))
    with world.product.db.work() as work:
        for key, name, who in (("risk/calm", "稳健型", calm), ("risk/bold", "激进型", bold)):
            work.session.add(Tag(key=key, group="风险", name=name, managed=True, wecom_id="", note=""))
            work.session.add(MemberTag(member_id=who, tag_key=key, source="cluster", why="", since=work.now))
        work.session.flush()
        found = audience.targets("tag:稳健型,激进型", work)
    assert {one for some in found.values() for one in some} == {calm, bold}
    seat = Seat(world, "运营", "operator")
    form = {"name": "按标签", "content_id": "H-MID", "when": "weekly", "weekday": "5", "time": "16:00", "whom": "tag"}
    at = seat.post("/console/plans/new", **form, tags="稳健型", misfire="ask").headers["Location"]
    assert "有标签 稳健型 的成员" in seat.get(at).text
    assert 'value="稳健型" checked' in seat.get(f"{at}/edit").text
