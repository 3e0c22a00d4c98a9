"""An alert finds somebody whatever happens to people, hours, cards and the API, and is never lost."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot import inbox, lanes
from models.alert import Alert, AlertPolicy, AlertTold
from models.duty import Absence
from models.events.alert import AlertAnswered, AlertClosed, SignalSeen
from models.events.base import Event
from models.ledger import Inbound, Outbound
from models.member import Employee, Member
from tests.world import World

COMPLAINT = "我要投诉你们，转账一直没人管"
CHURN = "我要销户"
STAFF = ("adv01", "adv02", "op01")
Spare = Callable[[], AbstractContextManager[World]]


@pytest.fixture(scope="module")
def spare_world(seeded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Spare:
    """Worlds for properties: a fresh one for each example."""

    @contextmanager
    def fresh() -> Iterator[World]:
        folder = tmp_path_factory.mktemp("spare")
        shutil.copy(seeded_sqlite, folder / "bot.db")
        made = World(folder, f"sqlite:///{folder / 'bot.db'}")
        yield made
        made.close()

    return fresh


def counts(world: World) -> dict[str, int]:
    """How many alert cards and digests each employee has."""
    return {one: sum(card.task_id.startswith(("alert-", "digest-")) for card in world.cards(one)) for one in STAFF}


def away(world: World, employee: str, stand_in: str = "", days: int = 3) -> None:
    now = world.hands.now
    with world.product.db.work() as work:
        until = now + timedelta(days=days)
        work.session.merge(Absence(employee_id=employee, since=now, until=until, stand_in=stand_in))


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
        world.member_says(CHURN, by=one)
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


FATES = st.sampled_from(
    ["leave", "return", "fire", "refuse", "drop", "fault", "heal", "wait", "engine dies", "sender dies", "say"]
)


@settings(max_examples=4)
@given(fates=st.lists(FATES, min_size=2, max_size=5))
def test_whatever_happens_an_alert_is_taken_or_its_clock_is_running(fates: list[str], spare_world: Spare) -> None:
    with spare_world() as world:
        world.member_says(COMPLAINT, by=world.client("李雷"))
        for at, fate in enumerate(fates):
            befall(world, fate, at)
        befall(world, "heal", 99)
        for found in world.rows(of=Alert):
            assert found.state == "open"
            assert found.due_at > world.hands.now - timedelta(minutes=1)
        world.forward(hours=1)
        reached = {one for one in ("adv01", "adv02", "op01") if counts(world)[one]}
        assert reached, "somebody must have it in the end"


def dies(world: World, who: str) -> None:
    """A worker takes what has just come in, or what is about to go out, and is never heard of again."""
    world.people.say_to_kf(world.people.meet("路人"), COMPLAINT)
    world.courier.drain()
    dead = replace(world.product.lease, owner="dead")
    if who == "sender dies":
        world.worker.engine.step()  # the doorbell
        world.express()  # the message is read
        world.worker.engine.step()  # and makes a card, which leaves with a sender that dies
    with world.product.db.work() as work:
        lanes.claim(work, Outbound if who == "sender dies" else Inbound, dead, 32)


def befall(world: World, fate: str, at: int) -> None:
    """Something goes wrong, or right again."""
    company = world.company
    table: dict[str, Callable[[], object]] = {
        "leave": lambda: away(world, "adv01"),
        "return": lambda: heal(world),
        "heal": lambda: heal(world),
        "fire": lambda: world.edit(Employee, "adv02", active=False),
        "refuse": lambda: company.faults.tell({"message/send": {"garbage": 1.0}}),
        "drop": lambda: setattr(company.switches, "per_person_minute", 0),
        "fault": lambda: company.faults.tell({"message/send": {"http500": 0.5, "execute_and_drop": 0.5}}),
        "say": lambda: world.member_says(f"{COMPLAINT}{at}", by=world.client(f"别人{at}")),
        "wait": lambda: None,
    }
    table.get(fate, lambda: dies(world, fate))()
    world.forward(minutes=3)


def heal(world: World) -> None:
    """Everything works and everybody is back."""
    world.company.faults.tell({})
    world.company.switches.per_person_minute = 30
    with world.product.db.work() as work:
        work.session.execute(delete(Absence))
    world.edit(Employee, "adv02", active=True)
