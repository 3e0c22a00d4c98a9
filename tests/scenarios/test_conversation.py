"""Talk as people talk: in pieces, with numbers for choices, taking words back, asking once more."""

from models.conversation import Conversation, KfLine
from models.faq import FaqEntry
from models.kf import KfSession
from models.ledger import Outbound
from tests.world import World


def kf(world: World, who: str) -> KfSession:
    (row,) = world.rows(KfSession.member_id == who, of=KfSession)
    assert isinstance(row, KfSession)
    return row


def test_a_question_in_pieces_gets_one_answer(world: World) -> None:
    who = world.people.meet("打字快的人")
    for piece in ("你好", "想问下", "怎么", "开户"):
        world.people.say_to_kf(who, piece)
    world.pause()
    assert world.heard(who) == [world.answer_of("OPEN-003")]


def test_a_piece_that_comes_a_moment_later_completes_the_question(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("怎么")
    world.member_says("开户", by=who)
    assert world.last_heard(who) == world.answer_of("OPEN-003")


def test_the_same_line_sent_three_times_is_one_question(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.people.meet("着急的人")
    for _ in range(3):
        world.people.say_to_kf(who, "怎么开户")
    world.pause()
    assert world.heard(who) == [world.answer_of("OPEN-003")]


def test_a_finished_sentence_is_answered_without_waiting(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.people.meet("路人")
    world.people.say_to_kf(who, "怎么开户？")
    world.settle()
    assert world.heard(who) == [world.answer_of("OPEN-003")]


def test_a_question_before_a_command_is_answered_too(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.people.meet("路人")
    for said in ("怎么开户", "我的积分"):
        world.people.say_to_kf(who, said)
    world.pause()
    assert world.answer_of("OPEN-003") in world.heard(who)
    assert any("学习积分" in one for one in world.heard(who))


def test_what_was_taken_back_in_time_is_not_answered_and_its_words_are_gone(world: World) -> None:
    who = world.people.meet("撤回的人")
    msgid = world.people.say_to_kf(who, "怎么开户")
    world.people.recall_kf(who, msgid)
    world.pause()
    assert world.heard(who) == []
    (line,) = world.rows(KfLine.member_id == who, of=KfLine)
    assert (line.text, line.recalled) == ("", True)


def test_correcting_a_line_answers_the_corrected_one(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.people.meet("改字的人")
    msgid = world.people.say_to_kf(who, "怎么销户")
    world.people.recall_kf(who, msgid)
    world.people.say_to_kf(who, "怎么开户")
    world.pause()
    assert world.heard(who) == [world.answer_of("OPEN-003")]


def test_whoever_cannot_tap_answers_with_a_number(world: World) -> None:
    world.employee_asks("adv01", "费用")
    offered = world.last_heard("adv01").splitlines()
    chosen = offered[2].removeprefix("2. ")
    world.employee_asks("adv01", "2")
    (entry,) = {one.id for one in world.rows(of=FaqEntry) if one.question == chosen}
    assert world.last_heard("adv01").startswith(world.answer_of(entry))


def test_both_ways_out_work_by_word_where_nobody_can_tap(sqlite_world: World) -> None:
    world = sqlite_world
    for way_out in ("都不是", "转人工", "4"):
        world.employee_asks("adv01", "费用")
        world.employee_asks("adv01", way_out)
        assert "没有人工坐席" in world.last_heard("adv01"), way_out


def test_a_number_long_after_the_choices_means_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    world.employee_asks("adv01", "费用")
    world.forward(minutes=31)
    before = len(world.heard("adv01"))
    world.employee_asks("adv01", "2")
    assert len(world.heard("adv01")) == before


def test_the_sixth_message_waits_until_the_customer_speaks_again(world: World) -> None:
    who = world.member_says("怎么开户")
    world.edit(KfSession, (world.company.kf_account, who), answers=5)
    with world.product.db.work() as work:  # one more, without another word of theirs
        work.session.get_one(KfSession, (world.company.kf_account, who)).answered_at = work.now
    world.people.say_to_kf(who, "开户需要准备什么材料？")
    world.settle()  # within the second of our last answer: WeCom may or may not have counted anew
    assert world.heard(who) == [world.answer_of("OPEN-003")]
    assert kf(world, who).held
    world.hands.now = world.minutes_from_now(1)
    world.member_says("在吗", by=who)
    assert world.last_heard(who) == world.answer_of("OPEN-001")
    assert not kf(world, who).held
    assert world.problems() == []


def test_more_than_five_never_leave_whatever_asks_for_them(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.people.meet("一口气")
    for question in (
        "怎么开户？",
        "怎么销户？",
        "怎么转户？",
        "怎么退群？",
        "怎么退订？",
        "客服电话多少？",
        "怎么改密码？",
    ):
        world.people.say_to_kf(who, question)
    world.settle()
    sent = world.rows(Outbound.kind == "SendKf", Outbound.state == "sent", of=Outbound)
    assert len(sent) <= 5
    assert world.problems() == []


def test_what_was_said_is_forgotten_within_the_hour(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says("怎么开户")
    assert world.rows(of=Conversation)
    world.forward(minutes=62)
    assert world.rows(of=Conversation) == []


# --- answers that stand in no entry ---


def test_whether_the_market_is_open_comes_from_the_calendar(world: World) -> None:
    assert world.heard(world.member_says("今天休市吗")) == [
        "11月25日（周三）是A股交易日，交易时间为9:30—11:30、13:00—15:00。"
    ]
    assert world.heard(world.member_says("周六开盘吗")) == ["11月28日（周六）A股休市，下一个交易日是11月30日（周一）。"]


def test_whether_the_market_is_open_in_a_year_nobody_entered_is_for_a_person(sqlite_world: World) -> None:
    who = sqlite_world.member_says("2027年1月4日开盘吗")
    assert "转接人工" in sqlite_world.last_heard(who)


def test_what_12386_is_is_a_question(sqlite_world: World) -> None:
    who = sqlite_world.member_says("12386是什么")
    assert "中国证监会服务热线" in sqlite_world.last_heard(who)
    assert sqlite_world.company.kf_sessions[who].state == 0


def test_somebody_in_danger_gets_kind_words_and_a_number_at_once(world: World) -> None:
    who = world.client("难过的人")
    world.member_says("亏光了，我不想活了", by=who)
    said = next(one for one in world.heard(who) if "心理援助热线" in one)
    assert "12356" in said
    assert world.company.kf_sessions[who].state == 3
    assert world.cards("adv01")
