"""How commands speak: Chinese to a person, one JSON object with --json, exit codes 0, 1, 2."""

import json
import sys
from typing import NoReturn

import click


def fail(text: str) -> NoReturn:
    """Unusable arguments or settings: say which and what to do, exit 2."""
    click.echo(text, err=True)
    sys.exit(2)


def result(data: dict[str, object], text: str, *, as_json: bool, ok: bool = True) -> None:
    """Print the result; exit 1 when the command ran and found a fault."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else text)
    if not ok:
        sys.exit(1)
