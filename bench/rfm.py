"""Full re-tiering of a community from running rows, beside DuckDB's query over the raw events in the same run.

Both place everybody by the same cut points. Ours also writes: all tiers once (the first night), then the tiers that
changed a night later, with their history and the members' own rows. DuckDB only answers its query.
"""

import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import insert, text

from bench.callbacks import _postgres
from config import data
from handlers import rfm as use_case
from models import activity_batch, schema
from models.activity import ActivityDay
from models.base import Keyring
from models.member import Member
from models.rfm import RfmState, state_of
from models.work import Database, Work
from rules.rfm import Tables

PEER = "DuckDB, one query over the raw events as they are kept: member id, time, in the order they came"
NOW = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)
DAYS = 180
WINDOW = 30
LIMIT = 1.3
FOLDED = 100_000
Arrays = tuple[Any, Any]


def measure(*, quick: bool) -> dict[str, object]:
    """The report of `run.py bench rfm`."""
    members, events = (30_000, 900_000) if quick else (1_000_000, 30_000_000)
    rng = np.random.default_rng(5)
    who, at = _events(members, events, rng)
    sqlite = _on_sqlite(members, who, at)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    peer, best_case = _duckdb(who, at), _duckdb(who, at, plain=True)
    growth = {
        str(size): _on_sqlite(size, *_events(size, 30 * size, rng))["retier_seconds"]
        for size in ((1_000, 10_000) if quick else (10_000, 100_000))
    }
    growth[str(members)] = sqlite["retier_seconds"]
    with _postgres() as url:
        postgres = _measured(url, members, who, at) if url else None
    detail: dict[str, object] = {
        "members": members, "events": events, "sqlite": sqlite, "postgresql": postgres, "growth_retier_seconds": growth,
        "ratio_postgresql": round(peer / postgres["retier_seconds"], 2) if postgres else None,
        "limit": f"ours <= {LIMIT} x peer, so ratio >= {1 / LIMIT:.2f}",
        "peak_memory_mb": peak, "duckdb_numbered_members_sorted_seconds": best_case,
        "load_before": os.getloadavg()[0], "cores": os.cpu_count(),
    }  # fmt: skip
    ours = float(sqlite["retier_seconds"])
    return {
        "name": "rfm", "ours": ours, "peer": peer, "peer_name": PEER, "unit": "s (smaller is better)",
        "ratio": round(peer / ours, 2), "detail": detail,
    }  # fmt: skip


def _events(members: int, events: int, rng: Any) -> Arrays:
    """Pareto-like activity over half a year: (member number, seconds before now)."""
    weight = rng.pareto(1.2, members) + 0.05
    who = np.repeat(np.arange(members, dtype=np.int32), rng.multinomial(events, weight / weight.sum()))
    back = rng.integers(0, DAYS * 86_400, events, dtype=np.int32)
    quiet = rng.integers(0, DAYS * 86_400, members, dtype=np.int32) // 3
    return who, np.maximum(back, quiet[who])


