"""Re-tiering a whole community in a few statements: the window moves, every member is placed, changes are written back.

The needs and cut points are those of rules.rfm; here they become one CASE, so a million rows cost about a second
(NumPy or window functions over raw events cost several, measured). Identical for SQLite and PostgreSQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Table,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from models.activity import ActivityDay, TierChange
from models.base import Utc
from models.ledger import Cursor
from models.member import Member
from models.rfm import RfmState
from models.work import Work
from rules.rfm import BY_ACTIVITY, BY_VALUE, NEWCOMER, UNPLACED, Need, Tables, two_months_before

WINDOW = timedelta(days=30)
CURSOR = "rfm:window"
NEVER_AT = datetime(1, 1, 1)  # noqa: DTZ001 only ever compared with columns, which carry no zone


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a full re-tiering did."""

    members: int
    moved: int


def midnight(day: date, work: Work) -> datetime:
    """The Beijing midnight a day begins with."""
    return datetime.combine(day, time(), work.rules.zone)


def target(tables: Tables, now: datetime, of: Any = RfmState) -> ColumnElement[int]:
    """The rank of each row by its figures: rules.rfm.place as one CASE. `of`: state rows, or columns of that name."""
    valued, active = ([_when(tables, one, now, of) for one in needs] for needs in (BY_VALUE, BY_ACTIVITY))
    by_value = case(*valued[:-1], else_=valued[-1][1])
    return case((of.value.is_not(None), by_value), else_=case(*active[:-1], else_=active[-1][1]))


def _when(tables: Tables, need: Need, now: datetime, of: Any) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    cuts = tables.cuts
    asked: list[ColumnElement[bool]] = []
    if need.r > 1:
        since = now - timedelta(days=cuts.recency[5 - need.r] + 1)
        asked.append(of.last_at > literal(since, Utc()))
    if need.f > 1:
        asked.append(of.count_30d >= literal_column(str(cuts.frequency[5 - need.f])))
    if need.m > 1:
        asked.append(of.value >= literal(cuts.monetary[5 - need.m]))
    if need.newcomer:
        asked.append(of.first_at >= literal(now - NEWCOMER, Utc()))
    return and_(true(), *asked), literal_column(str(tables.rank_of(need.code)))


def review(
    work: Work, tables: Tables, now: datetime, *, falls: bool = True, only: Select[str] | None = None
) -> Outcome:  # fmt: skip
    """Place every member (or `only` these): up at once, down after two months below where `falls`; history and all."""
    session, aim = work.session, target(tables, now)
    ripe = RfmState.below_since <= literal(two_months_before(now), Utc()) if falls else literal_column("0") == 1
    moves = or_(aim < RfmState.rank, and_(aim > RfmState.rank, func.coalesce(ripe, literal_column("1") == 0)))
    below = case(
        (and_(aim > RfmState.rank, ~func.coalesce(ripe, literal_column("1") == 0)),
         func.coalesce(RfmState.below_since, literal(now, Utc()))),
        else_=None,
    )  # fmt: skip
    changes = or_(aim != RfmState.rank, RfmState.below_since.is_not(None))
    session.execute(
        update(RfmState)
        .where(changes, *([RfmState.member_id.in_(only)] if only is not None else []))
        .values(
            rank=case((moves, aim), else_=RfmState.rank),
            was=case((moves, RfmState.rank), else_=RfmState.was),
            moved_at=case((moves, literal(now, Utc())), else_=RfmState.moved_at),
            below_since=below,
        )
        .execution_options(synchronize_session=False)
    )
    moved = _write_back(session, tables, now)
    members = session.scalar(select(func.count()).select_from(RfmState)) or 0
    session.expire_all()
    return Outcome(members, moved)


