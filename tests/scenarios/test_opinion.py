"""Bad talk about the company is noticed, answered within its clock, and marketing stands still until then."""

from bot import inbox
from models.events.base import Event
from models.events.opinion import IncidentDismissed, IncidentStepDone
from models.ledger import Evidence
from models.member import Employee
from models.opinion import Incident, IncidentStep, OpinionMention
from tests.world import World

DOWN = "你们系统崩了，一上午交易不了"
LIVE = {"replay_url": "https://live.example/1"}


def happens(world: World, event: Event) -> None:
    with world.product.db.work() as work:
        inbox.put(work, [inbox.of_event(event, source="console")])
    world.settle()


def step(world: World, name: str, note: str = "已核实") -> None:
    key = f"step:{name}:{world.product.db.new_id()}"
    happens(world, IncidentStepDone(key=key, at=world.hands.now, incident_id=1, step=name, by="op01", note=note))


def incident(world: World) -> Incident:
    (found,) = world.rows(of=Incident)
    assert isinstance(found, Incident)
    return found


def opinion_cards(world: World, who: str) -> list[str]:
    return [one.card["main_title"]["desc"] for one in world.cards(who) if one.task_id.startswith("opinion-")]


def complain(world: World, text: str = DOWN) -> str:
    who = world.in_group("李雷")
    world.group_hears(text, who)
    return who


def test_an_outage_in_the_group_opens_an_incident_with_a_first_reply_and_a_clock(world: World) -> None:
    complain(world)
    found = incident(world)
    assert (found.level, found.topic, found.state, found.step) == ("S2", "系统", "open", "facts")
    assert any("您反映的情况我们已经收到" in one for one in world.quotes("op01"))
    assert opinion_cards(world, "op01") == ["请在 11-25 10:10 前核实事实"]
    assert found.due_at.astimezone(world.product.db.rules.zone).strftime("%H:%M") == "10:10"


def test_in_kf_the_bot_itself_gives_the_first_reply(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says(DOWN)
    assert any(one.startswith("您反映的情况我们已经收到") for one in world.bot_said(who))
    assert [one.name for one in world.rows(of=IncidentStep)] == ["reply"]


def test_the_steps_are_done_in_order_and_the_answer_goes_to_the_groups_owner(sqlite_world: World) -> None:
    world = sqlite_world
    complain(world)
    step(world, "answer", "还没到这一步")
    assert incident(world).step == "facts"
    step(world, "facts", "10:00 至 10:05 行情延迟，已恢复")
    step(world, "wording", "系统已恢复，影响时段内的委托均有效")
    step(world, "answer", "系统已于 10:05 恢复，给您造成的不便深表歉意")
    assert incident(world).state == "answered"
    assert world.quotes("op01")[-1].startswith("系统已于 10:05 恢复")
    step(world, "progress")
    step(world, "review", "根因：行情源切换；改进：加监控")
    assert incident(world).state == "closed"
    assert [one.name for one in world.rows(of=IncidentStep)] == [
        "reply", "facts", "wording", "answer", "progress", "review",
    ]  # fmt: skip
    kinds = [one.kind for one in world.rows(of=Evidence)]
    assert kinds.count("incident_opened") == 1
    assert kinds.count("incident_step") == 6


def test_an_overdue_step_is_reminded_every_half_hour_and_reaches_the_manager(sqlite_world: World) -> None:
    world = sqlite_world
    world.people.hire("boss", "负责人")
    world.edit(Employee, "op01", manager_id="boss")
    with world.product.db.work() as work:
        work.session.add(Employee(id="boss", name="负责人", role="advisor"))
    complain(world)
    world.forward(minutes=11)
    assert opinion_cards(world, "boss") == ["“核实事实”已超时"]
    world.forward(minutes=25)
    assert len(opinion_cards(world, "boss")) == 1
    world.forward(minutes=10)
    assert len(opinion_cards(world, "boss")) == 2


def test_who_takes_it_on_stands_on_the_card(sqlite_world: World) -> None:
    world = sqlite_world
    complain(world)
    card = next(at for at, one in enumerate(world.cards("op01")) if one.task_id.startswith("opinion-"))
    world.clicks("op01", "own", card)
    assert world.button_of("op01", card) == "运营小王负责"
    assert incident(world).owner_id == "op01"


def test_a_greeting_is_no_marketing_and_goes(sqlite_world: World) -> None:
    world = sqlite_world
    plan = world.plan("weekly 3 14:00", "H-MID")
    complain(world)
    world.until("2026-11-25 14:01")
    assert [state for state, _ in world.outcome(plan).values()] == ["tasked"]


def test_a_live_notice_is_withheld_with_its_reason_and_goes_after_the_answer(world: World) -> None:
    before, after = (world.plan(f"weekly 3 {at}", "L-END", fields=LIVE) for at in ("14:00", "15:30"))
    complain(world)
    world.until("2026-11-25 14:01")
    assert {reason.split()[0] for _, reason in world.outcome(before).values()} == {"OPINION_OPEN"}
    for name in ("facts", "wording", "answer"):
        step(world, name)
    world.until("2026-11-25 15:31")
    assert [state for state, _ in world.outcome(after).values()] == ["tasked"]


def test_a_false_alarm_lets_marketing_go_on(sqlite_world: World) -> None:
    world = sqlite_world
    complain(world)
    happens(world, IncidentDismissed(key="d1", at=world.hands.now, incident_id=1, by="op01", note="说的是别家"))
    assert incident(world).state == "false_alarm"


def test_grumbling_becomes_an_incident_only_by_volume(sqlite_world: World) -> None:
    world = sqlite_world
    people = [world.in_group(f"成员{number}") for number in range(3)]
    for number, who in enumerate(people):
        assert world.rows(of=Incident) == []
        world.group_hears(f"客服态度真差，等了半小时{number}", who)
    assert (incident(world).level, incident(world).topic) == ("S3", "服务")
    assert len(world.rows(of=OpinionMention)) == 3


def test_many_voices_raise_the_level(sqlite_world: World) -> None:
    world = sqlite_world
    people = [world.in_group(f"成员{number}") for number in range(4)]
    for who in people:
        world.group_hears("系统崩了，气死", who)
    assert incident(world).level == "S1"
    assert any(one.name == "level" and one.note == "S2 → S1" for one in world.rows(of=IncidentStep))


def test_market_talk_thanks_and_our_own_people_open_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("李雷")
    for said in ("今天又跌停了，气死我了", "系统恢复了，谢谢", "新闻说某券商系统崩了", "佣金怎么算", "客服态度真好"):
        world.group_hears(said, who)
    world.employee_asks("adv01", DOWN)
    assert world.rows(of=Incident) == []
