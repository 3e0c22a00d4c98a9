"""Migrations build exactly the tables of the models, from empty, on both databases; twice is once."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from models import schema
from models.catalogue import METADATA
from tests import servers

ROOT = Path(__file__).resolve().parent.parent.parent
STARTER = """
import sys
from sqlalchemy import create_engine
from models import schema
schema.migrate(create_engine(sys.argv[1]))
"""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path')}/empty.db"
    server = request.getfixturevalue("postgres")
    assert isinstance(server, servers.Postgres)
    return server.create()


def test_the_schema_at_head_is_the_models(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    schema.migrate(engine)
    assert schema.at_head(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    assert set(METADATA.tables) < set(inspect(engine).get_table_names())


def test_migrating_twice_is_migrating_once(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    schema.migrate(engine)
    schema.migrate(engine)
    assert schema.at_head(engine)


def test_an_empty_database_is_not_at_head(url: str) -> None:
    assert not schema.at_head(create_engine(url, poolclass=NullPool))


def test_processes_that_start_together_migrate_one_after_the_other(postgres: servers.Postgres) -> None:
    url = postgres.create()
    words = [sys.executable, "-c", STARTER, url]
    started = [subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    said = [one.communicate(timeout=60)[1] for one in started]
    assert [one.returncode for one in started] == [0, 0, 0], said
    assert schema.at_head(create_engine(url, poolclass=NullPool))


def test_a_later_schema_still_serves_this_code(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    schema.migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    assert schema.at_head(engine)
    assert schema.current(engine) == "9999"