def _write_back(session: Session, tables: Tables, now: datetime) -> int:
    """A history row and the member's own row for everybody who moved in this run."""
    mine = RfmState.moved_at == literal(now, Utc())
    rows = select(
        RfmState.member_id, _code(tables, RfmState.was), _code(tables, RfmState.rank), literal(""), literal(now, Utc()),
        RfmState.last_at, RfmState.count_30d, RfmState.days_30d, RfmState.value,
    ).where(mine)  # fmt: skip
    columns = ["member_id", "old", "new", "why", "at", "last_at", "count_30d", "days_30d", "value"]
    history: Table = TierChange.__table__  # type: ignore[assignment]  # declarative calls it FromClause
    made = insert(history).from_select(columns, rows).execution_options(preserve_rowcount=True)
    moved = session.connection().execute(made).rowcount
    if not moved:
        return 0
    session.execute(
        update(Member)
        .where(Member.id == RfmState.member_id, mine)
        .values(tier=_code(tables, RfmState.rank), tier_since=literal(now, Utc()), tier_why="")
        .execution_options(synchronize_session=False)
    )
    return moved


def _code(tables: Tables, rank: SQLColumnExpression[int]) -> ColumnElement[str]:
    codes = dict(enumerate(tables.rank))
    return case(codes, value=rank, else_="")


def begin_states(session: Session, tables: Tables) -> None:
    """A state row for every member who has none yet (imported, or met before tiering), with the tier they have."""
    here, there = (select(func.count()).select_from(one).scalar_subquery() for one in (Member, RfmState))
    if not session.scalar(select(here > there)):
        return  # a state goes with its member, so equal numbers mean that nobody lacks one
    missing = ~exists().where(RfmState.member_id == Member.id)
    ranks = case({code: at for at, code in enumerate(tables.rank)}, value=Member.tier, else_=UNPLACED)
    rows = select(
        Member.id, Member.first_seen_at, Member.last_active_at, literal(0), literal(0), ranks, ranks
    ).where(missing)  # fmt: skip
    names = ["member_id", "first_at", "last_at", "count_30d", "days_30d", "rank", "was"]
    session.execute(insert(RfmState).from_select(names, rows))


def move_window(work: Work, day: date) -> None:
    """Figures as of a Beijing day: only members whose days leave the window are counted anew; exact and repeatable.

    A window that moves back, or more than a week ahead, is counted anew for everybody.
    """
    session, start = work.session, day - WINDOW + timedelta(days=1)
    cursor = session.get(Cursor, CURSOR)
    known = date.fromisoformat(cursor.value) if cursor else None
    if known is None or not timedelta(0) <= day - known <= timedelta(days=7):
        _recount(session, start, day)
    elif known != day:
        _recount_some(session, known - WINDOW, start, day)
    session.merge(Cursor(name=CURSOR, value=day.isoformat(), at=work.now))
    session.flush()
    session.expire_all()


def _recount(session: Session, start: date, day: date) -> None:
    within = ActivityDay.day.between(start, day)
    totals = (
        select(ActivityDay.member_id, func.sum(ActivityDay.count).label("n"), func.count().label("d"))
        .where(within)
        .group_by(ActivityDay.member_id)
        .subquery()
    )
    quiet = or_(RfmState.count_30d != 0, RfmState.days_30d != 0)
    no_sync = {"synchronize_session": False}
    session.execute(update(RfmState).where(quiet).values(count_30d=0, days_30d=0).execution_options(**no_sync))
    session.execute(
        update(RfmState)
        .where(RfmState.member_id == totals.c.member_id)
        .values(count_30d=totals.c.n, days_30d=totals.c.d)
        .execution_options(**no_sync)
    )


