"""Migrations build exactly the tables of the models, from empty, on both databases; twice is once."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool

from models import schema
from models.catalogue import METADATA
from tests import servers


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
