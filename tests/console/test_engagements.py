"""Activities from the editor to who took part: approved by another, once each, counted, and lessons for colleagues."""

from datetime import timedelta
from typing import Any

import pytest

from handlers.engagement import take_part
from models.activity import Activity
from models.content import Content, PushPlan
from models.engagement import Engagement, EngagementEntry
from models.plan import Refused
from tests.console.desk import Seat
from tests.console.guest import Guest
from tests.world import World

AT = "/console/engagements"
QUIZ = "开户需要准备什么？\n* 本人有效身份证\n- 房产证\n> 实名开户\n\n周末交易所开市吗？\n- 开\n* 不开"
VOTE = "想听哪一课？\n- 看年报\n- 学指数"


def form(world: World, **more: str) -> dict[str, str]:
    opens = world.hands.now.astimezone(world.product.db.rules.zone) - timedelta(minutes=1)
    return {
        "title": "五月小测", "kind": "quiz", "audience": "members", "intro": "巩固一周所学", "questions": QUIZ,
        "url": "", "opens": f"{opens:%Y-%m-%dT%H:%M}", "closes": f"{opens + timedelta(days=3):%Y-%m-%dT%H:%M}", **more,
    }  # fmt: skip


def made(world: World, **more: str) -> Engagement:
    assert Seat(world, "小编", "author").post(f"{AT}/new", **form(world, **more)).status_code == 303
    row: Engagement = world.rows(of=Engagement)[-1]
    return row


def approved(world: World, **more: str) -> Engagement:
    row = made(world, **more)
    Seat(world, "老审", "approver").post(f"{AT}/{row.id}/approve", seen=row.digest)
    found: Engagement = next(one for one in world.rows(of=Engagement) if one.id == row.id)
    assert found.approved
    return found


def takes(world: World, row: Engagement, who: str, **answers: Any) -> str:
    said: str = Guest(world, who).post(f"/m/e/{row.id}", **answers).text
    world.settle()
    return said


def test_a_quiz_is_answered_once_scored_and_counted(sqlite_world: World) -> None:
    world, who = sqlite_world, sqlite_world.client("甲")
    row = approved(world)
    assert "还有题目没有作答" in takes(world, row, who, q0="0")
    said = takes(world, row, who, q0="0", q1="0")
    assert "答对 1/2 题" in said
    assert "实名开户" in said
    assert "<form" not in takes(world, row, who, q0="0", q1="1")
    with world.product.db.work() as work, pytest.raises(Refused, match="已参加过"):
        take_part(work, row, who, [[0], [1]])
    assert [(one.kind, one.amount) for one in world.rows(of=Activity) if one.member_id == who][-1] == ("quiz", 1)
    page = Seat(world, "运营", "operator").get(f"{AT}/{row.id}").text
    assert "<strong>1</strong> 人参加" in page


def test_check_in_is_once_a_day_and_the_days_in_a_row_are_shown(sqlite_world: World) -> None:
    world, who = sqlite_world, sqlite_world.client("甲")
    row = approved(world, kind="checkin", questions="")
    assert "打卡成功" in takes(world, row, who)
    assert "今天已打卡" in takes(world, row, who)
    world.forward(days=1)
    assert "已连续打卡 2 天" in takes(world, row, who)
    assert len(world.rows(of=EngagementEntry)) == 2
    world.forward(days=3)
    assert "结束" in takes(world, row, who)


def test_a_vote_shows_its_count_to_who_voted(sqlite_world: World) -> None:
    world = sqlite_world
    row = approved(world, kind="vote", questions=VOTE)
    takes(world, row, world.client("甲"), q0="1")
    said = takes(world, row, world.client("乙"), q0="1")
    assert "2 票" in said
    assert "每题投一票" in takes(world, row, world.client("丙"), q0=["0", "1"])
    assert "请从列出的选项里选择" in takes(world, row, world.client("丁"), q0="7")


def test_a_members_post_is_judged_kept_without_names_and_becomes_a_draft(sqlite_world: World) -> None:
    world, who = sqlite_world, sqlite_world.client("甲")
    row = approved(world, kind="post", questions="", title="我的理财课")
    assert "请先勾选" in takes(world, row, who, text="我学会了看年报")
    assert "不能公开发表" in takes(world, row, who, text="跟我买这只票稳赚不赔", agree="1")
    assert "已收到" in takes(world, row, who, text="我学会了看年报，电话13800138000", agree="1")
    seat = Seat(world, "运营", "operator")
    page = seat.get(f"{AT}/{row.id}").text
    assert "13800138000" not in page
    assert "我学会了看年报" in page
    [entry] = world.rows(of=EngagementEntry)
    seat.post(f"{AT}/entries/{entry.id}/take")
    [draft] = [one for one in world.rows(of=Content) if one.id.startswith("POST-")]
    assert "甲**" in draft.body
    assert not draft.approved
    assert "已处理过" in seat.get(seat.post(f"{AT}/entries/{entry.id}/drop").headers["Location"]).text


