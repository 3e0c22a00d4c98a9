"""Alembic: runs on the connection the product hands over, on SQLite and PostgreSQL."""

from typing import Any

from alembic import context
from sqlalchemy import TypeDecorator

from models.catalogue import METADATA


def plain(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Revisions name the column types of the database, not ours: they must run when ours have changed."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{type(item.impl_instance).__name__}()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=False, render_item=plain
)
with context.begin_transaction():
    context.run_migrations()
