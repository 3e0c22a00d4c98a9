"""To people in 微信客服: the best client first, honest words while they wait, back to the bot, and how it was."""

from models import handover
from models.handover import AT_ONCE, KfVisit
from models.kf import KfSession
from models.ledger import Evidence
from models.member import Member
from tests.world import World

NEW, POOL, PERSON, ENDED = 0, 2, 3, 4


def state(world: World, who: str) -> int:
    return int(world.company.kf_sessions[who].state)


def everybody_stops(world: World) -> None:
    for servicer in list(world.company.kf_servicers):
        world.people.set_receiving(servicer, on=False)
    world.settle()


def test_whoever_asks_for_a_person_gets_one_at_once_and_is_told_so(world: World) -> None:
    who = world.client("张女士")
    world.member_says("转人工", by=who)
    assert (state(world, who), world.company.kf_sessions[who].servicer) == (PERSON, "adv01")  # her own advisor
    assert "已为您转接人工" in world.last_heard(who)
    (visit,) = world.rows(of=KfVisit)
    assert (visit.servicer, visit.ended_at) == ("adv01", None)
    assert world.rows(Evidence.kind == "hand_over", of=Evidence)


def test_the_highest_tier_goes_first_then_whoever_has_waited_longest(world: World) -> None:
    everybody_stops(world)
    came = [world.client(name) for name in ("普通一", "普通二", "标记的贵宾", "贵宾")]
    for who in came:
        world.member_says("转人工", by=who)
    for who, tier in zip(came, ("B", "B", "D", "S"), strict=True):
        world.edit(Member, who, tier=tier)
    world.edit(Member, came[2], vip=True)  # marked by an advisor: stands with A
    with world.product.db.work() as work:
        rank = work.rules.rfm.rank
        order = [one.member_id for one in handover.queue(work.session, world.company.kf_account, rank)]
    assert order == [came[3], came[2], came[0], came[1]]


def test_a_servicer_with_room_for_one_takes_the_vip_before_those_who_came_earlier(sqlite_world: World) -> None:
    world = sqlite_world
    everybody_stops(world)
    early = world.client("早来的", "B")
    world.member_says("转人工", by=early)
    vip = world.client("贵宾", "S")
    world.member_says("转人工", by=vip)
    assert "您前面" not in world.last_heard(vip)
    for number in range(AT_ONCE - 1):
        busy = KfSession(
            open_kfid=world.company.kf_account, member_id=f"busy{number}", state=PERSON, servicer="adv01",
            changed_at=world.hands.now, answers=0, urgent=False,
        )  # fmt: skip
        with world.product.db.work() as work:
            work.session.add(busy)
    world.people.set_receiving("adv01", on=True)
    world.settle()
    assert (state(world, vip), state(world, early)) == (PERSON, POOL)


def test_a_client_in_danger_goes_before_every_tier(sqlite_world: World) -> None:
    world = sqlite_world
    everybody_stops(world)
    vip, danger = world.client("贵宾", "S"), world.client("难过的人", "L")
    world.member_says("转人工", by=vip)
    world.member_says("我不想活了", by=danger)
    with world.product.db.work() as work:
        order = [one.member_id for one in handover.queue(work.session, world.company.kf_account, work.rules.rfm.rank)]
    assert order == [danger, vip]


def test_when_all_are_busy_the_client_is_told_how_many_are_before_them(sqlite_world: World) -> None:
    world = sqlite_world
    world.member_says("转人工")
    for _ in range(2 * AT_ONCE - 1):
        world.member_says("转人工")
    waits = world.member_says("转人工")
    assert "您前面有 0 位" in world.last_heard(waits)
    second = world.member_says("转人工")
    assert "您前面有 1 位" in world.last_heard(second)
    assert state(world, second) == POOL


def test_at_night_the_client_is_told_when_people_are_back_and_the_bot_still_answers(world: World) -> None:
    everybody_stops(world)
    world.hands.now = world.hands.now.replace(hour=14)  # 22:00 in Beijing, Wednesday
    who = world.member_says("转人工")
    assert "不在人工服务时间" in world.last_heard(who)
    assert "11月26日（周四）8:30" in world.last_heard(who)
    world.member_says("怎么开户", by=who)
    assert world.last_heard(who) == world.answer_of("OPEN-003")
    world.member_says("转人工", by=who)
    assert "您已在人工排队中" in world.last_heard(who)
    world.forward(hours=11)
    world.people.set_receiving("adv02", on=True)
    world.settle()
    assert (state(world, who), world.company.kf_sessions[who].servicer) == (PERSON, "adv02")


def test_by_day_with_nobody_at_the_desk_the_client_is_told_so(sqlite_world: World) -> None:
    everybody_stops(sqlite_world)
    who = sqlite_world.member_says("转人工")
    assert "没有人工客服在线" in sqlite_world.last_heard(who)


def test_a_servicer_who_has_just_left_is_passed_over(sqlite_world: World) -> None:
    world = sqlite_world
    first = world.member_says("转人工")
    assert world.company.kf_sessions[first].servicer == "adv01"
    world.company.kf_servicers["adv02"] = False  # and no bell told us
    second = world.member_says("转人工")
    assert (state(world, second), world.company.kf_sessions[second].servicer) == (PERSON, "adv01")


def test_how_it_was_is_asked_at_the_end_kept_and_a_bad_mark_goes_to_the_manager(world: World) -> None:
    who = world.client("张女士")
    world.member_says("转人工", by=who)
    world.ends_session("adv01", who)
    assert [label for _, label in world.choices(who)] == ["满意", "一般", "不满意"]
    before = len(world.cards("op01"))
    world.member_says("不满意", by=who, menu=world.choices(who)[2][0])
    (visit,) = world.rows(of=KfVisit)
    assert (visit.rating, visit.outcome) == (1, "served")
    assert "很抱歉" in world.last_heard(who)
    assert len(world.cards("op01")) == before + 1


def test_nobody_can_rate_the_visit_of_somebody_else(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("张女士")
    world.member_says("转人工", by=who)
    world.ends_session("adv01", who)
    stranger = world.member_says("满意", menu=world.choices(who)[0][0])
    (visit,) = world.rows(of=KfVisit)
    assert (visit.rating, world.heard(stranger)) == (None, [])


def test_a_client_nobody_came_for_is_brought_to_their_advisor(sqlite_world: World) -> None:
    world = sqlite_world
    everybody_stops(world)
    who = world.client("等了两天的人")
    world.member_says("转人工", by=who)
    world.forward(hours=49)
    before = len(world.cards("adv01"))
    world.people.set_receiving("adv01", on=True)
    world.settle()
    assert state(world, who) == ENDED
    assert len(world.cards("adv01")) == before + 1
    (visit,) = world.rows(of=KfVisit)
    assert visit.outcome == "left"


def test_what_we_believed_of_a_session_is_corrected_when_wecom_refuses_an_answer(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("怎么开户")
    session = world.company.kf_sessions[who]
    session.state, session.servicer = PERSON, "adv02"  # and nothing told us
    world.member_says("怎么开户", by=who)
    (row,) = world.rows(KfSession.member_id == who, of=KfSession)
    assert (row.state, row.servicer) == (PERSON, "adv02")
