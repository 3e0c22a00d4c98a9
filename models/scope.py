"""Who may see which client: narrowed in the query, never after it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import Session, aliased

from models.break_glass import opened_by
from models.member import Friendship, Member

S = TypeVar("S", bound=Select[Any])
BOUND = frozenset({"advisor"})
"""Roles that see only the clients they look after now."""
ARCHIVISTS = frozenset({"privacy", "auditor"})
"""Roles that see whom a law alone has us keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody at the console. `employee` is their userid in WeCom."""

    name: str
    role: str
    employee: str = ""
    covers: tuple[str, ...] = ()
    """Colleagues on leave whose clients the viewer looks after now (models.duty.covered_by)."""

    @property
    def userid(self) -> str:
        """As colleagues in WeCom know them."""
        return self.employee or self.name


def visible(viewer: Viewer, member: Any, now: datetime | None = None) -> ColumnElement[bool]:
    """The condition under which a row about `member` (a column of member ids) may be shown to the viewer.

    `now`: with it, clients the viewer opened by break-glass are shown too. Whoever is archived is shown to privacy
    officers and auditors only.
    """
    shown: ColumnElement[bool] = true()
    if viewer.role in BOUND:
        shown = exists(
            select(Friendship.member_id).where(
                Friendship.member_id == member,
                Friendship.employee_id.in_((viewer.userid, *viewer.covers)),
                Friendship.ended_at.is_(None),
            )
        )
        if now is not None:
            shown = or_(shown, member.in_(opened_by(viewer.name, now)))
    if viewer.role in ARCHIVISTS:
        return shown
    kept = aliased(Member)
    return and_(shown, ~exists(select(kept.id).where(kept.id == member, kept.standing == "archived")))


def narrow(chosen: S, viewer: Viewer, member: Any, now: datetime | None = None) -> S:
    """The same select, of whom the viewer may see only: `narrow(select(Member), viewer, Member.id, work.now)`."""
    return chosen.where(visible(viewer, member, now))


def may_see(session: Session, viewer: Viewer, member_id: str, now: datetime) -> bool:
    """Whether one member may be shown to the viewer."""
    return session.scalar(narrow(select(Member.id).where(Member.id == member_id), viewer, Member.id, now)) is not None
