"""Tiers of everybody: one statement agrees with the rule, no value without consent, falls take two months."""

import random
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from handlers import rfm as use_case
from models import consent, tiering, trading
from models import rfm as figures
from models.activity import ActivityDay, TierChange
from models.consent import ALL, Consent
from models.member import Friendship, Member
from models.rfm import RfmState, ServiceTask, TierRun, TradingSummary
from models.work import Work
from rules.summaries import Summary
from tests.world import World

DAY = date(2026, 11, 25)


def known(work: Work, number: int, first: datetime) -> str:
    member_id = f"wm{number:030d}"
    work.session.add(Member(id=member_id, name="", first_seen_at=first, tier="", tier_why=""))
    return member_id


def summary(member_id: str, assets: float, consent_at: datetime | None = None) -> Summary:
    wording = "资产使用告知书 1.0" if consent_at else ""
    return Summary(
        row=2, member_id=member_id, as_of=DAY, daily_assets=assets, consent_at=consent_at, consent_wording=wording
    )


def community(work: Work, size: int, rng: random.Random) -> None:
    """Members of every kind: newcomers, silent ones, busy ones, some with figures."""
    rows = []
    for number in range(size):
        first = work.now - timedelta(days=rng.choice((0, 3, 13, 14, 15, 200)), seconds=rng.choice((-1, 0, 1)))
        who = known(work, number, first)
        if rng.random() < 0.4:
            work.session.add(Consent(member_id=who, purpose="account", granted=True, wording="W-04", at=first))
        rows.append(summary(who, rng.choice((0, 99_999, 1e5, 5e5, 999_999, 1e6, 6e6, 4e7))))
        for back in rng.sample(range(45), rng.choice((0, 0, 1, 3, 8))):
            at = work.now - timedelta(days=back, seconds=rng.choice((0, 1, 3600)))
            day = at.astimezone(work.rules.zone).date()
            work.session.merge(ActivityDay(member_id=who, day=day, count=rng.choice((1, 2, 5)), last_at=at))
    work.session.flush()
    trading.store(work, rows, "试")
    work.session.flush()
    tiering.begin_states(work.session, work.rules.rfm)
    for state in work.session.scalars(select(RfmState)):
        days = work.session.scalars(select(ActivityDay.last_at).where(ActivityDay.member_id == state.member_id)).all()
        state.last_at = max(days, default=None)


def test_one_statement_places_a_community_exactly_as_the_rule_does(world: World) -> None:
    with world.product.db.work() as work:
        community(work, 150, random.Random(5))
        run = use_case.recompute(work, DAY, work.now)
        assert run.members == len(work.session.scalars(select(Member.id)).all())
        assert run.moved == len(work.session.scalars(select(TierChange.id)).all()) > 0
        for state in work.session.scalars(select(RfmState)):
            since = DAY - timedelta(days=29)
            days = list(
                work.session.scalars(
                    select(ActivityDay).where(ActivityDay.member_id == state.member_id, ActivityDay.day >= since)
                )
            )
            assert (state.count_30d, state.days_30d) == (sum(one.count for one in days), len(days))
            tier = use_case.placed(work, work.rules.rfm, state)
            assert work.rules.rfm.code_of(state.rank) == tier.code
            assert work.session.get_one(Member, state.member_id).tier == tier.code
        assert sum(run.spread.values()) == run.members
        assert len(run.spread) >= 8


def test_a_window_that_moves_a_day_counts_as_one_counted_anew(world: World) -> None:
    with world.product.db.work() as work:
        community(work, 60, random.Random(6))
        for ahead in (0, 1, 3):
            tiering.move_window(work, DAY + timedelta(days=ahead))
        moved = {one.member_id: (one.count_30d, one.days_30d) for one in work.session.scalars(select(RfmState))}
        tiering.move_window(work, DAY + timedelta(days=60))
        assert all(one.count_30d == 0 for one in work.session.scalars(select(RfmState)))
        tiering.move_window(work, DAY + timedelta(days=3))
        anew = {one.member_id: (one.count_30d, one.days_30d) for one in work.session.scalars(select(RfmState))}
        assert moved == anew
        assert any(count for count, _ in moved.values())


STEPS = st.lists(
    st.tuples(st.sampled_from(["agree", "withdraw", "stop all", "import", "import with consent", "night", "talk"]),
              st.integers(0, 2)),
    max_size=14,
)  # fmt: skip


@pytest.fixture
def people(sqlite_world: World) -> list[str]:
    with sqlite_world.product.db.work() as work:
        return [known(work, number, work.now - timedelta(days=100)) for number in range(3)]


