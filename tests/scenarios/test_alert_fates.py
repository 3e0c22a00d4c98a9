"""Whatever goes wrong, an alert is never lost: a property over people, hours, cards, the API and dying workers."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot import lanes
from models.alert import Alert
from models.duty import Absence
from models.ledger import Inbound, Outbound
from models.member import Employee
from tests.scenarios.alerting import COMPLAINT, away, counts
from tests.world import World

Spare = Callable[[], AbstractContextManager[World]]


@pytest.fixture(scope="module")
def spare_world(seeded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Spare:
    """Worlds for properties: a fresh one for each example."""

    @contextmanager
    def fresh() -> Iterator[World]:
        folder = tmp_path_factory.mktemp("spare")
        shutil.copy(seeded_sqlite, folder / "bot.db")
        made = World(folder, f"sqlite:///{folder / 'bot.db'}")
        yield made
        made.close()

    return fresh


FATES = st.sampled_from(
    ["leave", "return", "fire", "refuse", "drop", "fault", "heal", "wait", "engine dies", "sender dies", "say"]
)


@settings(max_examples=4)
@given(fates=st.lists(FATES, min_size=2, max_size=5))
def test_whatever_happens_an_alert_is_taken_or_its_clock_is_running(fates: list[str], spare_world: Spare) -> None:
    with spare_world() as world:
        world.member_says(COMPLAINT, by=world.client("李雷"))
        for at, fate in enumerate(fates):
            befall(world, fate, at)
        befall(world, "heal", 99)
        for found in world.rows(of=Alert):
            assert found.state == "open"
            assert found.due_at > world.hands.now - timedelta(minutes=1)
        world.forward(hours=1)
        reached = {one for one in ("adv01", "adv02", "op01") if counts(world)[one]}
        assert reached, "somebody must have it in the end"


def dies(world: World, who: str) -> None:
    """A worker takes what has just come in, or what is about to go out, and is never heard of again."""
    world.people.say_to_kf(world.people.meet("路人"), COMPLAINT)
    world.courier.drain()
    dead = replace(world.product.lease, owner="dead")
    if who == "sender dies":
        world.worker.engine.step()  # the doorbell
        world.express()  # the message is read
        world.worker.engine.step()  # and makes a card, which leaves with a sender that dies
    with world.product.db.work() as work:
        lanes.claim(work, Outbound if who == "sender dies" else Inbound, dead, 32)


def befall(world: World, fate: str, at: int) -> None:
    """Something goes wrong, or right again."""
    company = world.company
    table: dict[str, Callable[[], object]] = {
        "leave": lambda: away(world, "adv01"),
        "return": lambda: heal(world),
        "heal": lambda: heal(world),
        "fire": lambda: world.edit(Employee, "adv02", active=False),
        "refuse": lambda: company.faults.tell({"message/send": {"garbage": 1.0}}),
        "drop": lambda: setattr(company.switches, "per_person_minute", 0),
        "fault": lambda: company.faults.tell({"message/send": {"http500": 0.5, "execute_and_drop": 0.5}}),
        "say": lambda: world.member_says(f"{COMPLAINT}{at}", by=world.client(f"别人{at}")),
        "wait": lambda: None,
    }
    table.get(fate, lambda: dies(world, fate))()
    world.forward(minutes=3)


def heal(world: World) -> None:
    """Everything works and everybody is back."""
    world.company.faults.tell({})
    world.company.switches.per_person_minute = 30
    with world.product.db.work() as work:
        work.session.execute(delete(Absence))
    world.edit(Employee, "adv02", active=True)
