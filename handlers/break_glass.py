"""Tell managers and compliance at once that somebody opened a client who is not theirs."""

from collections.abc import Iterator

from sqlalchemy import select

from models.actions import Action, SendApp
from models.events.internal import GlassBroken
from models.member import Employee
from models.work import Work

OVERSEERS = ("manager", "compliance")


def tell(event: GlassBroken, work: Work) -> Iterator[Action]:
    """To everybody who oversees, and to the operator's own manager; without any word about the client."""
    chosen = select(Employee.id).where(Employee.role.in_(OVERSEERS), Employee.active)
    told = set(work.session.scalars(chosen))
    own = work.session.get(Employee, event.operator)
    told |= {own.manager_id} if own is not None and own.manager_id else set()
    told.discard(event.operator)
    if told:
        at = event.at.astimezone(work.rules.zone)
        text = (
            f"【紧急查看】{event.operator} 于 {at:%m-%d %H:%M} 查看了非本人名下的客户，一小时内有效。"
            f"理由已留痕（编号 {event.opening_id}），请在控制台「存证」中复核。"
        )
        yield SendApp(to=tuple(sorted(told)), text=text)