def _duckdb(who: Any, back: Any, *, plain: bool = False) -> float:
    """Best of three; R, F and the tier of everybody from raw events by the shipped cut points.

    `plain`: members as small integers, their events side by side: what no product keeps, and DuckDB's best case.
    """
    import duckdb

    cuts = Tables.load(data.alerts()["rfm"]).cuts
    r = " ".join(f"when last < {(one + 1) * 86_400} then {5 - at}" for at, one in enumerate(cuts.recency))
    f = " ".join(f"when often >= {one} then {5 - at}" for at, one in enumerate(cuts.frequency))
    scores = f"select who, case {r} else 1 end r, case {f} else 1 end f"
    figures = f"select who, min(back) last, count(*) filter (back < {WINDOW * 86_400}) often from raw group by who"
    query = (
        "select tier, count(*) from (select who, case when r >= 4 and f >= 4 then 'P' when r >= 3 and f >= 3 then 'Q'"
        f" when f >= 2 or r >= 2 then 'W' else 'L' end tier from ({scores} from ({figures}))) group by tier"
    )
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {os.cpu_count()}; set memory_limit = '1GB'")
        connection.register("given", {"who": who, "back": back})
        named = "select 'wm' || lpad(who::varchar, 30, '0') who, back from given order by back desc"
        connection.execute(f"create table raw as {'select * from given' if plain else named}")
        return round(min(_timed(lambda: connection.execute(query).fetchall()) for _ in range(3)), 3)


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _on_sqlite(members: int, who: Any, at: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return _measured(f"sqlite:///{Path(folder) / 'bench.db'}", members, who, at)


def _measured(url: str, members: int, who: Any, at: Any) -> dict[str, Any]:
    rules = _Rules()
    db = Database(url, Keyring((b"0" * 32,)), lambda: NOW, rules)  # type: ignore[arg-type]  # tiering reads two of its fields
    schema.migrate(db.engine)
    _community(db, members, who, at)
    moved: list[int] = []
    nights, folded = [], []
    for day in range(3):
        now = NOW + timedelta(days=day)
        folded.append(_fold(db, members, now))
        nights.append(_timed(partial(_night, db, now, moved)))
    one = _one(db, members)
    db.close()
    return {
        "retier_seconds": round(min(nights[1:]), 3), "nights_seconds": [round(night, 3) for night in nights[1:]],
        "moved_a_night": moved[1:], "first_night_seconds": round(nights[0], 3), "first_night_moved": moved[0],
        "folded_per_second": max(folded), "one_member_ms": one,
    }  # fmt: skip


class _Rules:
    """What tiering reads of a rulebook."""

    def __init__(self) -> None:
        self.rfm = Tables.load(data.alerts()["rfm"])
        self.zone = ZoneInfo("Asia/Shanghai")


def _night(db: Database, now: datetime, moved: list[int]) -> None:
    """The nightly run as the product does it: window moved, everybody placed, changes written back and committed."""
    with db.work() as work:
        moved.append(use_case.recompute(work, now.astimezone(work.rules.zone).date(), now).moved)


def _community(db: Database, members: int, who: Any, back: Any) -> None:
    """Member rows, the daily roll-up and running rows of these events (30-day window; older days only in last_at)."""
    last = np.full(members, -1, dtype=np.int64)  # events come sorted by member
    present, starts = np.unique(who, return_index=True)
    last[present] = np.minimum.reduceat(back, starts)
    recent = back < (WINDOW + 3) * 86_400
    keys, counts = np.unique(who[recent].astype(np.int64) * 64 + back[recent] // 86_400, return_counts=True)
    today = NOW.astimezone(ZoneInfo("Asia/Shanghai")).date()
    with db.work() as work:
        connection = work.session.connection()
        for start in range(0, members, 50_000):
            some = range(start, min(members, start + 50_000))
            connection.execute(insert(Member), [_member(one) for one in some])
            connection.execute(insert(RfmState), [_state(one, int(last[one])) for one in some])
        for start in range(0, len(keys), 200_000):
            pairs = zip(keys[start : start + 200_000].tolist(), counts[start : start + 200_000].tolist(), strict=True)
            connection.execute(insert(ActivityDay), [_day(key, count, today) for key, count in pairs])
    if not db.sqlite:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _name(number: int) -> str:
    return f"wm{number:030d}"


def _member(number: int) -> dict[str, Any]:
    return {
        "id": _name(number), "name": "张", "unionid": "", "advisor_id": "", "vip": False, "tier": "", "tier_why": "",
        "first_seen_at": NOW - timedelta(days=400),
    }  # fmt: skip


def _state(number: int, back: int) -> dict[str, Any]:
    return {
        "member_id": _name(number), "first_at": NOW - timedelta(days=400), "count_30d": 0, "days_30d": 0, "rank": 99,
        "last_at": NOW - timedelta(seconds=back) if back >= 0 else None, "was": 99,
    }  # fmt: skip


def _day(key: int, count: int, today: date) -> dict[str, Any]:
    number, back = divmod(key, 64)
    return {
        "member_id": _name(number), "day": today - timedelta(days=back), "count": count,
        "last_at": NOW - timedelta(days=back),
    }  # fmt: skip


def _fold(db: Database, members: int, when: datetime) -> int:
    """Events a second into roll-up and running rows, committed."""
    rng = np.random.default_rng(when.day)
    someone = rng.integers(0, members, FOLDED).tolist()
    begins = int(when.timestamp())
    done = [(_name(one), begins - at % 3600) for at, one in enumerate(someone)]

    def run() -> None:
        with db.work() as work:
            activity_batch.fold(work.session, done, work.rules.zone, when.date() - timedelta(days=WINDOW - 1))

    return round(FOLDED / _timed(run))


def _one(db: Database, members: int) -> float:
    """Median milliseconds to place one member on an event that crosses a cut point (count, place, history)."""
    times = []
    with db.work() as work:
        later = Work(work.session, NOW + timedelta(days=2), work.rng, work.new_id, work.rules)
        for number in range(200):
            met = work.session.get_one(Member, _name(number * 7 % members))
            state = state_of(work.session, met.id, met.first_seen_at)
            met.tier, state.last_at = "L", later.now
            work.session.flush()
            began = time.perf_counter()
            use_case.retier(later, met, state)
            work.session.flush()
            times.append(time.perf_counter() - began)
        work.session.rollback()
    return round(sorted(times)[100] * 1000, 3)
