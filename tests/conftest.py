"""Shared by the whole suite: how property tests run, real servers, and the world of the scenarios."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as redis_client
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url

from tests import servers
from tests.world import World, prepare

settings.register_profile("project", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("nightly", parent=settings.get_profile("project"), max_examples=5000)
settings.load_profile("project")


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """A real PostgreSQL server."""
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis-compatible server."""
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="session")
def seeded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with schema and first data, to be copied."""
    path = tmp_path_factory.mktemp("seeded") / "bot.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def seeded_postgres(postgres: servers.Postgres) -> str:
    """The name of a database to be used as a template."""
    url = postgres.create()
    prepare(url)
    return str(make_url(url).database)


@pytest.fixture
def sqlite_world(seeded_sqlite: Path, tmp_path: Path) -> Iterator[World]:
    """The product and its community on SQLite, for what the database cannot change."""
    shutil.copy(seeded_sqlite, tmp_path / "bot.db")
    made = World(tmp_path, f"sqlite:///{tmp_path / 'bot.db'}")
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The product and its community: on SQLite alone, and on PostgreSQL with Redis."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_world")
        return
    server: servers.Postgres = request.getfixturevalue("postgres")
    redis_url: str = request.getfixturevalue("redis_url")
    url = server.create(request.getfixturevalue("seeded_postgres"))
    redis_client.Redis.from_url(redis_url).flushall()
    made = World(tmp_path, url, redis_url)
    yield made
    made.close()
    server.drop(url)
