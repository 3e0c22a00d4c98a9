"""A planned push: at its time, once, to whom it may go, and a reason for everybody it does not reach."""

import threading
from datetime import datetime

from models import media
from models.content import Content, LiveStream, MassTask, PushPlan, hash_of
from models.ledger import Outbound
from scheduler.clock import Clock
from tests.desk_verbs import BEIJING
from tests.documents import pdf
from tests.world import World

SENT, TASKED = ("sent", ""), ("tasked", "")
FRIDAY, WEEKLY = "2026-11-27 16:00", "weekly 5 16:00"
DIGEST = {"nickname": "您", "week": "48", "topic": "年报", "url": "https://edu.example/48"}


def approved(world: World, body: str, content: str = "H-MID") -> None:
    world.edit(Content, content, body=body, approved_hash=hash_of(body))


def test_the_weekly_plan_fires_at_its_time_and_the_owners_tap_delivers_it(world: World) -> None:
    plan = world.plan(WEEKLY)
    world.until("2026-11-27 15:59")
    assert world.people.pending("op01") == []
    world.until(FRIDAY)
    assert world.outcome(plan) == {world.group: TASKED}
    assert world.heard(world.group) == []
    assert world.owner_taps() == 1
    assert world.heard(world.group) == [
        "月圆人团圆，祝您中秋快乐。假期不处理业务审核，紧急事项请拨打955XX。\n发送方：示例证券 955XX"
    ]
    world.forward(minutes=2)
    assert world.outcome(plan) == {world.group: SENT}
    assert [one.open for one in world.rows(of=MassTask)] == [False]
    world.until("2026-12-04 16:00")
    assert len(world.occurrences(plan)) == 2


def test_two_clocks_and_repeated_ticks_fire_it_once(world: World) -> None:
    plan = world.plan(WEEKLY)
    world.until("2026-11-27 15:59")
    world.hands.now = world.minutes_from_now(1)
    clocks = [Clock(world.product.db, world.product.store) for _ in range(2)]
    ticking = [threading.Thread(target=clock.tick) for clock in clocks for _ in range(2)]
    for one in ticking:
        one.start()
    for one in ticking:
        one.join()
    world.settle()
    assert len(world.occurrences(plan)) == 1
    assert len(world.people.pending("op01")) == 1
    assert world.owner_taps() == 1
    assert len(world.heard(world.group)) == 1


def test_a_moment_missed_while_the_product_was_down_is_sent_dropped_or_asked_about(sqlite_world: World) -> None:
    world = sqlite_world
    policies = {"send": "H-MID", "drop": "H-ELDER", "ask": "E-ANTI1"}
    plans = [world.plan(WEEKLY, content, misfire=policy) for policy, content in policies.items()]
    world.hands.now = world.minutes_from_now(3 * 24 * 60)  # Saturday morning
    world.forward(seconds=1)
    assert [world.occurrences(one)[-1].state for one in plans] == ["done", "dropped", "missed"]
    assert [one.text[:4] for one in world.company.mass.values()] == ["月圆人团"]
    world.owner_taps()
    world.until("2026-12-04 16:00")
    assert [world.occurrences(one)[-1].state for one in plans] == ["done"] * 3


def test_weeks_that_were_missed_are_not_all_sent_at_once(sqlite_world: World) -> None:
    world = sqlite_world
    world.plan(WEEKLY, misfire="send")
    world.hands.now = world.minutes_from_now(17 * 24 * 60)
    world.forward(seconds=1)
    assert len(world.people.pending("op01")) == 1


def test_the_same_words_do_not_reach_a_group_twice_within_a_day(sqlite_world: World) -> None:
    world = sqlite_world
    world.plan("once 2026-11-25T10:30")
    again = world.plan("once 2026-11-25T16:00")
    world.until("2026-11-25 16:01")
    assert world.outcome(again)[world.group][0] == "withheld"