def _recount_some(session: Session, first: date, start: date, day: date) -> None:
    """Members with a day from `first` to before `start`: those days leave, the others are counted, in one pass."""
    leaving = select(ActivityDay.member_id).where(ActivityDay.day >= first, ActivityDay.day < start).distinct()
    stays = ActivityDay.day >= start
    totals = (
        select(
            ActivityDay.member_id, func.sum(case((stays, ActivityDay.count), else_=0)).label("n"),
            func.sum(case((stays, 1), else_=0)).label("d"),
        )
        .where(ActivityDay.member_id.in_(leaving), ActivityDay.day.between(first, day))
        .group_by(ActivityDay.member_id)
        .subquery()
    )  # fmt: skip
    session.execute(
        update(RfmState)
        .where(RfmState.member_id == totals.c.member_id)
        .values(count_30d=totals.c.n, days_30d=totals.c.d)
        .execution_options(synchronize_session=False)
    )


def rewind(session: Session, day: date, end: datetime) -> None:
    """Last interactions as they stood at the end of an earlier day, for replaying it."""
    last = (
        select(func.max(ActivityDay.last_at))
        .where(ActivityDay.member_id == RfmState.member_id, ActivityDay.day <= day)
        .scalar_subquery()
    )
    session.execute(
        update(RfmState)
        .where(RfmState.last_at >= literal(end, Utc()))
        .values(last_at=last)
        .execution_options(synchronize_session=False)
    )


def spread(session: Session, tables: Tables) -> dict[str, int]:
    """Members by tier, high to low; members without one under the empty name."""
    rows = session.execute(select(RfmState.rank, func.count()).group_by(RfmState.rank).order_by(RfmState.rank))
    return {tables.code_of(rank): count for rank, count in rows}


def matrix_of_run(session: Session, at: datetime) -> dict[tuple[str, str], int]:
    """(old tier, new tier) -> members who moved in the run at a moment."""
    chosen = select(TierChange.old, TierChange.new, func.count()).where(TierChange.at == at)
    rows = session.execute(chosen.group_by(TierChange.old, TierChange.new))
    return {(old, new): count for old, new, count in rows}


def matrix(session: Session, since: datetime, until: datetime) -> dict[tuple[str, str], int]:
    """(tier at the start, tier at the end) -> members, from the history: who moved, and who stayed."""
    within = TierChange.at.between(since, until)
    ends = (
        select(func.min(TierChange.id).label("first"), func.max(TierChange.id).label("last"))
        .where(within)
        .group_by(TierChange.member_id)
        .subquery()
    )
    first, last = TierChange.__table__.alias("first"), TierChange.__table__.alias("last")
    moves = (
        select(first.c.old, last.c.new, func.count())
        .select_from(ends)
        .join(first, first.c.id == ends.c.first)
        .join(last, last.c.id == ends.c.last)
        .group_by(first.c.old, last.c.new)
    )
    found = {(old, new): count for old, new, count in session.execute(moves)}
    moved = select(TierChange.member_id).where(TierChange.at >= since)
    still = (
        select(Member.tier, func.count())
        .where(Member.tier != "", Member.id.not_in(moved), Member.first_seen_at <= until)
        .group_by(Member.tier)
    )
    for tier, count in session.execute(still):
        found[tier, tier] = found.get((tier, tier), 0) + count
    return found


def days_and_counts(session: Session, now: datetime) -> tuple[dict[int, int], dict[int, int], Sequence[float]]:
    """Members by days since their last interaction, by interactions, and all value indices: what quantiles need."""
    seen: dict[int, int] = {}
    lasts = select(func.date(RfmState.last_at), func.count()).where(RfmState.last_at.is_not(None)).group_by(
        func.date(RfmState.last_at)
    )  # fmt: skip
    for day, count in session.execute(lasts):
        days = max(0, (now.date() - date.fromisoformat(str(day)[:10])).days)
        seen[days] = seen.get(days, 0) + count
    often = select(RfmState.count_30d, func.count()).where(RfmState.count_30d > 0).group_by(RfmState.count_30d)
    counts = {count: members for count, members in session.execute(often)}  # noqa: C416 rows are no pairs
    values = session.scalars(select(RfmState.value).where(RfmState.value.is_not(None))).all()
    return seen, counts, [float(one) for one in values if one is not None]
