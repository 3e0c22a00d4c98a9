"""Somebody arrives: greeted once, in time, with approved words — or not at all."""

from datetime import timedelta

from models.content import Content, hash_of
from models.ledger import Inbound, Outbound
from simulator.company import Card
from tests.world import World

BUSY = 500
JOINED = "新成员入群，建议发送欢迎语"


def test_a_new_contact_is_greeted_once_however_often_the_callback_comes(world: World) -> None:
    with world.holding_mail() as letters:
        who = world.friend("新朋友")
    world.deliver(*letters * 4)  # the very same envelope
    for _ in range(3):
        world.once_more()  # signed anew
    assert len(world.heard(who)) == 1
    assert world.problems() == []


def test_the_greeting_says_who_speaks_that_it_is_a_robot_and_how_to_stop_it(sqlite_world: World) -> None:
    greeting = sqlite_world.last_heard(sqlite_world.friend("新朋友"))
    assert "示例证券" in greeting
    assert "机器人" in greeting
    assert "退订" in greeting
    assert greeting.endswith("谨防诈骗。")
    assert "{{" not in greeting


def test_nobody_is_greeted_after_twenty_seconds(sqlite_world: World) -> None:
    world = sqlite_world
    who, late = world.people.meet("还来得及"), world.people.meet("来不及了")
    world.people.add_friend(who, "adv01")
    world.hands.now += timedelta(seconds=18)
    world.settle()
    assert len(world.heard(who)) == 1
    world.people.add_friend(late, "adv01")
    world.hands.now += timedelta(seconds=21)  # the product was away
    world.settle()
    assert world.heard(late) == []
    assert [one.state for one in world.rows(Outbound.recipient == late, of=Outbound)] == ["expired"]
    assert world.company.calls["externalcontact/send_welcome_msg"] == 1


def test_whoever_knows_us_already_is_not_greeted_again(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.friend("老朋友")
    world.deletes(who)
    world.adds(who)
    assert len(world.heard(who)) == 1
    assert world.problems() == []


def test_an_edited_greeting_is_not_sent_before_it_is_approved_again(sqlite_world: World) -> None:
    world = sqlite_world
    better = "您好，我是{{broker}}的服务助手。"
    world.edit(Content, "W-02", body=better)
    assert world.heard(world.friend("早来的")) == []
    world.edit(Content, "W-02", approved_hash=hash_of(better))
    assert world.last_heard(world.friend("后来的")).startswith("您好，我是示例证券的服务助手。")


def test_a_forbidden_greeting_is_held_back_even_when_approved(sqlite_world: World) -> None:
    world = sqlite_world
    promise = "您好，加我稳赚不赔。"
    world.edit(Content, "W-02", body=promise, approved_hash=hash_of(promise))
    who = world.friend("新朋友")
    assert world.heard(who) == []
    withheld = world.rows(Outbound.recipient == who, of=Outbound)
    assert [one.state for one in withheld] == ["withheld"]
    assert "合规拦截" in withheld[0].reason


def test_five_hundred_busy_events_do_not_delay_a_greeting(world: World) -> None:
    for number in range(BUSY):
        world.courier.xml(
            {
                "ToUserName": world.company.corp.corp_id, "FromUserName": "sys", "MsgType": "event",
                "CreateTime": int(world.company.clock()), "Event": "change_external_contact",
                "ChangeType": "edit_external_contact", "UserID": "adv01", "ExternalUserID": f"wmBUSY{number:026d}",
            }
        )  # fmt: skip
    who = world.people.meet("新朋友")
    world.people.add_friend(who, "adv01")
    world.worker.engine.step()
    world.express()
    assert len(world.heard(who)) == 1
    assert len(world.rows(Inbound.state == "due", of=Inbound)) > BUSY // 2


def test_whoever_opens_the_service_chat_is_greeted_with_choices_once_in_two_days(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.people.meet("访客")
    world.people.open_kf(who)
    world.settle()
    world.people.open_kf(who)
    world.settle()
    assert len(world.bot_said(who)) == 1
    choice = next(key for key, label in world.choices(who) if label == "怎么开户")
    world.member_says("怎么开户", by=who, menu=choice)
    assert world.last_heard(who) == world.answer_of("OPEN-003")
    world.forward(days=3)
    world.people.open_kf(who)
    world.settle()
    assert len(world.bot_said(who)) == 3


def test_the_greeting_in_the_service_chat_has_twenty_seconds_too(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.people.meet("访客")
    world.people.open_kf(who)
    world.hands.now += timedelta(seconds=21)
    world.settle()
    assert world.heard(who) == []


# --- groups: no API greets there, so the owner gets the words ---


def drafts(world: World, employee: str = "op01") -> list[str]:
    return [one.card["quote_area"]["quote_text"] for one in world.cards(employee) if title(one) == JOINED]


def title(card: Card) -> str:
    return str(card.card["main_title"]["title"])


def test_people_joining_within_ten_minutes_share_one_draft(sqlite_world: World) -> None:
    world = sqlite_world
    for name in ("甲", "乙", "丙"):
        world.in_group(name)
        world.forward(minutes=6)
    assert len(drafts(world)) == 2  # 甲 and 乙 share one, 丙 came twelve minutes after 甲
    assert "欢迎 新朋友 加入示例证券投教社群" in drafts(world)[0]
    assert world.heard(world.group) == []


def test_a_join_told_twice_makes_one_draft(sqlite_world: World) -> None:
    sqlite_world.in_group("甲")
    for _ in range(3):
        sqlite_world.once_more()
    assert len(drafts(sqlite_world)) == 1


def test_colleagues_joining_and_members_leaving_make_no_draft(sqlite_world: World) -> None:
    world = sqlite_world
    world.joins("adv01", "adv02")
    who = world.in_group("甲")
    world.forward(minutes=30)
    world.people.leave_group(who, world.group)
    world.settle()
    assert len(drafts(world)) == 1


def test_each_group_has_drafts_of_its_own(sqlite_world: World) -> None:
    world = sqlite_world
    other = world.people.found_group("投教交流二群", "adv02")
    world.settle()
    who = world.in_group("甲")
    world.people.join_group(who, other)
    world.settle()
    assert len(drafts(world)) == 1
    assert len(drafts(world, "adv02")) == 1
