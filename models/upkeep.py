"""Actions that keep directory, groups and tags as WeCom has them; no person reads a word of theirs."""

from dataclasses import dataclass

from models.intent import Action, Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchEmployee(Action):
    """Read one employee."""

    employee_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameEmployee(Action):
    """Ask whose encrypted id this is (doc 101521)."""

    open_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareContacts(Action):
    """Read the next pages of some employees' customers (doc 92994)."""

    run_id: int
    employees: tuple[str, ...]
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseContacts(Action):
    """All pages are read: end what is gone. `begun`: unix seconds; `empty`: WeCom listed nobody for them."""

    run_id: int
    employees: tuple[str, ...]
    begun: float
    empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareGroups(Action):
    """List the groups of some owners (doc 92120)."""

    run_id: int
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchTags(Action):
    """Read all corp tags (doc 92117)."""

    source: str = "tags"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTags(Action):
    """Make tags of a group."""

    group: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkTags(Action):
    """Set and take away tags of one relation (doc 92118)."""

    member_id: str
    employee_id: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawOn(Action):
    """Go on drawing portraits after this member."""

    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepIntercepts(Action):
    """Make WeCom's interception rules these: (name, kind, words) each (doc 96346)."""

    rules: tuple[tuple[str, int, tuple[str, ...]], ...]
    source: str = "intercepts"


UPKEEP: dict[type[Action], Traits] = {
    FetchEmployee: Traits(purpose="plumbing", priority=5, lane="employee_id"),
    NameEmployee: Traits(purpose="plumbing", priority=6, lane="open_id"),
    CompareContacts: Traits(purpose="plumbing", priority=8, lane="run_id"),
    CloseContacts: Traits(purpose="plumbing", priority=8, lane="run_id"),
    CompareGroups: Traits(purpose="plumbing", priority=8, lane="run_id"),
    FetchTags: Traits(purpose="plumbing", priority=7, lane="source"),
    AddTags: Traits(purpose="plumbing", priority=7, lane="group"),
    MarkTags: Traits(purpose="plumbing", priority=9, lane="member_id"),
    DrawOn: Traits(purpose="plumbing", priority=8, lane=""),
    KeepIntercepts: Traits(purpose="plumbing", priority=9, lane="source"),
}
"""Their rows of models.actions.TRAITS."""
