"""A process of loops without a door: worker or clock."""

import signal
import threading

from commands.logs import logs
from commands.opened import ready
from config.settings import Settings
from models.work import Clock as Now
from models.work import utc_now
from scheduler.clock import Clock


def run_loops(settings: Settings, role: str, now: Now = utc_now) -> None:
    """`worker` or `clock` until SIGTERM or SIGINT."""
    logs()
    product = ready(settings, now)
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    if role == "worker":
        product.db.rules.matcher.begin()
    part = product.worker() if role == "worker" else Clock(product.db, product.store)
    part.start()
    stopping.wait()
    part.stop()
    product.close()