def test_quiet_hours_move_a_push_to_their_end(sqlite_world: World) -> None:
    world = sqlite_world
    other = world.people.found_group("投教交流二群", "op01")
    world.settle()
    for planned, leaves, content, group in (
        ("2026-11-25T14:55", "2026-11-25 15:05", "H-MID", world.group),
        ("2026-11-25T21:00", "2026-11-26 08:30", "H-ELDER", world.group),
        ("2026-11-26T09:15", "2026-11-26 09:30", "E-ANTI1", other),
    ):
        plan = world.plan(f"once {planned}", content, f"groups:{group}")
        world.until(leaves)
        assert world.outcome(plan) == {group: TASKED}
        assert list(world.company.mass.values())[-1].created_at == world.company.clock()
        world.owner_taps()


def test_a_group_gets_two_a_day_and_six_a_week(sqlite_world: World) -> None:
    world = sqlite_world
    outcomes = []
    for moment, content in (
        ("25T10:30", "H-MID"), ("25T10:40", "H-ELDER"), ("25T10:50", "H-DRAGON"),
        ("26T11:00", "E-ANTI1"), ("26T11:10", "E-ANTI2"),
        ("27T11:30", "E-ANTI3"), ("27T11:40", "H-NATIONAL"), ("28T12:00", "H-SPRING-B"),
    ):  # fmt: skip
        plan = world.plan(f"once 2026-11-{moment}", content)
        world.until(f"2026-11-{moment}")
        world.owner_taps()
        world.forward(minutes=2)
        outcomes.append(world.outcome(plan)[world.group])
    assert outcomes == [SENT] * 2 + [("withheld", "超过群每日上限")] + [SENT] * 4 + [("withheld", "超过每周上限")]


def test_what_is_planned_for_the_same_time_every_day_is_sent_every_day(sqlite_world: World) -> None:
    world = sqlite_world
    plans = [world.plan("cron 30 10 * * *", content) for content in ("H-MID", "H-ELDER")]
    for day in (25, 26):
        world.until(f"2026-11-{day} 10:30")
        assert world.owner_taps() == 2
        world.forward(minutes=2)
    assert [world.outcome(one)[world.group] for one in plans] == [SENT, SENT]


def test_a_person_gets_two_a_week_and_only_with_consent(sqlite_world: World) -> None:
    world = sqlite_world
    yes, no = world.client("同意的", "P"), world.client("没同意的", "P")
    world.member_says("同意1", by=yes)
    moments = ("25T10:30", "26T10:40", "27T10:50")
    plans = [world.plan(f"once 2026-11-{moment}", "WK-03", "tier:P", fields=DIGEST) for moment in moments]
    world.until("2026-11-25 10:31")
    assert world.owner_taps("adv01") == 1
    assert world.last_heard(yes).startswith("您您好，这是您订阅的投教周报（第48期）")
    assert "发送方：示例证券 955XX，回复“退订周报”可取消。" in world.last_heard(yes)
    world.until("2026-11-26 10:41")
    assert world.owner_taps("adv01") == 1
    world.until("2026-11-27 10:51")
    assert [world.outcome(one)[yes] for one in plans] == [SENT, SENT, ("withheld", "超过每周上限")]
    assert [world.outcome(one)[no] for one in plans] == [("withheld", "未同意接收")] * 3


def test_marketing_to_persons_says_who_sends_it_and_how_to_stop_it(sqlite_world: World) -> None:
    world = sqlite_world
    approved(world, "本周投教主题：{{topic}}。", "WK-03")
    who = world.client("李雷", "P")
    world.member_says("同意1", by=who)
    world.plan("once 2026-11-25T10:30", "WK-03", "tier:P", fields=DIGEST)
    world.until("2026-11-25 10:31")
    world.owner_taps("adv01")
    said = world.last_heard(who).split("\n")
    assert said[:3] == ["本周投教主题：年报。", "发送方：示例证券 955XX", "回复“退订”可不再接收此类消息"]
    assert said[3].startswith("投资有风险")


