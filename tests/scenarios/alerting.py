"""Who has which card, and who is away: shared by the scenarios about alerts."""

from datetime import timedelta

from models.duty import Absence
from tests.world import World

COMPLAINT = "我要投诉你们，转账一直没人管"
STAFF = ("adv01", "adv02", "op01")


def counts(world: World) -> dict[str, int]:
    """How many alert cards and digests each employee has."""
    return {one: sum(card.task_id.startswith(("alert-", "digest-")) for card in world.cards(one)) for one in STAFF}


def away(world: World, employee: str, stand_in: str = "", days: int = 3) -> None:
    now = world.hands.now
    with world.product.db.work() as work:
        until = now + timedelta(days=days)
        work.session.merge(Absence(employee_id=employee, since=now, until=until, stand_in=stand_in))
