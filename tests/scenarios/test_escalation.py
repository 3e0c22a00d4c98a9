"""An alert finds somebody whatever happens to people, hours, cards and the API, and is never lost."""

import pytest

from bot import inbox
from models.alert import Alert, AlertPolicy, AlertTold
from models.events.alert import AlertAnswered, AlertClosed, SignalSeen
from models.events.base import Event
from models.member import Employee, Member
from tests.scenarios.alerting import COMPLAINT, STAFF, away, counts
from tests.world import World

CHURN = "我要销户"


def happens(world: World, event: Event) -> None:
    with world.product.db.work() as work:
        inbox.put(work, [inbox.of_event(event, source="console")])
    world.settle()


def policy(world: World, **values: int) -> None:
    with world.product.db.work() as work:
        kept = {"per_minute": 20, "digest_from": 4, "snooze_minutes": 30, "snoozes": 2}
        work.session.add(AlertPolicy(id=1, **{**kept, **values}))


def only(world: World) -> Alert:
    (found,) = world.rows(of=Alert)
    assert isinstance(found, Alert)
    return found


def test_a_client_of_somebody_on_leave_is_their_stand_ins(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.client("李雷")
    away(world, "adv01", stand_in="op01")
    world.member_says(CHURN, by=client)
    assert counts(world) == {"adv01": 0, "adv02": 0, "op01": 1}
    assert world.cards("op01")[0].card["main_title"]["desc"] == "林顾问不在岗，请代为跟进"


def test_without_a_named_stand_in_the_backup_has_it_and_the_owner_again_afterwards(sqlite_world: World) -> None:
    world = sqlite_world
    away(world, "adv01")
    world.member_says(CHURN, by=world.client("李雷"))
    assert counts(world) == {"adv01": 0, "adv02": 1, "op01": 0}
    world.forward(days=4)
    before = counts(world)["adv01"]
    world.member_says(CHURN, by=world.client("韩梅"))
    assert counts(world)["adv01"] == before + 1


def test_whoever_has_left_the_company_is_asked_no_more(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.client("李雷")
    world.edit(Employee, "adv01", active=False)
    world.member_says(CHURN, by=client)
    assert counts(world) == {"adv01": 0, "adv02": 1, "op01": 0}


def test_escalation_passes_over_people_on_leave(sqlite_world: World) -> None:
    world = sqlite_world
    away(world, "adv02")
    world.member_says(COMPLAINT, by=world.client("李雷"))
    world.forward(minutes=11)
    assert counts(world) == {"adv01": 1, "adv02": 0, "op01": 1}


def test_with_nobody_on_duty_it_stays_open_and_somebody_has_it_in_the_end(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.client("李雷")
    for one in STAFF:
        world.edit(Employee, one, active=False)
    world.member_says(COMPLAINT, by=client)
    assert only(world).state == "open"
    world.edit(Employee, "adv02", active=True)
    world.forward(hours=2)
    assert counts(world)["adv02"] >= 1


def test_put_off_it_comes_back_to_the_same_person_and_twice_is_enough(world: World) -> None:
    world.member_says(CHURN, by=world.client("李雷"))
    assert [one["text"] for one in world.cards("adv01")[0].card["button_list"]][-1] == "稍后提醒"
    world.clicks("adv01", "later")
    assert world.button_of("adv01") == "林顾问稍后处理"
    world.forward(minutes=31)
    assert counts(world) == {"adv01": 2, "adv02": 0, "op01": 0}
    world.clicks("adv01", "later")
    world.forward(minutes=31)
    world.clicks("adv01", "later")  # once too often: the clock runs on
    world.forward(minutes=31)
    assert counts(world)["adv02"] == 1


def test_a_critical_alert_cannot_be_put_off(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(COMPLAINT, by=world.client("李雷"))
    assert [one["text"] for one in world.cards("adv01")[0].card["button_list"]] == ["我来跟进", "转交", "误报"]


@pytest.mark.parametrize(
    ("said", "told_at"),
    [("真的活不下去了", "2026-11-25 23:30"), (CHURN, "2026-11-26 07:00"), ("亏惨了", "2026-11-26 08:30")],
)
def test_the_night_belongs_to_the_client_only_as_far_as_the_level_allows(
    sqlite_world: World, said: str, told_at: str
) -> None:
    world = sqlite_world
    client = world.client("李雷", "S")
    world.until("2026-11-25 23:30")
    world.member_says(said, by=client)
    world.until(told_at)
    assert counts(world)["adv01"] == 1
    world.until("2026-11-26 08:31")
    (first, *_) = world.rows(of=AlertTold)
    assert first.at.astimezone(world.product.db.rules.zone).strftime("%Y-%m-%d %H:%M") == told_at


def test_many_alerts_at_once_become_cards_and_one_digest_and_wecom_drops_none(sqlite_world: World) -> None:
    world = sqlite_world
    policy(world, per_minute=5)
    clients = [world.client(f"客户{number}") for number in range(9)]
    for one in clients:
        world.people.say_to_kf(one, CHURN)
    world.pause()
    assert counts(world)["adv01"] == 5
    world.forward(seconds=61)
    assert counts(world)["adv01"] == 6
    digest = world.cards("adv01")[-1]
    assert digest.card["main_title"]["title"] == "4 条客户提醒汇总"
    assert digest.card["horizontal_content_list"] == [{"keyname": "第1", "value": "销户/转户意向 4 条"}]
    world.clicks("adv01", "ack")
    taken = [one for one in world.rows(of=Alert) if one.state == "acked"]
    assert len(taken) == 4
    assert world.company.calls["dropped_silently"] == 0


def test_a_flood_of_complaints_reaches_compliance_within_wecoms_limit(sqlite_world: World) -> None:
    world = sqlite_world
    policy(world, per_minute=3)
    world.people.hire("law01", "合规张")
    with world.product.db.work() as work:
        work.session.add(Employee(id="law01", name="合规张", role="compliance"))
    for number in range(5):
        world.member_says(COMPLAINT, by=world.client(f"客户{number}"))
    assert [len(world.cards(one)) for one in ("adv01", "law01")] == [5, 3]
    world.forward(seconds=125)
    assert len(world.cards("law01")) == 4
    assert world.cards("law01")[-1].card["main_title"]["title"] == "2 条客户提醒汇总"


def test_a_card_wecom_dropped_silently_is_noticed_by_the_missing_answer(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.client("李雷")
    world.company.switches.per_person_minute = 0
    world.member_says(COMPLAINT, by=client)
    assert [one.text for one in world.company.books.of("adv01") if one.kind == "template_card"] == []
    world.company.switches.per_person_minute = 30
    world.forward(minutes=11)
    assert [len([one for one in world.company.books.of(who) if one.kind == "template_card"]) for who in STAFF][1] == 1


def test_a_card_wecom_refuses_goes_to_the_next_person_at_once(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.client("李雷")
    del world.company.employees["adv01"]
    world.member_says(COMPLAINT, by=client)
    world.settle()
    assert counts(world)["adv02"] == 1
    assert [one.why for one in world.rows(of=AlertTold)] == ["", "上一位未能送达"]


def test_the_console_answers_as_the_card_does_and_the_outcome_is_kept(world: World) -> None:
    world.member_says(COMPLAINT, by=world.client("李雷"))
    found = only(world)
    happens(world, AlertAnswered(key="a1", at=world.hands.now, alert_id=found.id, by="adv02", button="ack"))
    assert world.button_of("adv01") == "苏顾问已跟进"
    happens(
        world,
        AlertClosed(key="c1", at=world.hands.now, alert_id=found.id, by="adv02", outcome="solved", note="已回电说明"),
    )
    found = only(world)
    assert (found.state, found.outcome, found.note, found.closed_by) == ("done", "solved", "已回电说明", "adv02")


def test_closing_as_a_false_alarm_counts_against_the_rule(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says(CHURN, by=world.client("李雷"))
    happens(world, AlertClosed(key="c1", at=world.hands.now, alert_id=only(world).id, by="adv01", outcome="false"))
    assert (only(world).state, only(world).rule) == ("false_alarm", "销户")
    assert world.button_of("adv01") == "林顾问已处理"
    happens(world, AlertClosed(key="c2", at=world.hands.now, alert_id=only(world).id, by="adv01", outcome="nonsense"))
    assert only(world).outcome == "false"


def test_the_same_question_three_times_in_two_hours_is_a_complaint(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.client("李雷")
    for _ in range(2):
        world.member_says("开户需要准备哪些材料", by=client)
    assert world.rows(of=Alert) == []
    world.member_says("开户需要准备哪些材料", by=client)
    assert (only(world).signal, only(world).rule) == ("AL-COMPLAINT", "repeated")


def test_a_signal_from_account_data_needs_the_clients_consent(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.client("李雷", "S")
    seen = SignalSeen(
        key="s1", at=world.hands.now, member_id=client, signal="AL-LARGE-OUT", quote="单日净转出超过日均资产 30%",
        rule="net_out", basis="account",
    )  # fmt: skip
    happens(world, seen)
    assert world.rows(of=Alert) == []
    world.edit(Member, client, tier="S")
    happens(world, SignalSeen(key="s2", at=world.hands.now, member_id=client, signal="AL-TIER", quote="等级升为 S"))
    assert only(world).signal == "AL-TIER"