def test_words_changed_after_approval_are_not_sent_and_everybody_knows_why(sqlite_world: World) -> None:
    world = sqlite_world
    plan = world.plan("once 2026-11-25T10:30")
    world.edit(Content, "H-MID", body="中秋快乐，点击领取福利")
    world.until("2026-11-25 10:31")
    assert world.company.mass == {}
    assert world.outcome(plan) == {world.group: ("withheld", "内容未经批准，或批准后被改动")}


def test_a_blank_nobody_filled_in_is_not_sent(sqlite_world: World) -> None:
    world = sqlite_world
    plan = world.plan("once 2026-11-25T10:30", "WK-03", fields={**DIGEST, "url": "{{url}}"})
    world.until("2026-11-25 10:31")
    assert world.company.mass == {}
    assert world.outcome(plan) == {world.group: ("withheld", "内容里还有没填写的占位符 {{url}}")}


def test_forbidden_words_are_withheld_with_the_rule_named(sqlite_world: World) -> None:
    world = sqlite_world
    approved(world, "中秋快乐，本月稳赚不赔")
    world.plan("once 2026-11-25T10:30")
    world.plan("once 2026-11-25T10:31", "WK-03", fields={**DIGEST, "topic": "保本保息的好机会"})
    world.until("2026-11-25 10:32")
    assert world.company.mass == {}
    withheld = world.rows(Outbound.kind == "CreateMass", of=Outbound)
    assert [one.state for one in withheld] == ["withheld", "withheld"]
    assert withheld[0].reason.startswith("合规拦截 YIELD-002 承诺收益（证券法135")
    assert withheld[1].reason.startswith("合规拦截 ")


def test_targets_of_forbidden_words_have_a_reason(sqlite_world: World) -> None:
    world = sqlite_world
    approved(world, "中秋快乐，本月稳赚不赔")
    plan = world.plan("once 2026-11-25T10:30")
    world.until("2026-11-25 10:31")
    assert world.outcome(plan)[world.group][0] == "withheld"
    assert "合规拦截" in world.outcome(plan)[world.group][1]


