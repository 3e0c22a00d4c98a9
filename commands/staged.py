"""One process of a stage: `python -m commands.staged product|company ROLE PORT`. Only demos and tests start it."""

import os
import sys
from datetime import datetime, timedelta

from bot.webhook import Door
from commands.product import Product, build_product
from commands.serve import logs, run_loops, serve_wsgi
from commands.stage import SHIFT
from commands.web import ROLE, site_door
from config import settings as settings_module
from models import schema
from models.work import utc_now


def shifted() -> datetime:
    """The real clock plus what the stage asked for."""
    return utc_now() + timedelta(seconds=float(os.environ.get(SHIFT, "0")))  # noqa: TID251 not a setting


def opened() -> Product:
    """The product on the shifted clock, schema at head."""
    product = build_product(settings_module.load(settings_module.environment()), clock=shifted)
    schema.migrate(product.db.engine)
    return product


def door() -> Door:
    """What the server loads."""
    logs()
    return site_door(opened(), os.environ.get(ROLE, "all"))  # noqa: TID251 not a setting


def main(what: str, role: str, port: int) -> None:
    """Serve until told to stop."""
    if what == "company":
        serve_wsgi("simulator.serve:factory", "127.0.0.1", port, threads=16)
    elif role in ("all", "web"):
        os.environ[ROLE] = role  # noqa: TID251 handed to the server's child
        serve_wsgi("commands.staged:door", "127.0.0.1", port)
    else:
        logs()
        run_loops(opened(), role)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
