"""Other cut points against what is and what was, before they apply; and two persons who put them in force."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, select, update

from models import rfm as figures
from models import tiering
from models.activity import ActivityDay
from models.evidence import record
from models.rfm import RfmState, RfmVersion
from models.work import Work
from rules.rfm import Cuts, Tables, quantile_cuts, stability

MONTHS_BACK = (30, 60)
"""Days ago at which history is looked at too."""


def propose(work: Work, person: str, method: str, cuts: Cuts) -> RfmVersion:
    """Cut points with what they would do, waiting for somebody else's yes."""
    made = RfmVersion(
        method=method, cuts=figures.cuts_data(cuts), report=tried(work, cuts), status="proposed", made_by=person,
        made_at=work.now, checked_by="",
    )  # fmt: skip
    work.session.add(made)
    work.session.flush()
    return made


def decide(work: Work, version_id: int, person: str, *, yes: bool) -> str:
    """Put a version in force or refuse it; empty when done, else why not. The maker never decides."""
    found = work.session.get(RfmVersion, version_id)
    if found is None or found.status != "proposed":
        return "没有待审批的这个版本：可能已被处理"
    if found.made_by == person:
        return "提出人不能审批自己的切点：请另一位审批人处理"
    if yes:
        retire = update(RfmVersion).where(RfmVersion.status == "active").values(status="retired")
        work.session.execute(retire)
    found.status, found.checked_by, found.checked_at = "active" if yes else "refused", person, work.now
    facts = {"version": found.id, "cuts": found.cuts, "made_by": found.made_by, "checked_by": person, "in_force": yes}
    record(work, "rfm_version", "", facts, ref=f"rfm:{found.id}")
    return ""


def quantiles(work: Work) -> Cuts:
    """Quintile cut points of this community. ValueError where it cannot be cut into five."""
    return quantile_cuts(*tiering.days_and_counts(work.session, work.now))


def tried(work: Work, cuts: Cuts) -> dict[str, Any]:
    """What cut points would do: today's spread and moves, and spreads one and two months ago under both."""
    shipped = work.rules.rfm
    now, new = figures.tables_now(work.session, shipped), shipped.with_cuts(cuts)
    aim = tiering.target(new, work.now).label("aim")
    rows = work.session.execute(select(RfmState.rank, aim, func.count()).group_by(RfmState.rank, aim)).all()
    spread: dict[str, int] = {}
    for _, rank, count in rows:
        spread[new.code_of(rank)] = spread.get(new.code_of(rank), 0) + count
    moves = [[now.code_of(old), new.code_of(rank), count] for old, rank, count in rows if old != rank]
    history = [_then(work, days, now, new) for days in MONTHS_BACK]
    steady = {name: _steadiness(history, name) for name in ("old", "new")}
    return {
        "now": tiering.spread(work.session, now), "spread": spread, "moves": moves, "history": history,
        "stability": steady,
    }  # fmt: skip


def _steadiness(history: list[dict[str, Any]], name: str) -> float:
    return stability(history[1][name], history[0][name])


def _then(work: Work, days: int, now: Tables, new: Tables) -> dict[str, Any]:
    """Spreads as they would have been some days ago, from the daily roll-up; values are today's."""
    day = work.now.astimezone(work.rules.zone).date() - timedelta(days=days)
    at = work.now - timedelta(days=days)
    past = _figures(day).subquery()
    found: dict[str, Any] = {"day": day.isoformat()}
    for name, tables in (("old", now), ("new", new)):
        aim = tiering.target(tables, at, past.c).label("aim")
        rows = work.session.execute(select(aim, func.count()).where(past.c.first_at <= at).group_by(aim))
        found[name] = {tables.code_of(rank): count for rank, count in rows}
    return found


def _figures(day: date) -> Select[Any]:
    start = day - tiering.WINDOW + timedelta(days=1)
    mine = and_(ActivityDay.member_id == RfmState.member_id, ActivityDay.day <= day)
    recent = case((ActivityDay.day >= start, ActivityDay.count), else_=0)
    return (
        select(
            RfmState.member_id, RfmState.first_at, RfmState.value, func.max(ActivityDay.last_at).label("last_at"),
            func.coalesce(func.sum(recent), 0).label("count_30d"),
        )
        .outerjoin(ActivityDay, mine)
        .group_by(RfmState.member_id, RfmState.first_at, RfmState.value)
    )  # fmt: skip
