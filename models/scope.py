"""Who may see which client: narrowed in the query, never after it."""

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, exists, select, true

from models.member import Friendship

S = TypeVar("S", bound=Select[Any])
BOUND = frozenset({"advisor"})
"""Roles that see only the clients they look after now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody at the console. `employee` is their userid in WeCom."""

    name: str
    role: str
    employee: str = ""
    covers: tuple[str, ...] = ()
    """Colleagues on leave whose clients the viewer looks after now (models.duty.covered_by)."""


def visible(viewer: Viewer, member: Any) -> ColumnElement[bool]:
    """The condition under which a row about `member` (a column of member ids) may be shown to the viewer."""
    if viewer.role not in BOUND:
        return true()
    return exists(
        select(Friendship.member_id).where(
            Friendship.member_id == member,
            Friendship.employee_id.in_((viewer.employee or viewer.name, *viewer.covers)),
            Friendship.ended_at.is_(None),
        )
    )


def narrow(chosen: S, viewer: Viewer, member: Any) -> S:
    """The same select, of the viewer's own clients only: `narrow(select(Member), viewer, Member.id)`."""
    return chosen.where(visible(viewer, member))