def test_something_elsewhere_says_what_a_model_made_and_takes_who_came(sqlite_world: World) -> None:
    world, who = sqlite_world, sqlite_world.client("甲")
    row = approved(world, kind="away", questions="", url="https://hall.example/1", ai_made="1")
    page = takes(world, row, who)
    assert "人工智能" in page
    assert "https://hall.example/1" in page
    seat, other = Seat(world, "运营", "operator"), world.client("乙")
    bad = seat.post(f"{AT}/{row.id}/attended", people=f"{other}\nnobody")
    assert "第 2 行 nobody" in seat.get(bad.headers["Location"]).text
    assert len(world.rows(of=EngagementEntry)) == 1
    seat.post(f"{AT}/{row.id}/attended", people=f"{other}\n{who}")
    world.settle()
    assert {one.member_id for one in world.rows(of=EngagementEntry)} == {who, other}
    assert {one.member_id for one in world.rows(of=Activity) if one.kind == "engage"} == {who, other}


def test_reminders_are_words_and_drafts_to_be_approved_as_any(sqlite_world: World) -> None:
    world = sqlite_world
    row = approved(world)
    seat = Seat(world, "小编", "author")
    seat.post(f"{AT}/{row.id}/remind")
    plans = world.rows(of=PushPlan)
    assert [(one.status, one.segment, one.content_id) for one in plans] == [
        ("draft", "groups:all", f"ENG-{row.id}")
    ] * 2
    [words] = [one for one in world.rows(of=Content) if one.id == f"ENG-{row.id}"]
    assert f"/m/e/{row.id}" in words.body
    seat.post(f"{AT}/{row.id}/remind")
    assert len(world.rows(of=PushPlan)) == 2


def test_a_lesson_is_tried_until_it_is_passed_and_who_has_not_is_named(sqlite_world: World) -> None:
    world = sqlite_world
    row = approved(world, audience="staff", title="合规第一课")
    seat = Seat(world, "adv01", "advisor")
    assert "合规第一课" in seat.get("/console/lessons").text
    seat.post(f"/console/lessons/{row.id}", q0="1", q1="0")
    assert "答对 0/2 题" in seat.get(f"/console/lessons/{row.id}").text
    seat.post(f"/console/lessons/{row.id}", q0="0", q1="1")
    page = seat.get(f"/console/lessons/{row.id}").text
    assert "已完成" in page
    assert "实名开户" in page
    seat.post(f"/console/lessons/{row.id}", q0="1", q1="1")
    assert len(world.rows(of=EngagementEntry)) == 2
    report = Seat(world, "运营", "operator").get(f"{AT}/{row.id}").text
    assert "苏顾问" in report
    assert "林顾问" not in report.partition("还没有完成的同事")[2]
    assert [one for one in world.rows(of=Activity) if one.kind == "quiz"] == []


def test_nobody_approves_their_own_and_an_edit_voids_it(sqlite_world: World) -> None:
    world = sqlite_world
    row = made(world)
    boss = Seat(world, "老板", "admin")
    boss.post(f"{AT}/{row.id}/edit", **form(world, title="改过"))
    assert "双人复核" in boss.get(boss.post(f"{AT}/{row.id}/approve", seen=row.digest).headers["Location"]).text
    checker = Seat(world, "老审", "approver")
    answer = checker.post(f"{AT}/{row.id}/approve", seen=row.digest)
    assert "刚被改动" in checker.get(answer.headers["Location"]).text
    row = approved(world, title="另一个")
    Seat(world, "小编", "author").post(f"{AT}/{row.id}/edit", **form(world, title="又改过"))
    assert Guest(world, world.client("甲")).get(f"/m/e/{row.id}").status_code == 404


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"title": ""}, "1 到 40 字"), ({"questions": ""}, "还没有题目"),
        ({"audience": "staff", "kind": "post"}, "内部课程"),
        ({"intro": "稳赚不赔"}, "合规检查禁止发布"), ({"kind": "away", "questions": ""}, "要填写地址"),
        ({"kind": "away", "questions": "", "url": "http://x.example"}, "https://"),
        ({"closes": "2020-01-01T10:00"}, "92 天"),
        ({"opens": "明天"}, "北京时间"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_kept(sqlite_world: World, more: dict[str, str], why: str) -> None:
    answer = Seat(sqlite_world, "小编", "author").post(f"{AT}/new", **form(sqlite_world, **more))
    assert answer.status_code == 422
    assert why in answer.text
    assert sqlite_world.rows(of=Engagement) == []
