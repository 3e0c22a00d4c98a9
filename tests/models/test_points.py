"""Points are never spent twice, never negative by spending, and every sum agrees, whatever happens at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from models import movements, points, reward
from models.base import Base, Keyring, give_keyring
from models.catalogue import METADATA
from models.movements import Grant
from models.points import PointsEntry
from models.reward import Redemption, Refused, Reward, RewardCode, Wish
from tests.world import World

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
EARN, SPEND, BACK, RETURN, WAIT = range(5)
DEEDS = st.lists(
    st.tuples(st.sampled_from((EARN, EARN, SPEND, SPEND, BACK, RETURN, WAIT)), st.integers(0, 5), st.integers(1, 120)),
    max_size=30,
)


def grant(key: str, member: str, amount: int, at: datetime = NOW, hold: int = 0, valid: int = 365) -> Grant:
    return Grant(
        key=key, member_id=member, points=amount, rule="P-JOIN", at=at,
        available_at=at + timedelta(days=hold), expires_at=at + timedelta(days=valid),
    )  # fmt: skip


def do(session: Session, deed: int, which: int, amount: int, now: datetime) -> None:
    member = f"m{which % 2}"
    match deed:
        case 0:
            movements.issue(session, grant(f"e{which}", member, amount, now, hold=amount % 40, valid=50 + amount))
        case 1:
            movements.spend(session, member, amount, f"s{which}{amount % 3}", "", now)
        case 2:
            movements.claw_back(session, f"e{which}", "刷量", now)
        case 3:
            movements.give_back(session, f"s{which}{amount % 3}", "撤销", now, now + timedelta(days=30))
        case _:
            movements.settle(session, member, now)


@settings(max_examples=settings().max_examples // 4)
@given(DEEDS)
def test_whatever_is_done_in_whatever_order_and_however_the_clock_jumps_all_sums_agree(
    deeds: list[tuple[int, int, int]],
) -> None:
    engine = create_engine("sqlite://")
    give_keyring(engine.dialect, Keyring((b"0" * 32,)))
    Base.metadata.create_all(engine, tables=[METADATA.tables[name] for name in LEDGER])
    with Session(engine) as session:
        now = NOW
        for deed, which, amount in deeds:
            now += timedelta(days=amount - 40) if deed == WAIT else timedelta()  # forward, and at times back
            do(session, deed, which, amount, now)
            held = [points.balance(session, one) for one in ("m0", "m1")]
            assert all(one.available >= points.FLOOR and one.held >= 0 for one in held)
            assert points.reconcile(session).faults == ()
    engine.dispose()


LEDGER = ("points_account", "points_entry", "points_posting")


def test_a_claw_back_takes_what_was_spent_below_zero_but_never_below_the_floor(sqlite_world: World) -> None:
    with sqlite_world.product.db.work() as work:
        for number in range(8):
            movements.issue(work.session, grant(f"e{number}", "m", 100))
        assert movements.spend(work.session, "m", 800, "s", "", NOW)
        assert [movements.claw_back(work.session, f"e{number}", "刷量", NOW) for number in range(8)] == [100] * 5 + [
            0
        ] * 3
        assert points.balance(work.session, "m").available == points.FLOOR
        assert not movements.spend(work.session, "m", 1, "s2", "", NOW)
        movements.issue(work.session, grant("e9", "m", 520))
        movements.settle(work.session, "m", NOW)
        assert points.balance(work.session, "m").available == 20
        assert points.reconcile(work.session).ok


def test_reconciliation_names_the_entry_that_was_tampered_with(sqlite_world: World) -> None:
    with sqlite_world.product.db.work() as work:
        movements.issue(work.session, grant("e", "m", 100))
        work.session.execute(points.POSTING.update().where(points.POSTING.c.amount == 100).values(amount=1000))
        found = points.reconcile(work.session)
    assert not found.ok
    assert any("借贷不平" in one for one in found.faults)


def at_once(count: int, deed: Callable[[int], object]) -> list[object]:
    """All of them start at the same moment."""
    gate = threading.Barrier(count)

    def run(number: int) -> object:
        gate.wait(60)
        return deed(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def offer(world: World, **more: object) -> int:
    with world.product.db.work() as work:
        values = {"stock": None, "per_member": 0, "tiers": [], "fulfilment": "manual", "needs_approval": False, **more}
        made = Reward(name="投教课程", kind="投教课程", price=100, active=True, made_by="op", **values)
        work.session.add(made)
        work.session.flush()
        return made.id


def wish(world: World, member: str, offered: int, key: str) -> str:
    with world.product.db.work() as work:
        try:
            return reward.redeem(work.session, Wish(key=key, member_id=member, tier="", reward_id=offered), NOW).state
        except Refused as why:
            return str(why)


def test_two_hundred_redemptions_at_once_spend_what_is_there_and_no_more(world: World) -> None:
    offered = offer(world)
    with world.product.db.work() as work:
        movements.issue(work.session, grant("e", "m", 350))
    said = at_once(200, lambda number: wish(world, "m", offered, f"k{number % 100}"))
    done = world.rows(of=Redemption)
    assert len(done) == 3
    assert said.count("ready") >= 3
    with world.product.db.work() as work:
        assert points.balance(work.session, "m").available == 50
        assert points.reconcile(work.session).ok


def test_thirty_people_at_the_last_item_one_gets_it(world: World) -> None:
    offered = offer(world, stock=1, fulfilment="code")
    with world.product.db.work() as work:
        work.session.add_all([RewardCode(reward_id=offered, code=f"C{number}") for number in range(3)])
        for number in range(30):
            movements.issue(work.session, grant(f"e{number}", f"m{number}", 100))
    said = at_once(30, lambda number: wish(world, f"m{number}", offered, f"k{number}"))
    assert sorted(map(str, said)) == ["done"] + ["已兑完"] * 29
    with world.product.db.work() as work:
        codes = work.session.scalars(select(RewardCode.redemption_id).where(RewardCode.redemption_id.is_not(None)))
        assert len(codes.all()) == 1
        assert points.reconcile(work.session).ok


def test_a_reversed_redemption_gives_points_and_stock_back_once(sqlite_world: World) -> None:
    world = sqlite_world
    offered = offer(world, stock=1, needs_approval=True)
    with world.product.db.work() as work:
        movements.issue(work.session, grant("e", "m", 100))
    assert wish(world, "m", offered, "k") == "pending"
    with world.product.db.work() as work:
        made = work.session.scalars(select(Redemption)).one()
        assert reward.reverse(work.session, made, "op", "误兑", NOW)
        assert not reward.reverse(work.session, made, "op", "误兑", NOW)
        assert points.balance(work.session, "m").available == 100
        assert work.session.get_one(Reward, offered, populate_existing=True).stock == 1
    assert wish(world, "m", offered, "again") == "pending"


def test_points_expire_and_are_gone_from_every_sum(sqlite_world: World) -> None:
    with sqlite_world.product.db.work() as work:
        movements.issue(work.session, grant("e", "m", 100, valid=10))
        movements.settle(work.session, "m", NOW + timedelta(days=11))
        kinds = list(work.session.scalars(select(PointsEntry.kind).order_by(PointsEntry.id)))
        assert kinds == ["issue", "release", "expire"]
        assert points.balance(work.session, "m") == points.Balance(0, 0)
        assert points.reconcile(work.session).ok
