"""A member asks: the right answer at once, a question back, a person, or silence."""

from models.faq import FaqDecision
from tests.world import World

MATERIALS = "个人开户需要准备什么材料？"
"""A question of the base, word for word: OPEN-001."""
PERSON = 3
"""State of a 微信客服 session that a person has."""


def test_a_question_is_answered_at_once_with_the_approved_text(world: World) -> None:
    who = world.member_says("怎么开户")
    assert world.heard(who) == [world.answer_of("OPEN-003")]


def test_a_tapped_choice_answers_exactly_that_entry(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("费用")
    chosen, label = world.choices(who)[1]
    world.member_says(label, by=who, menu=chosen)
    assert world.last_heard(who) == world.answer_of(chosen.removeprefix("faq:"))
    world.member_says("怎么销户", by=who, menu="faq:OPEN-001")  # what is tapped counts, not its words
    assert world.last_heard(who) == world.answer_of("OPEN-001")


def test_an_unclear_question_gets_up_to_three_choices_and_two_ways_out(sqlite_world: World) -> None:
    for asked in ("费用", "怎么开"):
        who = sqlite_world.member_says(asked)
        labels = [label for _, label in sqlite_world.choices(who)]
        assert 1 <= len(labels[:-2]) <= 3
        assert labels[-2:] == ["都不是", "转人工"]
        assert len(sqlite_world.heard(who)) == 1


def test_both_ways_out_lead_to_people(sqlite_world: World) -> None:
    world = sqlite_world
    for way_out in ("都不是", "转人工"):
        who = world.member_says("费用")
        tapped = next(key for key, label in world.choices(who) if label == way_out)
        world.member_says(way_out, by=who, menu=tapped)
        assert world.company.kf_sessions[who].state == PERSON
        assert "转接人工" in world.last_heard(who)


def test_after_asking_for_a_person_the_bot_is_silent_until_the_person_ends_the_session(world: World) -> None:
    who = world.member_says("转人工")
    assert world.company.kf_sessions[who].state == PERSON
    before = world.bot_said(who)
    world.member_says("怎么开户", by=who)
    world.servicer_says("adv01", who, "您好，我是林顾问")
    world.member_says("怎么开户", by=who)
    assert world.bot_said(who) == before
    world.ends_session("adv01", who)
    assert "评价" in world.last_heard(who)
    world.member_says("怎么开户", by=who)
    assert world.last_heard(who) == world.answer_of("OPEN-003")
    assert world.problems() == []


def test_a_servicer_who_just_types_has_the_conversation(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("怎么开户")
    world.servicer_says("adv01", who, "这位客户我熟，我来说")
    world.member_says("那要什么材料", by=who)
    world.member_says(MATERIALS, by=who)
    assert world.bot_said(who) == [world.answer_of("OPEN-003")]
    assert world.problems() == []


def test_a_conversation_nobody_ended_comes_back_to_the_bot_after_two_days(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("转人工")
    world.forward(hours=47)
    world.member_says("怎么开户", by=who)
    assert len(world.bot_said(who)) == 1
    world.forward(hours=49)
    world.member_says("怎么开户", by=who)
    assert world.last_heard(who) == world.answer_of("OPEN-003")


def test_every_reply_the_greeting_offers_leads_where_it_says(sqlite_world: World) -> None:
    world = sqlite_world
    assert world.heard(world.member_says("2")) == [world.answer_of("OPEN-003")]
    assert world.heard(world.member_says("隐私")) == [world.answer_of("ACCT-018")]
    common = world.member_says("1")
    assert ("faq:OPEN-003", "线上怎么开户，流程是什么？") in world.choices(common)
    none_yet = world.member_says("3")
    assert world.last_heard(none_yet) == "近期没有已排定的直播。"
    world.live_stream("2026-11-26 19:30")
    assert world.last_heard(world.member_says("3")) == "近期直播：\n11月26日 19:30 年报怎么读"
    wants_a_person = world.member_says("4")
    assert world.company.kf_sessions[wants_a_person].state == PERSON


def test_a_message_that_arrives_twice_is_answered_once(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("怎么开户")
    for _ in range(3):
        world.once_more()
    assert len(world.heard(who)) == 1


def test_a_member_who_asks_again_is_answered_again(sqlite_world: World) -> None:
    who = sqlite_world.member_says("怎么开户")
    sqlite_world.member_says("怎么开户", by=who)
    assert sqlite_world.heard(who) == [sqlite_world.answer_of("OPEN-003")] * 2


def test_seven_questions_at_once_are_all_answered_in_no_more_than_five_messages(world: World) -> None:
    who = world.people.meet("问题很多的人")
    asked = ("怎么开户", MATERIALS, "怎么销户", "怎么转户", "怎么退群", "怎么投诉", "怎么退订")
    for question in asked:
        world.people.say_to_kf(who, question)
    world.pause()
    assert len(world.bot_said(who)) <= 5
    assert world.problems() == []
    for entry in ("OPEN-003", "OPEN-001"):
        assert world.answer_of(entry) in "\n".join(world.heard(who))


def test_questions_heard_late_are_still_answered(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says("怎么开户")
    who = world.people.meet("断网时提问的人")
    world.people.say_to_kf(who, "怎么开户")
    world.hands.now = world.hands.now.replace(minute=20)  # the doorbell's token has died meanwhile
    world.forward(minutes=6)
    assert world.heard(who) == [world.answer_of("OPEN-003")]


def test_the_very_first_question_is_answered_although_its_bell_was_lost(sqlite_world: World) -> None:
    world = sqlite_world
    with world.holding_mail():
        who = world.member_says("怎么开户")
    world.forward(minutes=6)
    world.forward(minutes=6)
    assert world.heard(who) == [world.answer_of("OPEN-003")]


def test_noise_is_harmless_and_gets_no_answer(sqlite_world: World) -> None:
    world = sqlite_world
    for noise in (
        "🙂🙂🙂",
        "[微笑]",
        "。。。",
        "666",
        "",
        " ",
        "\x00",
        "]]>",
        "<xml>]]></xml>",
        "啊" * 20_000,
        "';DROP--",
    ):
        assert world.heard(world.member_says(noise)) == [], noise[:9]
    assert world.heard(world.member_says("怎么开户")) == [world.answer_of("OPEN-003")]
    assert world.problems() == []


def test_half_an_emoji_does_not_silence_everybody_else(sqlite_world: World) -> None:
    sqlite_world.member_says("\ud83d")
    who = sqlite_world.member_says("怎么开户")
    assert sqlite_world.heard(who) == [sqlite_world.answer_of("OPEN-003")]


def test_a_hand_over_that_wecom_refused_for_an_hour_is_made_when_it_answers_again(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.people.meet("急客户")
    world.company.faults.tell({"kf/service_state/trans": {"busy": 1.0}})
    world.member_says("转人工", by=who)
    world.hands.now = world.minutes_from_now(90)  # its hour is over
    world.company.faults.tell({})
    world.forward(seconds=1)
    assert world.company.kf_sessions[who].state == PERSON


# --- groups: no API answers there, so the owner gets the words ---


def test_a_question_in_the_group_becomes_a_draft_for_its_owner(world: World) -> None:
    who = world.in_group("群友")
    seen = len(world.cards("op01"))
    world.group_hears(MATERIALS, who)
    assert world.quotes("op01")[seen:] == [world.answer_of("OPEN-001")]
    assert world.heard(world.group) == []


def test_chatter_in_the_group_brings_nothing_to_anybody(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("群友")
    before = len(world.company.books.all())
    for talk in ("早上好", "今天天气不错", "哈哈哈", "🙂", "费用", "怎么开", "我昨天去开户了", "]]>", "啊" * 5000):
        world.group_hears(talk, who)
        assert len(world.company.books.all()) == before, talk[:9]


def test_employees_talking_in_the_group_bring_nothing_to_anybody(sqlite_world: World) -> None:
    world = sqlite_world
    world.people.join_group("adv01", world.group)
    before = len(world.company.books.all())
    for said in (MATERIALS, "我要投诉你们", "转人工"):
        world.group_hears(said, "adv01")
    assert len(world.company.books.all()) == before


def test_an_employee_called_wong_is_no_customer(sqlite_world: World) -> None:
    world = sqlite_world
    world.people.hire("wonglihua", "黄莉华")
    world.people.join_group("wonglihua", world.group)
    world.group_hears(MATERIALS, "wonglihua")
    assert world.cards("op01") == []


def test_an_answer_for_one_person_only_is_not_drafted_for_a_group(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("群友")
    seen = len(world.cards("op01"))
    world.group_hears("@小助手 我要咨询大额资产、家族信托等服务", who)
    assert world.rows(of=FaqDecision)[-1].entry_id == "SERV-005"
    assert len(world.cards("op01")) == seen


def test_whoever_wants_a_person_in_the_group_is_brought_to_the_owner(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("群友")
    world.group_hears("人工", who)
    assert world.cards("op01")[-1].card["main_title"]["title"] == "群内有成员需要人工协助"


def test_a_draft_arrives_whatever_letters_wecom_put_into_the_messages_id(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("群友")
    seen = len(world.cards("op01"))
    said = {"msgtype": "text", "text": {"content": MATERIALS}, "from": who, "roomid": world.group, "action": "send"}
    world.company.archive.append({**said, "msgid": "CAQQluDa4QUY0On2rYSAgAMgzPrShAE=", "msgtime": 1795572000000})
    world.forward(seconds=16)
    assert len(world.cards("op01")) == seen + 1


# --- employees ---


def test_an_employee_is_answered_in_the_app(sqlite_world: World) -> None:
    sqlite_world.employee_asks("adv01", "怎么开户]]>")
    assert sqlite_world.last_heard("adv01").startswith(sqlite_world.answer_of("OPEN-003"))
    assert len(sqlite_world.heard("adv01")) == 1


def test_an_employee_who_asks_again_is_answered_again(sqlite_world: World) -> None:
    sqlite_world.employee_asks("adv01", "怎么开户")
    sqlite_world.forward(seconds=20)
    sqlite_world.employee_asks("adv01", "怎么开户")
    assert len(sqlite_world.heard("adv01")) == 2


def test_an_employee_is_answered_by_the_robot_alone_and_in_an_internal_group(sqlite_world: World) -> None:
    world = sqlite_world
    world.people.say_to_aibot("adv01", "怎么开户")
    world.people.say_to_aibot("adv02", "怎么开户", "wrINTERNAL00000001")
    world.settle()
    for who in ("adv01", "adv02"):
        assert [(one.kind, one.text) for one in world.company.books.of(who)] == [("aibot", world.answer_of("OPEN-003"))]
