"""Lost answers, refusals, limits and crashes: each channel resolves by its own key, nothing is sent twice blindly."""

from datetime import timedelta

import pytest

from bot import outbox
from bot.worker import Worker
from models.actions import Action, CreateMass, SendApp, SendCard, SendKf, SendWelcome
from models.events.base import Event
from models.ledger import Outbound
from tests.world import World

LOST = {"execute_and_drop": 1.0}
NEVER_ARRIVED = {"timeout_only": 1.0}


def send(world: World, action: Action, key: str = "cause") -> None:
    with world.product.db.work() as work:
        outbox.put(work, Event(key=key, at=work.now), [action])
    world.settle()


def row(world: World, kind: str) -> Outbound:
    return world.rows(Outbound.kind == kind, of=Outbound)[-1]  # type: ignore[no-any-return]


def client(world: World) -> str:
    return world.member_says("嗯嗯好的")


def by_channel(world: World) -> dict[str, tuple[str, Action, str]]:
    """Path of the call, the action, and where it must arrive."""
    who = client(world)
    world.courier.tell({"drop": 1.0})  # the product does not hear of the newcomer, so the code stays ours
    code = world.people.add_friend(world.people.meet("新人"), "adv01")
    world.courier.tell({})
    card = SendCard(
        to=("adv01",), task_id="task-1", title="提醒", desc="请处理", buttons=(("ack", "我来"),), about="alert"
    )
    push = CreateMass(owner="op01", text="周报", content_id="", occurrence_id=0, chat_ids=(world.group,))
    newcomer = world.company.welcome_codes[code][0]
    account = world.company.kf_account
    return {
        "SendKf": ("kf/send_msg", SendKf(to=who, open_kfid=account, text="答复一", content_id=""), who),
        "SendApp": ("message/send", SendApp(to=("adv02",), text="通知一"), "adv02"),
        "SendCard": ("message/send", card, "adv01"),
        "CreateMass": ("externalcontact/add_msg_template", push, world.group),
        "SendWelcome": (
            "externalcontact/send_welcome_msg",
            SendWelcome(to=newcomer, employee_id="adv01", code=code, text="欢迎您", content_id=""),
            newcomer,
        ),
    }  # fmt: skip


CHANNELS = ("SendKf", "SendApp", "SendCard", "CreateMass", "SendWelcome")


@pytest.mark.parametrize("kind", CHANNELS)
@pytest.mark.parametrize("fault", [LOST, NEVER_ARRIVED])
def test_a_lost_answer_is_resolved_and_it_arrives_exactly_once(
    sqlite_world: World, kind: str, fault: dict[str, float]
) -> None:
    world = sqlite_world
    path, action, receiver = by_channel(world)[kind]
    before = len(world.heard(receiver))
    world.company.faults.tell({path: fault})
    send(world, action)
    assert (row(world, kind).state, row(world, kind).uncertain) == ("due", True)
    world.company.faults.tell({})
    world.forward(seconds=5 if kind == "SendWelcome" else 60)
    world.owner_taps()
    assert row(world, kind).state == "sent"
    assert len(world.heard(receiver)) == before + 1


def test_an_app_message_nobody_could_confirm_for_four_hours_is_left_to_a_person(sqlite_world: World) -> None:
    world = sqlite_world
    world.company.faults.tell({"message/send": LOST})
    send(world, SendApp(to=("adv02",), text="通知二"))
    world.forward(minutes=10)
    world.hands.now += timedelta(hours=5)
    world.forward(seconds=1)
    assert row(world, "SendApp").state == "unknown"
    assert [one["kind"] for one in world.problems()] == ["SendApp"]
    assert world.heard("adv02").count("通知二") == 1


def test_two_equal_pushes_are_never_adopted_by_guess(sqlite_world: World) -> None:
    world = sqlite_world
    push = CreateMass(owner="op01", text="同一段话", content_id="", occurrence_id=0, chat_ids=(world.group,))
    world.company.faults.tell({"externalcontact/add_msg_template": LOST})
    send(world, push)
    body = {"chat_type": "group", "sender": "op01", "text": {"content": "同一段话"}, "chat_id_list": [world.group]}
    world.company.faults.tell({})
    world.product.wecom.mass.create(body)  # somebody creates the same by hand
    world.forward(minutes=2)
    assert row(world, "CreateMass").state == "unknown"
    assert "群发助手" in row(world, "CreateMass").reason


REFUSALS = [
    ("wrong receiver", SendApp(to=("nobody",), text="x"), "81013"),
    ("unknown client", SendKf(to="wmNOBODY", open_kfid="wkAAAAkf000001", text="x", content_id=""), "40096"),
]


@pytest.mark.parametrize(("name", "action", "code"), REFUSALS, ids=lambda one: one if isinstance(one, str) else "")
def test_a_refusal_is_final_explained_and_listed(sqlite_world: World, name: str, action: Action, code: str) -> None:
    send(sqlite_world, action, key=name)
    failed = sqlite_world.problems()[0]
    assert failed["state"] == "failed"
    assert code in str(failed["reason"])