def test_nobody_without_consent_has_an_m(sqlite_world: World, people: list[str]) -> None:
    world = sqlite_world

    @settings(max_examples=settings().max_examples // 4)
    @given(STEPS)
    def whatever_happens(steps: list[tuple[str, int]]) -> None:
        with world.product.db.work() as work:
            nested = work.session.begin_nested()
            for at, (step, number) in enumerate(steps):
                act(work, step, people[number], work.now - timedelta(minutes=60 - at))
                if step in ("night", "talk"):
                    check(work, *(people if step == "night" else [people[number]]))
            use_case.recompute(work, DAY, work.now)
            check(work, *people)
            nested.rollback()
            work.session.expire_all()

    whatever_happens()


def act(work: Work, step: str, who: str, at: datetime) -> None:
    if step in ("agree", "withdraw", "stop all"):
        purpose = ALL if step == "stop all" else figures.ACCOUNT
        work.session.add(Consent(member_id=who, purpose=purpose, granted=step == "agree", wording="W-04", at=at))
        work.session.flush()
    elif step.startswith("import"):
        given_at = at if step.endswith("consent") else None
        trading.store(work, [summary(who, 2e6, given_at)], "试")
    elif step == "night":
        use_case.recompute(work, DAY, work.now)
    else:
        met = work.session.get_one(Member, who)
        use_case.retier(work, met, figures.state_of(work.session, who, met.first_seen_at))
        work.session.flush()


def check(work: Work, *looked_at: str) -> None:
    """Whoever was just placed has figures only with consent."""
    valued = set(work.session.scalars(select(RfmState.member_id).where(RfmState.value.is_not(None))))
    held = set(work.session.scalars(select(TradingSummary.member_id)))
    assert all(consent.allows(work.session, one, figures.ACCOUNT) for one in (valued | held) & set(looked_at))


def test_a_withdrawal_makes_assets_unknown_at_once(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("怎么开户")
    with world.product.db.work() as work:
        trading.store(work, [summary(who, 2e6, work.now)], "试")
        use_case.recompute(work, DAY, work.now)
        assert work.session.get_one(Member, who).tier == "A"
        assert "价值指数" in use_case.explained(work, work.session.get_one(Member, who)).why
    world.member_says("退订", by=who)
    assert world.rows(of=TradingSummary) == []
    assert world.rows(RfmState.member_id == who, of=RfmState)[0].value is None


def test_a_consent_given_before_a_withdrawal_revives_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.member_says("怎么开户")
    given_at = world.hands.now - timedelta(days=3)
    world.member_says("退订", by=who)
    with world.product.db.work() as work:
        done = trading.store(work, [summary(who, 2e6, given_at)], "试")
        assert (done.stored, done.without_consent, done.consents) == (0, 1, 0)


def test_a_tier_falls_only_after_two_months_below_it_and_on_a_monday(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("老客户", "S")
    nights = []
    for day in range(1, 75):
        with world.product.db.work() as work:
            now = work.now + timedelta(days=day)
            night = now.astimezone(work.rules.zone).date()
            use_case.recompute(work, night, now, falls=night.weekday() == 0)
            nights.append((night, work.session.get_one(Member, who).tier))
    fell = next(night for night, tier in nights if tier != "S")
    assert (fell, nights[-1][1]) == (date(2027, 2, 1), "L")  # below since 11-26; the first Monday after 01-26
    change = world.rows(TierChange.member_id == who, of=TierChange)[-1]
    assert (change.old, change.new) == ("S", "L")
    with world.product.db.work() as work:
        assert use_case.said_of(work, change).endswith("归为“沉默”")


def test_reaching_the_tier_again_ends_the_wait(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("核心成员", "Q")
    with world.product.db.work() as work:
        use_case.recompute(work, DAY, work.now)
        assert work.session.get_one(RfmState, who).below_since is not None
        met = work.session.get_one(Member, who)
        assert "连续两个月不达标才下调" in use_case.explained(work, met).why
    for _ in range(6):
        world.forward(minutes=6)
        world.member_says("那费用呢", by=who)
    assert world.rows(RfmState.member_id == who, of=RfmState)[0].below_since is None


def test_the_night_re_tiers_everybody_and_writes_the_run_down(world: World) -> None:
    who = world.member_says("怎么开户")
    world.until("2026-11-26 03:05")
    run = world.rows(of=TierRun)[-1]
    assert (run.members, run.version_id, run.psi) == (1, 0, None)
    assert run.spread == {"N": 1}
    assert world.rows(Member.id == who, of=Member)[0].tier == "N"


def test_high_value_and_promising_clients_are_owed_a_task_each_month(sqlite_world: World) -> None:
    world = sqlite_world
    valued, promising, other = world.client("重要客户", "S"), world.client("潜力客户", "B"), world.client("一般", "C")
    world.until("2026-11-26 09:05")
    tasks = {one.member_id: one for one in world.rows(of=ServiceTask)}
    assert {who: one.kind for who, one in tasks.items()} == {valued: "service", promising: "convert"}
    assert other not in tasks
    assert tasks[valued].advisor_id == "adv01"
    assert "高价值客户月度服务 1 项；潜力客户转化 1 项" in world.last_heard("adv01")
    told = len(world.heard("adv01"))
    world.until("2026-11-27 09:05")
    assert (len(world.rows(of=ServiceTask)), len(world.heard("adv01"))) == (2, told)
    world.until("2026-12-01 09:05")
    assert {one.month for one in world.rows(of=ServiceTask)} == {"2026-11", "2026-12"}


def test_nobody_is_owed_a_task_by_an_advisor_they_have_left(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("走了的", "S")
    world.deletes(who)
    assert world.rows(Friendship.member_id == who, of=Friendship)[0].ended_at is not None
    world.until("2026-11-26 09:05")
    assert world.rows(of=ServiceTask) == []


def test_movements_add_up_over_a_period(sqlite_world: World) -> None:
    world = sqlite_world
    began = world.hands.now
    moved, stays = world.member_says("怎么开户"), world.client("不动的", "P")
    for _ in range(9):
        world.forward(minutes=6)
        world.member_says("那费用呢", by=moved)
    with world.product.db.work() as work:
        found = tiering.matrix(work.session, began, work.now)
    assert found == {("", "P"): 1, ("P", "P"): 1}
    assert stays != moved


def test_a_night_over_everybody_is_not_ended_by_the_time_out_of_callbacks(world: World) -> None:
    if world.product.db.sqlite:
        pytest.skip("only PostgreSQL has a time-out for statements")
    world.client("甲")
    with world.product.db.work() as work:
        assert work.session.scalar(text("SHOW statement_timeout")) == "30s"
        use_case.recompute(work, work.now.date(), work.now)
        assert work.session.scalar(text("SHOW statement_timeout")) == "0"
    with world.product.db.work() as work:
        assert work.session.scalar(text("SHOW statement_timeout")) == "30s"
