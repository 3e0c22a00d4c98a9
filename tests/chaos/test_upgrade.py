"""Web processes replaced one after the other behind a proxy: no callback is refused, lost or stored twice."""

import itertools
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.load import callback
from commands.product import build_product
from commands.stage import Stage, free_port, fresh_keys, settings_for
from config.settings import load
from models import schema
from models.ledger import Inbound
from tests import servers

RATE = 60
"""Callbacks a second meanwhile."""


def answered(port: int, request: bytes) -> bool:
    """Whether this process took the callback."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(request)
            return line.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


@dataclass(slots=True)
class Proxy:
    """What deploy/nginx.conf does: in turn, and to the other one when one does not answer."""

    ports: tuple[int, ...]
    over: threading.Event = field(default_factory=threading.Event)
    sent: int = 0
    refused: int = 0

    def run(self) -> None:
        """Until told that it is over."""
        for number, first in enumerate(itertools.cycle((self.ports, self.ports[::-1]))):
            if self.over.is_set():
                return
            request = callback(number, int(time.time()))
            self.sent += 1
            self.refused += not any(answered(port, request) for port in first)
            time.sleep(1 / RATE)


@pytest.mark.timeout(180)
def test_replacing_every_web_process_under_load_refuses_no_callback(postgres: servers.Postgres, tmp_path: Path) -> None:
    database, keys, company = postgres.create(), fresh_keys(), free_port()
    stages = []
    for number in range(2):
        folder = tmp_path / f"web-{number}"
        settings = settings_for(folder, port := free_port(), company, keys) | {"DATABASE_URL": database}
        stages.append(Stage(settings=settings, port=port, company_port=company, folder=folder))
    product = build_product(load(stages[0].settings))
    schema.migrate(product.db.engine)
    proxy = Proxy(tuple(one.port for one in stages))
    crowd = threading.Thread(target=proxy.run)
    try:
        for stage in stages:
            stage.open_product(role="web")
        crowd.start()
        for stage in stages:  # an upgrade: each ends gracefully, and the new one is waited for before the next
            stage.close("product")
            stage.open_product(role="web")
    finally:
        proxy.over.set()
        if crowd.is_alive():
            crowd.join()
        for stage in stages:
            stage.close_all()
    with product.db.read() as session:
        stored = session.scalar(select(func.count()).select_from(Inbound))
    product.close()
    postgres.drop(database)
    assert proxy.sent > RATE
    assert (proxy.refused, stored) == (0, proxy.sent)
