"""What members do is counted once, and their tier follows at once — upwards only."""

import random
from datetime import UTC, datetime, timedelta

from handlers import activity
from models.activity import Activity, ActivityDay, TierChange
from models.events.members import ActivitiesSeen, ActivitySeen
from models.member import Member
from models.rfm import RfmState
from tests.world import World


def counted(world: World, person: str) -> int:
    """Interactions of a person, as tiers see them."""
    return sum(one.count for one in world.rows(ActivityDay.member_id == person, of=ActivityDay))


def days(world: World, person: str) -> list[ActivityDay]:
    return world.rows(ActivityDay.member_id == person, of=ActivityDay)


def tier(world: World, person: str) -> str:
    return str(world.rows(Member.id == person, of=Member)[0].tier)


def test_what_happens_once_counts_once(world: World) -> None:
    who = world.member_says("怎么开户")
    for _ in range(3):
        world.once_more()
    world.forward(minutes=30)
    assert counted(world, who) == 1
    assert len(world.rows(Activity.member_id == who, of=Activity)) == 1


def test_words_within_five_minutes_are_one_visit(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("怎么开户")
    for _ in range(4):
        world.forward(minutes=4)
        world.member_says("那费用呢", by=who)
    assert counted(world, who) == 1
    world.forward(minutes=5, seconds=1)
    world.member_says("还有一个问题", by=who)
    assert counted(world, who) == 2


def test_a_visit_across_midnight_is_one_visit(sqlite_world: World) -> None:
    world = sqlite_world
    world.until("2026-11-25 23:58")
    who = world.member_says("怎么开户")
    world.until("2026-11-26 00:01")
    world.member_says("那费用呢", by=who)
    assert counted(world, who) == 1
    world.until("2026-11-26 00:07")
    world.member_says("还有一个问题", by=who)
    assert counted(world, who) == 2


def test_a_visit_heard_of_late_counts_too(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("群友")
    with world.holding_mail():  # the doorbell of the archive is lost
        world.people.say_in_group(who, world.group, "今天直播几点开始")
    world.hands.now += timedelta(hours=1)
    world.member_says("怎么开户", by=who)
    assert counted(world, who) == 1
    world.forward(seconds=16)
    assert counted(world, who) == 2


def test_group_talk_and_service_chat_at_one_time_are_one_visit(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("群友")
    world.people.open_kf(who)
    world.member_says("怎么开户", by=who)
    world.group_hears("今天直播几点开始", who)
    assert counted(world, who) == 1
    kinds = [one.kind for one in world.rows(Activity.member_id == who, of=Activity)]
    assert sorted(kinds) == ["join", "kf_session", "message", "question"]


def test_emoji_and_bare_numbers_count_for_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("🙂🙂")
    for noise in ("[微笑][微笑]", "666", "。。。", "  ", "👍👍👍"):
        world.forward(minutes=10)
        world.member_says(noise, by=who)
    assert counted(world, who) == 0
    assert tier(world, who) in ("", "N")  # a newcomer once the night has come


def test_what_employees_say_counts_for_nobody(sqlite_world: World) -> None:
    world = sqlite_world
    world.people.join_group("adv01", world.group)
    world.group_hears("大家好，今晚直播", "adv01")
    world.employee_asks("adv01", "怎么开户")
    assert world.rows(of=Activity) == []


def test_a_tier_rises_at_once_and_says_why(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("怎么开户")
    assert tier(world, who) == "N"
    for _ in range(9):
        world.forward(minutes=6)
        world.member_says("那费用呢", by=who)
    assert tier(world, who) == "P"
    changes = [(one.old, one.new) for one in world.rows(of=TierChange)]
    assert changes == [("", "N"), ("N", "Q"), ("Q", "P")]
    member = world.rows(Member.id == who, of=Member)[0]
    assert member.tier_since == world.hands.now
    assert member.tier_why == (
        "24 小时内有互动（R5），近 30 天互动 10 次、分布在 1 天（F4），资产信息未授权，归为“核心互动”"
    )


def test_a_tier_never_falls_by_talking(sqlite_world: World) -> None:
    world = sqlite_world
    valued, engaged = world.client("重要客户", "S"), world.client("核心成员", "P")
    world.forward(days=60)
    for who in (valued, engaged):
        world.member_says("怎么开户", by=who)
    assert (tier(world, valued), tier(world, engaged)) == ("S", "P")
    assert world.rows(of=TierChange) == []


def test_only_the_last_thirty_days_count(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("怎么开户")
    for _ in range(4):
        world.forward(minutes=6)
        world.member_says("那费用呢", by=who)
    assert tier(world, who) == "Q"
    world.edit(Member, who, tier="")
    world.forward(days=31)
    world.member_says("我回来了，怎么开户", by=who)
    assert "近 30 天互动 1 次" in world.rows(Member.id == who, of=Member)[0].tier_why


def test_a_batch_counts_as_the_same_happenings_one_by_one(world: World) -> None:
    """Visits of ten members over two days, folded at once and one by one: the same roll-up, figures and tiers."""
    people = [world.in_group(f"群友{number}") for number in range(10)]
    single, batch = people[:5], people[5:]
    rng = random.Random(3)
    start = int(world.hands.now.timestamp()) - 90_000
    when = (0, 200, 4000, 60_000, 86_000)
    visits = {n: sorted(start + rng.choice(when) + rng.randrange(250) for _ in range(9)) for n in range(5)}
    with world.product.db.work() as work:
        for number, times in visits.items():
            for second in times:
                event = ActivitySeen(
                    key=f"{number}:{second}:{rng.random()}", at=datetime.fromtimestamp(second, UTC),
                    member_id=single[number], kind="click",
                )  # fmt: skip
                list(activity.seen(event, work))
        early = [(batch[number], second) for number, times in visits.items() for second in times[:4]]
        late = [(batch[number], second) for number, times in visits.items() for second in times[4:]]
        for key, some in (("first", early), ("second", late)):
            activity.watched(ActivitiesSeen(key=key, at=work.now, kind="live", done=tuple(some)), work)
    rolls = {who: sorted((one.day, one.count, one.last_at) for one in days(world, who)) for who in people}
    states = {one.member_id: one for one in world.rows(of=RfmState)}
    for one, other in zip(single, batch, strict=True):
        assert rolls[one] == rolls[other]
        assert (states[one].count_30d, states[one].days_30d, states[one].last_at, states[one].rank) == (
            states[other].count_30d, states[other].days_30d, states[other].last_at, states[other].rank,
        )  # fmt: skip
        assert tier(world, one) == tier(world, other) != ""
