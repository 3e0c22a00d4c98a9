"""Pictures and links of a push, and what became of it: clicks, replies, and what the push itself did."""

import io
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from PIL import Image
from werkzeug.test import Client

from models import media, outcome
from models.activity import Activity
from models.consent import Consent
from models.content import Content, Delivery, PushPlan
from models.link import LinkClick, TrackedLink
from models.milestone import MemberMilestone
from rules.picture import cleaned
from simulator.api import oauth
from tests.console.desk import Seat
from tests.world import World

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"}
AIM = "https://www.example.com/lesson?no=3"


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(made, "PNG")
    return cleaned(made.getvalue())


def dressed(world: World, content_id: str = "H-MID", words: str = "") -> None:
    """The content carries a picture and a link, and is approved so."""
    with world.product.db.work() as work:
        kept = media.keep(work, picture(), "封面.png", words, "王编")
        content = work.session.get_one(Content, content_id)
        content.image, content.link_title, content.link_url = kept.hash, "第三课", AIM
        content.approved_hash = content.digest


def push(world: World, segment: str = "groups:all", **more: object) -> int:
    plan = world.plan(f"once {world.minutes_from_now(1):%Y-%m-%dT%H:%M:%S}", "H-MID", segment, **more)
    world.forward(minutes=2)
    return plan


def opened(world: World, code: str, who: str) -> str:
    """The link followed inside WeChat; where it ends."""
    web = Client(world.site.door)
    away = web.get(f"/r/{code}", headers=PHONE).headers["Location"]
    onward = web.get(away, headers=PHONE).headers["Location"]
    back = oauth.back_to(world.company, dict(parse_qsl(urlsplit(onward).query)), who)
    there = web.get(urlsplit(back).path + "?" + urlsplit(back).query, headers=PHONE).headers["Location"]
    return web.get(there, headers=PHONE).headers["Location"]


def test_picture_and_link_go_with_the_words_and_are_uploaded_once_in_three_days(sqlite_world: World) -> None:
    world = sqlite_world
    dressed(world)
    push(world)
    message = list(world.company.mass.values())[-1]
    kinds = [one["msgtype"] for one in message.attachments]
    assert kinds == ["image", "link"]
    link = message.attachments[1]["link"]
    assert link["title"] == "第三课"
    assert "/r/" in link["url"]
    assert world.company.calls["media/upload"] == 1
    world.forward(days=2)
    push(world)
    assert world.company.calls["media/upload"] == 1
    world.forward(days=2)
    push(world)
    assert world.company.calls["media/upload"] == 2
    codes = {one.code for one in world.rows(of=TrackedLink) if one.kind == "push"}
    assert len(codes) == 3


def test_an_edit_of_picture_or_link_voids_the_approval(sqlite_world: World) -> None:
    world = sqlite_world
    dressed(world)
    plan = world.plan(f"once {world.minutes_from_now(1):%Y-%m-%dT%H:%M:%S}", "H-MID")
    world.edit(Content, "H-MID", link_url="https://www.example.com/other")
    world.forward(minutes=2)
    assert {reason for _, reason in world.outcome(plan).values()} == {"内容未经批准，或批准后被改动"}


def test_a_promise_in_the_picture_keeps_the_push_back(sqlite_world: World) -> None:
    world = sqlite_world
    dressed(world, words="新基金稳赚不赔")
    found = world.outcome(push(world))
    assert {state for state, _ in found.values()} == {"withheld"}
    assert all("合规拦截" in reason for _, reason in found.values())


def test_whoever_opens_the_link_in_wechat_is_known_once_and_counts_as_active(sqlite_world: World) -> None:
    world = sqlite_world
    dressed(world)
    who = world.friend("赵阿姨")
    plan = push(world)
    (link,) = [one for one in world.rows(of=TrackedLink) if one.kind == "push"]
    for _ in range(2):
        assert opened(world, link.code, who) == AIM
    world.settle()
    assert [one.member_id for one in world.rows(of=LinkClick)] == [who]
    assert [one.kind for one in world.rows(of=Activity) if one.member_id == who and one.kind == "click"] == ["click"]
    with world.product.db.read() as session:
        found = outcome.of_plan(session, plan)
    assert (found.clicks, found.clickers) == (2, 1)


