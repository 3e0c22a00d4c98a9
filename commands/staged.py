"""One process of a stage: `python -m commands.staged product|company ROLE PORT`. Only demos and tests start it."""

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from commands.serve import ROLE, serve_wsgi
from config import settings as settings_module

if TYPE_CHECKING:
    from bot.webhook import Door

SHIFT = "STAGE_CLOCK_SHIFT"
"""Seconds a staged process adds to the clock; read here only, so a real deployment cannot be shifted."""


def shifted() -> datetime:
    """The real clock plus what the stage asked for."""
    return datetime.now(UTC) + timedelta(seconds=float(os.environ.get(SHIFT, "0")))  # noqa: TID251 not a setting


def door() -> "Door":
    """What the server loads."""
    from commands.logs import logs
    from commands.opened import ready
    from commands.web import site_door

    logs()
    product = ready(settings_module.load(settings_module.environment()), shifted)
    return site_door(product, os.environ.get(ROLE, "all"))  # noqa: TID251 not a setting


def main(what: str, role: str, port: int) -> None:
    """Serve until told to stop."""
    if what == "company":
        serve_wsgi("simulator.serve:factory", "127.0.0.1", port, threads=16)
    elif role in ("all", "web"):
        os.environ[ROLE] = role  # noqa: TID251 handed to the server's child
        serve_wsgi("commands.staged:door", "127.0.0.1", port)
    else:
        from commands.loops import run_loops

        run_loops(settings_module.load(settings_module.environment()), role, shifted)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
