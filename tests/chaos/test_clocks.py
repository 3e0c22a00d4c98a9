"""Two clocks, one of them frozen past its lease, one an hour ahead, workers killed in a firing: each moment once."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from commands.demo import shift_of
from commands.stage import Stage
from models import audience
from models import plan as plans
from models.content import Content, Delivery, MassTask, Occurrence, PushPlan
from models.group import Group
from models.work import utc_now
from tests import servers
from tests.chaos.rig import LEASE, OWNER, Rig

CONTENTS = ("H-MID", "H-ELDER", "H-DRAGON", "H-NATIONAL", "E-ANTI1", "E-ANTI2", "E-ANTI3", "H-SPRING")
FIRST, APART = 4.0, 1.5
"""Seconds until the first plan is due, and between two."""
HOUR = 3600.0


@pytest.fixture
def rig(postgres: servers.Postgres, redis_url: str, tmp_path: Path) -> Iterator[Rig]:
    """Every role twice but the web, all on a clock on which pushes are allowed now."""
    made = Rig.build("postgres", tmp_path, postgres.create(), redis_url, 11)
    shift = shift_of(utc_now())
    for role, name in (("web", "web"), ("worker", "worker-1"), ("worker", "worker-2"), ("clock", "clock-1"),
                       ("clock", "clock-2")):  # fmt: skip
        made.stage.open_product(shift, role, name)
    made.stage.open_company(shift)
    made.stage.deed("hire", OWNER, "群主", servicer=False)
    made.groups = [made.stage.deed("found_group", f"群{number}", OWNER) for number in range(8)]
    made.stage.order("drain", {"timeout": 60})
    assert made.until_done(60) == 0
    yield made
    for name in list(made.stage.running):
        made.stage.kill(name)


def planned(rig: Rig, shift: float) -> list[int]:
    """A plan for each group, due a moment after the other."""
    product, made = rig.product(), []
    with product.db.work() as work:
        assert {one.id for one in work.session.scalars(select(Group))} >= set(rig.groups)
        for at, (content, group) in enumerate(zip(CONTENTS, rig.groups, strict=True)):
            due = work.now + timedelta(seconds=shift + FIRST + at * APART)
            row = PushPlan(
                name=content, rule=f"once {due:%Y-%m-%dT%H:%M}", content_id=content, segment=f"groups:{group}",
                fields="{}", misfire="send", status="approved", next_at=due, edits=0, holdout=0,
            )  # fmt: skip
            work.session.add(row)
            work.session.flush()
            size = sum(len(some) for some in audience.targets(row.segment, work).values())
            plans.sign(row, work.session.get_one(Content, content), size)
            made.append(row.id)
    product.close()
    return made


def send(stage: Stage, name: str, what: signal.Signals) -> None:
    os.killpg(stage.running[name].pid, what)


def rows(rig: Rig, of: Any) -> list[Any]:
    product = rig.product()
    with product.db.read() as session:
        found = list(session.scalars(select(of)))
    product.close()
    return found


@pytest.mark.timeout(240)
def test_each_moment_is_fired_once_whatever_becomes_of_clocks_and_workers(rig: Rig) -> None:
    stage, shift = rig.stage, shift_of(utc_now())
    wanted = planned(rig, shift)
    time.sleep(FIRST)
    send(stage, "clock-1", signal.SIGSTOP)
    for name in ("worker-1", "worker-2", "clock-2"):
        time.sleep(APART)
        stage.kill(name)
        stage.spawn_product(shift, name.split("-")[0], name)
    stage.spawn_product(shift + HOUR, "clock", "clock-ahead")
    time.sleep(float(LEASE) + 2)
    send(stage, "clock-1", signal.SIGCONT)
    time.sleep(2)
    stage.kill("clock-ahead")
    assert rig.until_done(90) == 0
    occurrences = rows(rig, Occurrence)
    assert sorted(one.plan_id for one in occurrences) == wanted
    assert {one.state for one in occurrences} == {"done"}
    assert Counter(one.occurrence_id for one in rows(rig, MassTask)) == Counter(one.id for one in occurrences)
    assert Counter(one.target for one in rows(rig, Delivery)) == Counter(rig.groups)
    pending = stage.deed("pending", OWNER)
    assert len(pending) == len(wanted)
    assert sum(stage.deed("tap_send", OWNER, msgid) for msgid in pending) == len(wanted)