@pytest.mark.parametrize("who", ["adv01", ""])
def test_an_employee_or_somebody_wecom_does_not_name_gets_there_all_the_same(sqlite_world: World, who: str) -> None:
    world = sqlite_world
    dressed(world)
    push(world)
    (link,) = [one for one in world.rows(of=TrackedLink) if one.kind == "push"]
    if who:
        assert opened(world, link.code, who) == AIM
    else:
        web = Client(world.site.door)
        onward = web.get(f"/r/{link.code}").headers["Location"]
        assert web.get(onward).headers["Location"] == AIM
    assert world.rows(of=LinkClick) == []
    assert Client(world.site.door).get("/m/go/nosuchcode").status_code == 404


def test_what_the_push_did_is_told_against_those_left_out(world: World) -> None:
    world.edit(Content, "H-MID", channel="one_to_one")
    people = [world.client(f"客户{number}", "P") for number in range(30)]
    plan = push(world, "all", holdout=50)
    with world.product.db.read() as session:
        before = outcome.of_plan(session, plan)
    assert before.meant + before.control == len(people)
    assert before.control > 5
    out = {who for who, (_, reason) in world.outcome(plan).items() if reason.startswith("对照组")}
    for who in people:
        if who not in out:
            world.member_says("怎么开户？", by=who)
    world.forward(minutes=5)
    with world.product.db.read() as session:
        found = outcome.of_plan(session, plan)
    assert (found.active, found.control_active) == (found.meant, 0)
    assert found.replied == found.meant
    assert found.uplift is not None
    assert found.uplift.sure
    assert found.uplift.low > 0.5


def test_two_contents_are_compared_on_halves_that_stay_the_same(world: World) -> None:
    people = [world.client(f"客户{number}", "P") for number in range(24)]
    for one in ("H-MID", "H-NATIONAL"):
        world.edit(Content, one, channel="one_to_one", kind="greeting", type="holiday", risk_tip="none")
    plan = push(world, "all", variant_id="H-NATIONAL")
    got = {one.target: one.content_id for one in world.rows(of=Delivery)}
    assert set(got) == set(people)
    assert set(got.values()) == {"H-MID", "H-NATIONAL"}
    for who in people:
        if got[who] == "H-NATIONAL":
            world.member_says("怎么开户？", by=who)
    world.forward(minutes=5)
    with world.product.db.read() as session:
        found = outcome.versus(session, session.get_one(PushPlan, plan))
    assert found is not None
    first, second = found.rows
    assert (first.active, second.active) == (0, second.meant)
    assert first.meant + second.meant == len(people)
    assert found.lead is not None
    assert found.lead.sure


def test_an_edit_of_the_other_content_voids_the_approval_too(sqlite_world: World) -> None:
    world = sqlite_world
    moment = f"once {world.minutes_from_now(1):%Y-%m-%dT%H:%M:%S}"
    plan = world.plan(moment, "H-MID", variant_id="H-NATIONAL")
    world.edit(Content, "H-NATIONAL", body="换了一句话")
    world.forward(minutes=2)
    assert {reason for _, reason in world.outcome(plan).values()} == {"对比内容未经批准，或批准后被改动"}


def test_who_opened_an_account_after_it_counts_once_and_only_where_it_arrived(sqlite_world: World) -> None:
    world = sqlite_world
    world.edit(Content, "H-MID", channel="one_to_one")
    came, late, before = (world.client(name, "P") for name in ("来了的", "晚来的", "早就来的"))
    with world.product.db.work() as work:
        work.session.add(MemberMilestone(member_id=before, kind="OPENED", at=work.now - timedelta(days=1)))
        for who in (came, late, before):
            work.session.merge(Consent(member_id=who, purpose="greeting", granted=True, wording="W-03", at=work.now))
    plan = push(world, "all")
    world.owner_taps("adv01")
    world.forward(minutes=10)
    with world.product.db.work() as work:
        work.session.add(MemberMilestone(member_id=came, kind="OPENED", at=work.now))
        work.session.add(MemberMilestone(member_id=late, kind="OPENED", at=work.now + timedelta(days=31)))
    with world.product.db.read() as session:
        found = outcome.of_plan(session, plan)
    assert (found.reached, found.tested, found.opened) == (3, 0, 1)
    assert "开户 1 人" in Seat(world, "运营", "operator").get(f"/console/plans/{plan}").text
