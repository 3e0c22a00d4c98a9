"""What comparing with WeCom's directory found, step by step."""

from dataclasses import dataclass

from models.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffListed(Event):
    """Employees who may serve customers, as (id, name)."""

    employees: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeFetched(Event):
    """An employee as WeCom has them. `serves`: has the customer-contact right."""

    employee_id: str
    name: str
    active: bool
    serves: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeNamed(Event):
    """Whose encrypted id that is; `employee_id` is empty where WeCom does not say."""

    open_id: str
    employee_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsListed(Event):
    """Some pages of employees' customers. `cursor`: where the next begins; empty after the last."""

    run_id: int
    employees: tuple[str, ...]
    cursor: str
    relations: tuple[tuple[str, str, str, str, tuple[str, ...]], ...]
    """(member, employee, name, unionid, corp tag ids)"""
    added: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsClosed(Event):
    """All customers of some employees are listed: so many relations are gone, or too many to believe."""

    run_id: int
    had: int
    ended: tuple[str, ...]
    suspect: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsListed(Event):
    """Groups of some owners. `unknown`: how many of them are news."""

    run_id: int
    owners: tuple[str, ...]
    chat_ids: tuple[str, ...]
    unknown: int


EVENTS: tuple[type[Event], ...] = (
    StaffListed, EmployeeFetched, EmployeeNamed, ContactsListed, ContactsClosed, GroupsListed,
)  # fmt: skip
"""All of them, for the table of internal events."""