def test_a_plan_that_needs_a_calendar_nobody_entered_pauses_alone_after_its_last_known_moment(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    world.hands.now = datetime(2026, 12, 30, 10, tzinfo=BEIJING)
    needs, does_not = world.plan("weekly 4 16:00 shift"), world.plan("weekly 4 16:10", "H-ELDER")
    world.until("2026-12-31 16:11")
    assert world.owner_taps() == 2
    world.until("2027-01-07 16:11")
    assert [one.state for one in world.occurrences(needs)] == ["done"]
    assert [one.state for one in world.occurrences(does_not)] == ["done", "done"]
    paused = {one.id: (one.status, one.next_at) for one in world.rows(of=PushPlan)}
    assert paused[needs] == ("paused", None)
    assert paused[does_not][0] == "approved"
    assert "2027" in next(one.note for one in world.rows(of=PushPlan) if one.id == needs)


def test_a_plan_stopped_by_a_person_sends_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    plan = world.plan(WEEKLY)
    world.edit(PushPlan, plan, status="paused")
    world.until(FRIDAY)
    assert world.company.mass == {}


def test_a_live_stream_is_announced_with_its_own_title_and_time(sqlite_world: World) -> None:
    world = sqlite_world
    stream = world.live_stream("2026-11-26 19:30")
    world.plan("before 1h 2026-11-26T19:30", "L-T1H", live_id=stream)
    world.until("2026-11-26 18:31")
    world.owner_taps()
    assert "还有1小时开播：年报怎么读（11月26日 19:30）" in world.last_heard(world.group)


def test_a_cancelled_stream_and_one_that_would_be_over_are_not_announced(sqlite_world: World) -> None:
    world = sqlite_world
    off, late = world.live_stream("2026-11-25 19:30"), world.live_stream("2026-11-25 21:20")
    cancelled = world.plan("before 1h 2026-11-25T19:30", "L-T1H", live_id=off)
    night = world.plan("before 10m 2026-11-25T21:20", "L-T10M", live_id=late)
    world.edit(LiveStream, off, status="cancelled")
    world.until("2026-11-26 09:00")
    assert world.company.mass == {}
    assert world.outcome(cancelled) == {world.group: ("withheld", "直播已取消")}
    assert world.outcome(night) == {world.group: ("withheld", "直播开始前没有可推送的时段")}


def test_a_stream_cancelled_during_the_night_is_not_announced_in_the_morning(sqlite_world: World) -> None:
    world = sqlite_world
    stream = world.live_stream("2026-11-26 22:00")
    world.plan("before 1d 2026-11-26T22:00", "L-T10M", live_id=stream)
    world.until("2026-11-25 22:30")
    world.edit(LiveStream, stream, status="cancelled")
    world.until("2026-11-26 09:00")
    assert world.company.mass == {}


def test_whoever_is_not_reached_has_a_reason(sqlite_world: World) -> None:
    world = sqlite_world
    lost, untapped = world.client("不再是好友的", "P"), world.client("顾问没点的", "Q")
    for who in (lost, untapped):
        world.member_says("同意1", by=who)
    with world.holding_mail():
        world.people.delete_advisor(lost, "adv01")
    first = world.plan("once 2026-11-25T10:30", "WK-03", "tier:P", fields=DIGEST)
    world.until("2026-11-25 10:31")
    world.owner_taps("adv01")
    second = world.plan("once 2026-11-25T10:40", "WK-03", "tier:Q", fields=DIGEST)
    world.until("2026-11-25 10:41")
    world.hands.now = world.minutes_from_now(4 * 24 * 60)
    world.forward(minutes=1)
    assert world.outcome(first) == {lost: ("refused", "已不是好友")}
    assert world.outcome(second) == {untapped: ("tasked", "发送人三天内没有点击发送")}


def test_a_group_whose_new_owner_we_missed_has_a_reason_and_is_reached_the_next_time(sqlite_world: World) -> None:
    world = sqlite_world
    world.company.groups[world.group].owner = "adv02"  # the callback was lost
    first, second = world.plan("once 2026-11-25T10:30"), world.plan("once 2026-11-25T10:40", "H-ELDER")
    world.until("2026-11-25 10:31")
    assert world.outcome(first) == {world.group: ("refused", "企业微信没有受理群发（错误码 41048）")}
    world.until("2026-11-25 10:41")
    assert world.owner_taps("adv02") == 1
    world.forward(minutes=5)
    assert world.outcome(second) == {world.group: SENT}


def test_a_file_a_picture_and_a_card_go_along_and_are_uploaded_once(sqlite_world: World) -> None:
    world = sqlite_world
    with world.product.db.work() as work:
        row = work.session.get_one(Content, "H-MID")
        row.image = media.keep(work, b"picture", "a.png", "", "t").hash
        row.attachment = media.keep(work, pdf("第三课"), "第三课.pdf", "第三课", "t").hash
        row.mini_title, row.mini_appid, row.mini_page = "开户助手", "wx0123456789abcdef", "pages/index"
        row.approved_hash = row.digest
    world.plan(WEEKLY)
    world.until(FRIDAY)
    [message] = world.company.mass.values()
    assert [one["msgtype"] for one in message.attachments] == ["miniprogram", "file"]
    assert message.attachments[0]["miniprogram"]["pic_media_id"] in world.company.media
    world.until("2026-12-04 16:00")
    world.until("2026-12-11 16:00")
    assert [kind for kind, *_ in world.company.media.values()].count("file") == 3  # good for three days, then anew
