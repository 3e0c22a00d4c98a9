"""Many interactions at once (everybody who watched a live): folded into roll-up and running rows by statements."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.activity import SESSION_GAP, ActivityDay
from models.base import Utc
from models.member import Member
from models.rfm import RfmState
from rules.rfm import UNPLACED

Interaction = tuple[str, int]
"""(member, unix seconds); members must be known."""
EPOCH = date(1970, 1, 1).toordinal()
Row = tuple[str, date, int, int, int, int]
"""The columns of the batch."""
GAP = int(SESSION_GAP.total_seconds())
HOUR = 3600

BATCH = Table(
    "activity_batch", MetaData(),
    Column("member_id", String(64), primary_key=True), Column("day", Date, primary_key=True),
    Column("count", Integer), Column("first_s", BigInteger), Column("last_s", BigInteger), Column("fresh", Integer),
    prefixes=["TEMPORARY"],
)  # fmt: skip
"""Sessions of the batch by member and day; unix seconds, since converting times row by row costs more than all else."""

LAST_ACTIVE = (
    update(Member)
    .where(Member.id == RfmState.member_id, Member.id.in_(select(BATCH.c.member_id)))
    .values(last_active_at=RfmState.last_at)
)
"""Members' own rows say when they were last active too."""


def fold(session: Session, done: Sequence[Interaction], zone: ZoneInfo, since: date) -> int:
    """Count them (sessions merged) in the roll-up and, from `since` on, in running rows; how many sessions there were.

    The caller sees to it that a batch is folded once: all its rows come from one event.
    """
    connection = session.connection()
    BATCH.create(connection, checkfirst=True)
    connection.execute(delete(BATCH))
    rows = list(_sessions(done, zone))
    if not rows:
        return 0
    _take_in(connection, rows)
    _begin(session)
    same = (ActivityDay.member_id == BATCH.c.member_id, ActivityDay.day == BATCH.c.day)
    connection.execute(update(BATCH).where(*same).values(fresh=0))
    sqlite_ = session.get_bind().dialect.name == "sqlite"
    near = RfmState.last_at.between(_moment(BATCH.c.first_s - GAP, sqlite_), _moment(BATCH.c.first_s, sqlite_))
    connection.execute(
        update(BATCH).where(RfmState.member_id == BATCH.c.member_id, near).values(count=BATCH.c.count - 1)
    )
    _roll_up(session, _moment(BATCH.c.last_s, sqlite_))
    _run_up(session, since, on_sqlite=sqlite_)
    return sum(row[2] for row in rows)


def _take_in(connection: Connection, rows: Sequence[Row]) -> None:
    """Straight to the driver: preparing parameters would cost more than all statements after it."""
    if connection.dialect.name == "sqlite":
        plain = [(who, day.isoformat(), *more) for who, day, *more in rows]
        connection.exec_driver_sql(f"INSERT INTO {BATCH.name} VALUES (?, ?, ?, ?, ?, ?)", plain)
        return
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY {BATCH.name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def touched() -> Select[str]:
    """The members of the batch just folded, for a statement in the same transaction."""
    return select(BATCH.c.member_id)


def _sessions(done: Sequence[Interaction], zone: ZoneInfo) -> Iterator[Row]:
    """A row for each member and Beijing day, what lies within five minutes merged, across midnight too."""
    offsets: dict[int, int] = {}
    day_of = lru_cache(maxsize=None)(date.fromordinal)
    for who, some in groupby(sorted(done), itemgetter(0)):
        before, day, count, first = -HOUR, 0, 0, 0
        for _, at in some:
            hour = at // HOUR
            if hour not in offsets:
                offsets[hour] = _offset(hour, zone)
            today = (at + offsets[hour]) // 86_400 + EPOCH
            if today != day:
                if day:
                    yield who, day_of(day), count, first, before, 1
                day, count, first = today, 0, at
            count += at - before > GAP
            before = at
        yield who, day_of(day), count, first, before, 1


def _offset(hour: int, zone: ZoneInfo) -> int:
    """Seconds the zone is ahead of UTC in an hour since the epoch."""
    ahead = datetime.fromtimestamp(hour * HOUR, zone).utcoffset()
    return int(ahead.total_seconds()) if ahead else 0


def _moment(seconds: ColumnElement[int], on_sqlite: bool) -> ColumnElement[datetime]:
    """Unix seconds as the database keeps times (UTC without zone)."""
    if on_sqlite:
        return func.strftime("%Y-%m-%d %H:%M:%S.000000", seconds, "unixepoch", type_=Utc())
    return func.timezone("UTC", func.to_timestamp(seconds), type_=Utc())


def _begin(session: Session) -> None:
    """Running rows for members of the batch who have none."""
    lacking = select(Member.id, Member.first_seen_at).where(
        Member.id.in_(select(BATCH.c.member_id)), ~exists().where(RfmState.member_id == Member.id)
    )
    zero = [literal(number) for number in (0, 0, UNPLACED, UNPLACED)]
    names = ["member_id", "first_at", "count_30d", "days_30d", "rank", "was"]
    session.execute(insert(RfmState).from_select(names, lacking.add_columns(*zero)))


def _roll_up(session: Session, last_at: ColumnElement[datetime]) -> None:
    maker = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    rows = select(BATCH.c.member_id, BATCH.c.day, BATCH.c.count, last_at).where(true())
    put = maker(ActivityDay).from_select(["member_id", "day", "count", "last_at"], rows)
    later = case((put.excluded.last_at > ActivityDay.last_at, put.excluded.last_at), else_=ActivityDay.last_at)
    put = put.on_conflict_do_update(
        index_elements=["member_id", "day"], set_={"count": ActivityDay.count + put.excluded.count, "last_at": later}
    )
    session.execute(put)


def _run_up(session: Session, since: date, *, on_sqlite: bool) -> None:
    recent = BATCH.c.day >= since
    totals = (
        select(
            BATCH.c.member_id, func.sum(case((recent, BATCH.c.count), else_=0)).label("n"),
            _moment(func.max(BATCH.c.last_s), on_sqlite).label("last_at"),
            func.sum(case((recent, BATCH.c.fresh), else_=0)).label("d"),
        )
        .group_by(BATCH.c.member_id)
        .subquery()
    )  # fmt: skip
    newer = case(
        (func.coalesce(RfmState.last_at, totals.c.last_at) > totals.c.last_at, RfmState.last_at), else_=totals.c.last_at
    )
    session.execute(
        update(RfmState)
        .where(RfmState.member_id == totals.c.member_id)
        .values(count_30d=RfmState.count_30d + totals.c.n, days_30d=RfmState.days_30d + totals.c.d, last_at=newer)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
