"""Bring a database to the newest schema, and say how far it is.

Alembic is loaded only where a schema changes: it costs every process a fifth of a second and 15 MB.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
TURN = 0x57EC0B07
"""The advisory lock of PostgreSQL by which processes that start together migrate one after the other."""


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def migrate(engine: Engine) -> None:
    """To head. Safe to repeat, and to begin in several processes at once: the others wait for the first."""
    if at_head(engine):
        return
    from alembic import command

    config = _config()
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '5min'"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.in_transaction():
            connection.commit()


def revision(engine: Engine, message: str) -> None:
    """Write a new revision from the difference between tables and database (developers)."""
    from alembic import command

    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        number = len(list((FOLDER / "versions").glob("*.py"))) + 1
        command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")


@cache
def newest() -> str:
    """The newest revision this code knows: they are one line, and files are named by their number."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("*.py"))


def at_head(engine: Engine) -> bool:
    """Whether the schema has what this code expects; a later one only adds, and serves this code too."""
    return current(engine) >= newest()


def current(engine: Engine) -> str:
    """The revision the database is at; empty when it has none."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return connection.scalar(text("select version_num from alembic_version")) or ""
