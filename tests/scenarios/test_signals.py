"""Signals nobody says aloud: birthdays, due products, silence and tiers, each with the consent it rests on."""

from datetime import date, timedelta

import pytest

from models.activity import TierChange
from models.alert import Alert
from models.consent import Consent
from models.member import Member
from models.workbench import ClientDate, next_step, same_day, timeline
from tests.world import World


def agrees(world: World, who: str, purpose: str) -> None:
    with world.product.db.work() as work:
        work.session.add(Consent(member_id=who, purpose=purpose, granted=True, wording="W-03", at=world.hands.now))


def noted(world: World, who: str, kind: str, on: date) -> None:
    with world.product.db.work() as work:
        row = ClientDate(member_id=who, kind=kind, on=on, noted_by="adv01", noted_at=world.hands.now)
        work.session.add(row)


def signals(world: World) -> list[str]:
    return sorted(one.signal for one in world.rows(of=Alert))


def test_dates_are_used_only_with_consent_and_only_for_valued_clients(sqlite_world: World) -> None:
    world = sqlite_world
    agreed, silent, ordinary = world.client("甲", "S"), world.client("乙", "S"), world.client("丙", "P")
    for who in (agreed, silent, ordinary):
        noted(world, who, "birthday", date(1980, 11, 26))
        noted(world, who, "due", date(2026, 11, 28))
    for who in (agreed, ordinary):
        agrees(world, who, "greeting")
        agrees(world, who, "account")
    world.forward(minutes=1)
    assert signals(world) == ["AL-BIRTHDAY", "AL-DUE"]
    assert {one.member_id for one in world.rows(of=Alert)} == {agreed}
    world.forward(hours=3)
    assert len(world.rows(of=Alert)) == 2


def test_a_valued_client_who_falls_silent_or_changes_tier_is_a_signal_once(sqlite_world: World) -> None:
    world = sqlite_world
    quiet, moved = world.client("甲", "A"), world.client("乙", "S")
    world.edit(Member, quiet, last_active_at=world.hands.now - timedelta(days=31))
    with world.product.db.work() as work:
        work.session.add(TierChange(member_id=moved, old="B", new="S", why="x", at=world.hands.now))
    world.forward(minutes=1)
    assert signals(world) == ["AL-SILENT", "AL-TIER"]
    world.forward(days=2)
    assert signals(world).count("AL-SILENT") == 1


def test_the_timeline_and_the_next_step_of_a_client(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.client("李雷", "S")
    world.member_says("我要销户", by=client)
    with world.product.db.read() as session:
        lines = timeline(session, world.product.db.rules, client)
        member = session.get(Member, client)
        assert member is not None
        step = next_step(session, world.product.db.rules, member, world.hands.now)
    assert {"提醒", "互动", "关系"} <= {one.kind for one in lines}
    assert [one.at for one in lines] == sorted((one.at for one in lines), reverse=True)
    assert step.action == "立即联系客户并在提醒上确认"


@pytest.mark.parametrize(
    ("born", "today", "same"),
    [
        (date(1980, 11, 26), date(2026, 11, 26), True),
        (date(1980, 2, 29), date(2026, 2, 28), True),
        (date(1980, 2, 29), date(2028, 2, 28), False),
        (date(1980, 2, 29), date(2028, 2, 29), True),
    ],
)
def test_a_birthday_comes_every_year(born: date, today: date, *, same: bool) -> None:
    assert same_day(born, today) is same
