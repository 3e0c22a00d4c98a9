"""A client needs somebody: the right advisor hears of it at once, and somebody answers for it."""

from datetime import timedelta

from models.alert import Alert
from models.member import Employee, Member
from tests.world import World

COMPLAINT = "我要投诉你们，转账一直没人管"
STAFF = ("adv01", "adv02", "op01")


def counts(world: World) -> dict[str, int]:
    """How many alert cards each employee has."""
    return {one: sum(card.task_id.startswith("alert-") for card in world.cards(one)) for one in STAFF}


def test_a_complaint_reaches_the_clients_own_advisor_at_once(world: World) -> None:
    client = world.friend("李雷", "adv02")
    world.member_says(COMPLAINT, by=client)
    assert counts(world) == {"adv01": 0, "adv02": 1, "op01": 0}
    card = world.cards("adv02")[0].card
    assert card["main_title"] == {"title": "投诉/强烈不满提醒", "desc": "请在 10:10 前响应"}
    assert {"keyname": "客户", "value": "李雷"} in card["horizontal_content_list"]
    assert [one["text"] for one in card["button_list"]] == ["我来跟进", "转交", "误报"]


def test_a_complaint_in_the_group_reaches_the_advisor_too(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.friend("李雷")
    world.joins(client)
    world.group_hears(COMPLAINT, client)
    assert counts(world)["adv01"] == 1


def test_who_takes_it_stands_on_the_card_and_nobody_is_asked_again(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(COMPLAINT, by=world.client("李雷"))
    world.clicks("adv01", "ack")
    assert world.button_of("adv01") == "林顾问已跟进"
    world.forward(hours=5)
    assert counts(world) == {"adv01": 1, "adv02": 0, "op01": 0}
    assert [(one.state, one.acked_by) for one in world.rows(of=Alert)] == [("acked", "adv01")]


def test_unanswered_it_goes_to_the_backup_then_the_manager_each_with_twice_the_time(world: World) -> None:
    world.member_says(COMPLAINT, by=world.client("李雷"))
    world.forward(minutes=9)
    assert counts(world) == {"adv01": 1, "adv02": 0, "op01": 0}
    world.forward(minutes=2)
    assert counts(world) == {"adv01": 1, "adv02": 1, "op01": 0}
    world.forward(minutes=18)  # 10:29: the backup has until 10:30
    assert counts(world) == {"adv01": 1, "adv02": 1, "op01": 0}
    world.forward(minutes=2)
    assert counts(world) == {"adv01": 1, "adv02": 1, "op01": 1}
    assert world.rows(of=Alert)[0].due_at == world.hands.now + timedelta(minutes=39)
    assert world.problems() == []


def test_two_clocks_climb_a_rung_once(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(COMPLAINT, by=world.client("李雷"))
    world.hands.now += timedelta(minutes=10)
    for _ in range(3):
        world.ticker.tick()
    world.settle()
    assert counts(world) == {"adv01": 1, "adv02": 1, "op01": 0}


def test_the_first_advisor_may_still_take_it_after_it_was_escalated(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(COMPLAINT, by=world.client("李雷"))
    world.forward(minutes=11)
    world.clicks("adv01", "ack")
    assert world.button_of("adv01") == "林顾问已跟进"
    world.forward(hours=5)
    assert counts(world) == {"adv01": 1, "adv02": 1, "op01": 0}


def test_whoever_comes_second_sees_who_has_it(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(COMPLAINT, by=world.client("李雷"))
    world.forward(minutes=11)
    world.clicks("adv02", "ack")
    world.clicks("adv01", "ack")  # the button is grey by now
    assert world.button_of("adv02") == "苏顾问已跟进"
    assert world.button_of("adv01") == "苏顾问已跟进"
    assert [one.acked_by for one in world.rows(of=Alert)] == ["adv02"]


def test_of_two_who_click_at_once_one_has_it(world: World) -> None:
    world.member_says(COMPLAINT, by=world.client("李雷"))
    world.forward(minutes=11)
    first, second = (world.cards(one)[0].task_id for one in ("adv01", "adv02"))
    world.people.click("adv01", first, "ack")
    world.people.click("adv02", second, "false")
    world.overlapping()
    alert = world.rows(of=Alert)[0]
    won = {"adv01": ("acked", "林顾问已跟进"), "adv02": ("false_alarm", "苏顾问已标记误报")}
    assert alert.state == won[alert.acked_by][0]
    assert sorted(map(world.button_of, ("adv01", "adv02"))) == sorted([won[alert.acked_by][1], "他人已处理"])


def test_everybodys_card_shows_who_has_it_on_every_rung(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(COMPLAINT, by=world.client("李雷"))
    world.forward(minutes=11)
    world.clicks("adv02", "ack")
    assert world.button_of("adv01") == "苏顾问已跟进"


def test_passing_it_on_gives_it_to_the_next_with_time_of_their_own(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(COMPLAINT, by=world.client("李雷"))
    world.clicks("adv01", "pass")
    assert world.button_of("adv01") == "林顾问已转交"
    assert counts(world) == {"adv01": 1, "adv02": 1, "op01": 0}
    world.clicks("adv02", "pass")
    assert counts(world) == {"adv01": 1, "adv02": 1, "op01": 1}
    world.clicks("op01", "ack", card=-1)
    assert world.rows(of=Alert)[0].acked_by == "op01"
    world.forward(hours=5)
    assert counts(world) == {"adv01": 1, "adv02": 1, "op01": 1}


def test_a_false_alarm_ends_it(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(COMPLAINT, by=world.client("李雷"))
    world.clicks("adv01", "false")
    world.forward(hours=5)
    assert world.button_of("adv01") == "林顾问已标记误报"
    assert counts(world) == {"adv01": 1, "adv02": 0, "op01": 0}


def test_the_same_signal_of_a_client_makes_one_card_a_day(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.client("李雷")
    for said in ("我要销户", "到底怎么注销账户啊", "换券商算了"):
        world.member_says(said, by=client)
        world.clicks("adv01", "ack")
    assert counts(world)["adv01"] == 1
    world.forward(hours=25)
    world.member_says("我要销户", by=client)
    assert counts(world)["adv01"] == 2


def test_a_critical_signal_is_merged_only_while_nobody_has_taken_it(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.client("李雷")
    for _ in range(3):
        world.member_says(COMPLAINT, by=client)
    assert counts(world)["adv01"] == 1
    assert world.rows(of=Alert)[0].heard == 3
    world.clicks("adv01", "ack")
    world.member_says(COMPLAINT, by=client)
    assert counts(world)["adv01"] == 2


def test_different_clients_and_different_signals_each_have_a_card(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says("我要销户", by=world.client("李雷"))
    hanmei = world.client("韩梅")
    world.member_says("我要销户", by=hanmei)
    world.member_says("被强制平仓了", by=hanmei)
    assert counts(world)["adv01"] == 3


def test_asking_for_somebody_else_or_how_it_is_done_raises_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.client("李雷", "S")
    for said in ("我爸问怎么销户", "我朋友想知道怎么转户", "销户流程是什么", "转户的手续是什么"):
        world.member_says(said, by=client)
    assert counts(world) == {"adv01": 0, "adv02": 0, "op01": 0}


def test_soft_signals_count_for_high_value_clients_only(sqlite_world: World) -> None:
    world = sqlite_world
    soft = ("天天绿，心态崩了", "卖了房想投资", "你觉得这只能买吗", "我的产品快到期了")
    ordinary, valued = world.client("普通", "P"), world.client("重要", "A")
    for said in soft:
        world.member_says(said, by=ordinary)
    assert counts(world)["adv01"] == 0
    for number, said in enumerate(soft, 1):
        world.member_says(said, by=valued)
        assert counts(world)["adv01"] == number, said
    marked = world.client("手工标记", "C")
    world.edit(Member, marked, vip=True)
    world.member_says(soft[0], by=marked)
    assert counts(world)["adv01"] == len(soft) + 1


def test_a_client_in_despair_comes_before_everything_else_they_say(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says("亏光了，我要投诉，不想活了", by=world.client("李雷"))
    assert [one.card["main_title"]["title"] for one in world.cards("adv01")] == ["极端情绪/自伤风险提醒"]
    assert world.rows(of=Alert)[0].sla_minutes == 5


def test_a_high_value_client_who_deletes_the_advisor_is_a_churn_signal(sqlite_world: World) -> None:
    world = sqlite_world
    world.deletes(world.client("普通", "P"))
    assert counts(world)["adv01"] == 0
    world.deletes(world.client("重要", "S"))
    assert [one.signal for one in world.rows(of=Alert)] == ["AL-CHURN"]
    assert counts(world)["adv01"] == 1


def test_the_advisor_of_today_is_told_not_the_one_of_yesterday(sqlite_world: World) -> None:
    world = sqlite_world
    moved, both = world.friend("换了顾问"), world.friend("两位顾问")
    world.deletes(moved)
    world.adds(moved, "adv02")
    world.adds(both, "adv02")
    world.member_says(COMPLAINT, by=both)
    assert counts(world) == {"adv01": 1, "adv02": 0, "op01": 0}
    world.deletes(both)
    world.member_says(COMPLAINT, by=both)
    world.member_says(COMPLAINT, by=moved)
    assert counts(world) == {"adv01": 1, "adv02": 2, "op01": 0}


def test_a_client_without_advisor_is_nobodys_to_ignore(sqlite_world: World) -> None:
    sqlite_world.member_says(COMPLAINT)
    assert sum(counts(sqlite_world).values()) == 1


def test_compliance_hears_of_complaints_and_of_nothing_else(sqlite_world: World) -> None:
    world = sqlite_world
    world.people.hire("law01", "合规张")
    with world.product.db.work() as work:
        work.session.add(Employee(id="law01", name="合规张", role="compliance"))
    world.member_says("我要销户", by=world.client("李雷"))
    assert world.cards("law01") == []
    world.member_says(COMPLAINT, by=world.client("韩梅"))
    assert len(world.cards("law01")) == 1
    world.clicks("adv01", "ack")
    assert world.button_of("law01") == "林顾问已跟进"


def test_what_a_card_quotes_shows_no_numbers_of_the_client(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(
        "我要投诉，电话13812345678，身份证11010119900307721X，卡号6222021234567890123", by=world.client("李雷")
    )
    quoted = world.quotes("adv01")[-1]
    assert quoted.startswith("我要投诉，电话138****5678")
    for number in ("13812345678", "11010119900307721X", "6222021234567890123"):
        assert number not in quoted


def test_buttons_nobody_has_and_cards_nobody_sent_are_ignored(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(COMPLAINT, by=world.client("李雷"))
    card = world.cards("adv01")[0].task_id
    for task, button in ((card, "fire"), ("alert-unknown", "ack"), ("", "ack"), (card.split("-")[0] + "-", "ack")):
        world.courier.xml(
            {
                "ToUserName": world.company.corp.corp_id, "FromUserName": "adv01", "MsgType": "event",
                "CreateTime": int(world.company.clock()), "Event": "template_card_event", "EventKey": button,
                "TaskId": task, "CardType": "button_interaction", "ResponseCode": "RC",
            }
        )  # fmt: skip
    world.settle()
    assert [one.state for one in world.rows(of=Alert)] == ["open"]
