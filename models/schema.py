"""Bring a database to the newest schema, and say how far it is."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def migrate(engine: Engine) -> None:
    """To head. Safe to repeat."""
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.in_transaction():
            connection.commit()


def revision(engine: Engine, message: str) -> None:
    """Write a new revision from the difference between tables and database (developers)."""
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        number = len(list((FOLDER / "versions").glob("*.py"))) + 1
        command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")


@cache
def _head() -> str | None:
    """The newest revision this code knows; reading them all takes a sixth of a second."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def at_head(engine: Engine) -> bool:
    """Whether the schema is the one this code expects."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _head()
