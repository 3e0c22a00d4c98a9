"""`make migration NAME="…"`: write a revision from the difference between the tables and a database at head."""

import sys
import tempfile

from sqlalchemy import create_engine

from models import schema


def main(message: str) -> None:
    """Migrate an empty database to head, compare it with `models`, write the difference."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/head.db")
        schema.migrate(engine)
        schema.revision(engine, message)
        engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():  # noqa: PLR2004 the name alone
        sys.exit('usage: make migration NAME="What the schema now can do"')
    main(sys.argv[1])
