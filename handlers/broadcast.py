"""Push in the open: what an occurrence sends to moments, colleagues and robots, and what became of the latter two."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from models import actions
from models.actions import Action
from models.broadcasts import Broadcast, CreateMoment, PostRobot, TellStaff
from models.content import Delivery, Occurrence
from models.events.broadcast import BroadcastSent
from models.events.internal import SendFailed
from models.ledger import Outbound
from models.work import Work

WAYS = ("moment", "staff", "robot")
"""What models.audience calls a target that is no customer and no customer group."""
STAFF = 1000
"""Receivers of one message/send (doc 90236)."""


def of(
    kind: str, targets: Sequence[str], occurrence: Occurrence, text: str, content_id: str, carried: dict[str, Any]
) -> Iterator[Action]:
    """The actions of one occurrence: one moment for all advisors, one message a thousand colleagues, one a robot."""
    given: dict[str, Any] = {"occurrence_id": occurrence.id, "text": text, "content_id": content_id, **carried}
    if kind == "moment":
        yield CreateMoment(to=tuple(targets), **given)
    elif kind == "staff":
        yield from (TellStaff(to=tuple(targets[at : at + STAFF]), **given) for at in range(0, len(targets), STAFF))
    else:
        yield from (PostRobot(to=(one,), **given) for one in targets)


def sent(event: BroadcastSent, work: Work) -> Iterator[Action]:
    """Settle the rows: WeCom shows at once what goes to our own people."""
    yield from ()
    for row in deliveries(work, event.occurrence_id, event.to):
        unreached = row.target in event.refused
        row.state, row.reason = ("refused", "账号无效或不在应用可见范围") if unreached else ("sent", "")


def failed(event: SendFailed, work: Work) -> Iterator[Action]:
    """WeCom took nothing: the rows say so."""
    yield from ()
    row = work.session.get(Outbound, event.outbound_id)
    action = actions.load(row.kind, row.body) if row is not None and row.kind in KINDS else None
    if isinstance(action, Broadcast):
        for delivery in deliveries(work, action.occurrence_id, action.to):
            delivery.state, delivery.reason = "refused", f"企业微信没有受理（错误码 {event.errcode}）"


KINDS = frozenset(one.__name__ for one in (CreateMoment, TellStaff, PostRobot))


def deliveries(work: Work, occurrence_id: int, targets: Sequence[str]) -> list[Delivery]:
    """The rows of some targets of an occurrence."""
    chosen = select(Delivery).where(Delivery.occurrence_id == occurrence_id, Delivery.target.in_(targets))
    return list(work.session.scalars(chosen))
