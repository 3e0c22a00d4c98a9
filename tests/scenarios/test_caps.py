"""Laws of pushing: no cap is ever exceeded, whatever is planned and whoever works; nothing held is forgotten."""

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot import lanes
from models.consent import Consent
from models.content import Delivery, Occurrence
from models.ledger import Inbound
from tests.desk_verbs import BEIJING
from tests.world import World

CONTENTS = ("H-MID", "H-ELDER", "H-DRAGON", "H-NATIONAL", "E-ANTI1", "E-ANTI2", "E-ANTI3", "N-D0")
GIVEN = ("queued", "tasked", "sent")


def days_of(world: World) -> list[tuple[str, datetime]]:
    """(target, Beijing moment) of everything that was given."""
    return [(one.target, one.at.astimezone(BEIJING)) for one in world.rows(of=Delivery) if one.state in GIVEN]


@pytest.mark.parametrize("seed", range(3))
def test_no_group_and_no_person_ever_gets_more_than_the_caps_allow(sqlite_world: World, seed: int) -> None:
    world, chance = sqlite_world, random.Random(seed)
    people = [world.client(f"客户{number}", "S") for number in range(3)]
    with world.product.db.work() as work:
        for who in people:
            for purpose in ("greeting", "weekly"):
                work.session.merge(Consent(member_id=who, purpose=purpose, granted=True, wording="W-03", at=work.now))
    for content in CONTENTS:
        for segment in ("groups:all", "tier:S"):
            hour, minute = chance.randint(0, 23), chance.choice((0, 15, 59))
            world.plan(f"cron {minute} {hour} * * {chance.choice(('*', '1-5', '3', '*/2'))}", content, segment)
    for _ in range(9):
        world.forward(hours=chance.choice((7, 24, 31)))
        for owner in ("op01", "adv01"):
            for msgid in world.people.pending(owner):
                world.people.tap_send(owner, msgid)
    given = days_of(world)
    caps = world.product.db.rules.caps
    by_day = Counter((target, at.date()) for target, at in given)
    by_week = Counter((target, at.date() - timedelta(days=at.weekday())) for target, at in given)
    assert max(count for (target, _), count in by_day.items() if target == world.group) <= caps.group_per_day
    assert max(count for (target, _), count in by_week.items() if target == world.group) <= caps.group_per_week
    assert max(count for (target, _), count in by_week.items() if target in people) <= caps.person_per_week
    assert {at.hour for _, at in given} <= set(range(8, 21))
    states = Counter(one.state for one in world.rows(of=Occurrence) if one.fire_at < world.hands.now)
    waiting = [one for one in world.rows(of=Inbound) if one.state != "done" and one.kind == "PushDue"]
    assert states["queued"] == len(waiting)  # held until the morning, every one of them


def test_two_workers_never_plan_two_pushes_at_once(world: World) -> None:
    for content in CONTENTS[:3]:
        world.plan("once 2026-11-25T10:30", content)
    world.hands.now = world.minutes_from_now(30)
    world.ticker.tick()
    both = [replace(world.product.lease, owner=name) for name in ("first", "second")]
    with world.product.db.work() as work:
        taken = [row for lease in both for row in lanes.claim(work, Inbound, lease, 10) if row.kind == "PushDue"]
        assert len(taken) == 1
        lanes.release_own(work, Inbound, "first")
        lanes.release_own(work, Inbound, "second")
    world.settle()
    assert sum(one.state in GIVEN for one in world.rows(of=Delivery)) == world.product.db.rules.caps.group_per_day
