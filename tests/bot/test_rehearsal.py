"""A dry run goes through the real rules and leaves nothing behind."""

from datetime import date

import pytest

from bot.rehearsal import rehearse
from models.content import Delivery, Occurrence
from models.ledger import Evidence, Outbound
from tests.world import World

FROM, TO = date(2026, 11, 18), date(2026, 11, 25)


def test_it_says_when_whom_and_why_not_as_the_gate_would(world: World) -> None:
    yes, no = world.client("同意的", "P"), world.client("没同意的", "P")
    world.member_says("同意3", by=yes)
    plan = world.plan("cron 0 16 * * *", "H-MID", "tier:P")
    moments = rehearse(world.product.db, plan, FROM, TO)
    assert [one.reached for one in moments] == [1, 1, 0, 0, 0, 1, 1, 0]  # two a week, Monday begins a new one
    assert moments[0].outcomes["未同意接收"] == 1
    assert moments[2].outcomes["超过每周上限"] == 1
    assert moments[0].taps == {"adv01": 1}
    assert no


def test_the_night_moves_a_moment_to_the_morning(sqlite_world: World) -> None:
    plan = sqlite_world.plan("weekly 5 22:00", "H-MID")
    [moment] = rehearse(sqlite_world.product.db, plan, FROM, TO)
    assert moment.leaves.astimezone(sqlite_world.product.settings.zone).strftime("%m-%d %H:%M") == "11-21 08:30"


def test_nothing_is_left_behind(sqlite_world: World) -> None:
    world, tables = sqlite_world, (Delivery, Occurrence, Outbound, Evidence)
    plan = world.plan("cron 30 10 * * *", "H-MID")
    world.until("2026-11-25 10:31")
    before = [[row.id for row in world.rows(of=table)] for table in tables]
    assert [one.reached for one in rehearse(world.product.db, plan, TO, TO)] == [1]
    assert [[row.id for row in world.rows(of=table)] for table in tables] == before


def test_no_such_plan_is_said(sqlite_world: World) -> None:
    with pytest.raises(LookupError, match="没有推送计划 7"):
        rehearse(sqlite_world.product.db, 7, FROM, TO)