@pytest.mark.parametrize("fault", ["busy", "limit", "parallel", "http500", "html", "garbage", "wrong_type", "partial"])
def test_whatever_wecom_answers_in_its_bad_hours_it_arrives_once(sqlite_world: World, fault: str) -> None:
    world = sqlite_world
    world.company.faults.tell({"message/send": {fault: 1.0}})
    send(world, SendApp(to=("adv02",), text="通知三"))
    assert row(world, "SendApp").state == "due"
    world.company.faults.tell({})
    world.forward(minutes=5)
    assert row(world, "SendApp").state == "sent"
    assert world.heard("adv02").count("通知三") == 1


def test_a_day_without_wecom_ends_in_a_failure_somebody_can_redrive(sqlite_world: World) -> None:
    world = sqlite_world
    world.company.faults.tell({"message/send": {"busy": 1.0}})
    send(world, SendApp(to=("adv02",), text="通知四"))
    world.forward(minutes=10)
    world.hands.now += timedelta(hours=25)
    world.forward(seconds=1)
    assert row(world, "SendApp").state == "failed"
    world.company.faults.tell({})
    with world.product.db.work() as work:
        assert outbox.redrive(work, [row(world, "SendApp").id]) == 1
    world.settle()
    assert world.heard("adv02").count("通知四") == 1


def test_what_may_have_arrived_is_never_redriven(sqlite_world: World) -> None:
    world = sqlite_world
    world.company.faults.tell({"message/send": LOST})
    send(world, SendApp(to=("adv02",), text="通知五"))
    world.forward(minutes=10)
    world.hands.now += timedelta(hours=5)
    world.forward(seconds=1)
    with world.product.db.work() as work:
        assert outbox.redrive(work, [row(world, "SendApp").id]) == 0


def test_a_token_that_ends_early_costs_one_fetch_and_no_message(sqlite_world: World) -> None:
    world = sqlite_world
    send(world, SendApp(to=("adv02",), text="之前"))
    issued = world.company.tokens_issued
    world.company.invalidate_token()
    send(world, SendApp(to=("adv02",), text="之后"), key="later")
    assert world.heard("adv02")[-2:] == ["之前", "之后"]
    assert world.company.tokens_issued == issued + 1


def test_a_crash_between_call_and_record_does_not_send_twice(world: World) -> None:
    """The process dies with the answer in its hand: nothing recorded, the row still in its name."""
    who = client(world)
    with world.product.db.work() as work:
        answer = SendKf(to=who, open_kfid=world.company.kf_account, text="今天的课程", content_id="")
        outbox.put(work, Event(key="crash", at=work.now), [answer])
    dying = world.product.worker()
    dying.express.step()
    dying.express._pool.shutdown(wait=True)
    assert world.heard(who)[-1] == "今天的课程"
    world.forward(seconds=31)
    assert row(world, "SendKf").state == "sent"
    assert world.heard(who).count("今天的课程") == 1


def test_a_call_that_could_outlive_its_lease_is_not_begun(sqlite_world: World) -> None:
    world = sqlite_world
    with world.product.db.work() as work:
        outbox.put(work, Event(key="late", at=work.now), [SendApp(to=("adv02",), text="迟到")])
    slow: Worker = world.product.worker()
    held = slow.express._pool
    with world.product.db.work() as work:
        from bot import lanes

        claimed = lanes.claim(work, Outbound, slow.express._lease, 5, (0, 3))
    slow.express._in_flight = 1
    slow.express._attempt(claimed[0], begin_by=0.0)  # the pool comes to it when its time is over
    slow.express.step(claim=False)
    held.shutdown()
    assert "迟到" not in world.heard("adv02")
    assert (row(world, "SendApp").state, row(world, "SendApp").uncertain) == ("due", False)


def test_messages_to_one_person_keep_their_order_through_failures(sqlite_world: World) -> None:
    world = sqlite_world
    world.company.faults.tell({"message/send": {"busy": 0.5}})
    with world.product.db.work() as work:
        actions = [SendApp(to=("adv02",), text=f"第 {number} 条") for number in range(12)]
        outbox.put(work, Event(key="many", at=work.now), actions)
    world.settle()
    world.forward(minutes=30)
    assert world.heard("adv02")[-12:] == [f"第 {number} 条" for number in range(12)]


def test_a_welcome_that_came_too_late_is_expired_and_never_called_sent(sqlite_world: World) -> None:
    world = sqlite_world
    _path, action, receiver = by_channel(world)["SendWelcome"]
    with world.product.db.work() as work:
        outbox.put(work, Event(key="late", at=work.now - timedelta(seconds=25)), [action])
    world.settle()
    assert row(world, "SendWelcome").state == "expired"
    assert "欢迎您" not in world.heard(receiver)
