"""No page asks the database once for each row it shows: twenty more of everything cost not one statement more."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from console.nav import SECTIONS
from models.alert import Alert
from models.content import PushPlan
from models.engagement import Engagement
from models.faq import FaqDecision
from models.group_draft import GroupDraft
from tests.console.desk import Seat
from tests.console.test_engagements import approved
from tests.world import World

LINKS = [link.path for _, links in SECTIONS for link in links]
KEYS = ("id", "task_id", "source_key")
"""What makes a row itself; all else may be alike."""


@contextmanager
def counting(world: World) -> Iterator[list[str]]:
    """Statements that are said meanwhile."""
    said: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    engines = {world.product.db.engine, world.product.db.reader}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield said
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def counted(world: World, seat: Seat) -> dict[str, int]:
    """Statements of each page of the menu, its second showing."""
    found = {}
    for path in LINKS:
        seat.get(path)
        with counting(world) as said:
            assert seat.get(path).status_code == 200, path
        found[path] = len(said)
    return found


def multiplied(world: World, of: Any, times: int = 20) -> None:
    """More rows like the first."""
    [first, *_] = world.rows(of=of)
    given = {one.name: getattr(first, one.name) for one in of.__table__.columns if one.name not in KEYS}
    with world.product.db.work() as work:
        for number in range(times):
            own = {name: f"{name}-{number}" for name in KEYS[1:] if name in of.__table__.columns}
            work.session.add(of(**given, **own))


def test_more_rows_take_no_more_statements(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("王女士", "S")
    world.joins(who)
    world.group_hears("请问怎么开户", by=who)
    world.member_says("我要销户", by=who)
    world.member_says("你们这个月卡怎么办理", by=who)
    world.plan("weekly 5 16:00")
    approved(world, kind="checkin", questions="")
    seat = Seat(world, "老板", "admin")
    before = counted(world, seat)
    for of in (PushPlan, Engagement, Alert, FaqDecision, GroupDraft):
        multiplied(world, of)
    for number in range(20):
        world.client(f"客户{number}", "S")
    assert counted(world, seat) == before
