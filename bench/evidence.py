"""`python -m bench.evidence [N]`: build a chain of N records (default 1,000,000) in a SQLite file and verify it."""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from bot import audit, evidence
from commands.evidence import side_by_side
from commands.product import Product, build_product
from commands.stage import settings_for
from config.settings import load
from models import schema
from models.evidence import digest
from models.ledger import Evidence
from rules.chain import canonical

KEYS = {"BOT_DATA_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "BOT_SECRET_KEY": "bench-" * 8}
BATCH = 20_000
DAYS = 10


@dataclass(slots=True)
class Clock:
    """Stands still until it is moved."""

    now: datetime = datetime(2026, 11, 25, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The moment."""
        return self.now


def main(records: int) -> None:
    """Print how many records a second are sealed and verified, and the memory that took."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {**settings_for(Path(folder), 8000, 8100, KEYS), "DATABASE_URL": f"sqlite:///{folder}/bot.db"}
        clock = Clock()
        product = build_product(load(settings), clock=clock)
        schema.migrate(product.db.engine)
        for start in range(0, records, BATCH):
            _write(product, start, min(BATCH, records - start))
        sealing = _timed(lambda: _seal(product, clock, records // DAYS))
        with product.db.read() as session:
            found: list[audit.Verification] = []
            alone = _timed(lambda: found.append(audit.verify(session, product.db.rules.evidence_seeds)))
            parted = _timed(lambda: found.append(side_by_side(session, product.db.rules.evidence_seeds, 1, settings)))
        product.close()
    assert all(one.ok and one.records == records and one.days == DAYS - 1 for one in found), found
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for name, (wall, worked) in (("sealed", sealing), ("verified", alone), ("verified side by side", parted)):
        print(f"{name} {records:,} records: {records / wall:,.0f}/s on the wall, {records / worked:,.0f}/s of CPU time")
    print(f"peak memory {memory} MB")


def _write(product: Product, start: int, count: int) -> None:
    payload = "p.0123456789abcdef." + "A" * 400
    stored = digest(payload)
    rows = [
        {
            "at": datetime(2026, 11, 25, 2, 0, 0, number % 1_000_000, tzinfo=UTC), "kind": "sent",
            "subject": digest(str(number % 5000))[:32], "ref": f"cb:{number}/0", "payload": payload,
            "digest": digest(canonical({"n": number})), "cipher": stored,
        }
        for number in range(start, start + count)
    ]  # fmt: skip
    with product.db.work() as work:
        work.session.execute(insert(Evidence), rows)


def _seal(product: Product, clock: Clock, daily: int) -> None:
    """A day ends after so many records, as in a year of work."""
    count = 0
    while sealed := evidence.seal(product.db, min(BATCH, daily)):
        count += sealed
        clock.now += timedelta(days=int(count % daily == 0))


def _timed(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall and of this process's CPU time: other programs share the machine."""
    began, worked = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - began, time.process_time() - worked


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
