"""The ticker: APScheduler in memory, one process or many; what a tick does is in scheduler.jobs.

APScheduler's own job stores double and lose firings (measured), so it holds nothing but "run this every n seconds".
"""

from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from gateways.store import Store
from models.ledger import Heartbeat
from models.work import Database
from scheduler.jobs import JOBS, Job

log = structlog.get_logger(__name__)


class Clock:
    """Start and stop the ticking."""

    def __init__(self, db: Database, store: Store) -> None:
        self._db = db
        self._store = store
        self._ticker = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Begin; each job runs once at once."""
        for job in JOBS:
            self._ticker.add_job(
                self.run, "interval", args=[job], seconds=job.seconds, id=job.name, next_run_time=datetime.now(UTC)
            )
        self._ticker.start()

    def stop(self) -> None:
        """End after the jobs in hand."""
        self._ticker.shutdown(wait=True)

    def run(self, job: Job) -> int:
        """One job in one transaction; a database that is away is reported and tried at the next tick."""
        try:
            with self._db.work() as work:
                made = job.run(work)
                work.session.merge(Heartbeat(name=f"clock:{job.name}", at=work.now))
        except (SQLAlchemyError, OSError) as error:
            log.warning("job_database_away", job=job.name, error=type(error).__name__)
            return 0
        if made:
            self._store.publish("inbox")
        return made

    def tick(self) -> int:
        """Every job once, now (tests, one-off commands)."""
        return sum(self.run(job) for job in JOBS)
