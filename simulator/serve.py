"""What the HTTP server loads: a settled company whose callbacks go to the product.

Served by granian (wsgi, one worker, about eight blocking threads): more workers would be more companies.
"""

import json
import os
import random
import threading
import time
from pathlib import Path
from typing import Any

import urllib3

from simulator import seed
from simulator.company import Company, Corp
from simulator.courier import Courier, target
from simulator.people import People
from simulator.server import Server

PATIENCE = 5.0
"""Seconds WeCom waits for an answer to a callback (doc 90238)."""


def opened(config: dict[str, Any]) -> tuple[Server, Company, People, Courier]:
    """From `{"base": own URL, "callback": product URL}`.

    As wanted also `size` (members; 0 = nobody), `seed`, `threads`, `pause`, `corp` (fields of Corp),
    `switches`, `faults`, `mischief`, `shift` (seconds against the real clock).
    """
    company = Company(Corp(base=config["base"], **config.get("corp", {})), time.time, _rng(config))
    company.offset = float(config.get("shift", 0))
    courier = Courier(
        company, _poster(config["callback"]), threads=config.get("threads", 8), pause=config.get("pause", 0.5)
    )
    people = People(company, courier)
    for name, value in config.get("switches", {}).items():
        setattr(company.switches, name, value)
    company.faults.tell(config.get("faults", {}))
    courier.tell(config.get("mischief", {}))
    if config.get("size"):
        seed.settle(company, people, int(config["size"]))
    threading.Thread(target=_poll, args=(people,), name="streams", daemon=True).start()
    return Server(company, people, courier), company, people, courier


def _poll(people: People) -> None:
    """WeCom asks about once a second for streamed answers that are not finished."""
    while True:
        time.sleep(1)
        people.poll_streams()


def _rng(config: dict[str, Any]) -> random.Random:
    return random.Random(config.get("seed", 7))


def _poster(base: str) -> Any:
    """Posts a callback with WeCom's patience; OSError when nobody answers in time."""
    pool = urllib3.PoolManager(maxsize=16, retries=False)

    def post(path: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        try:
            url = target(base, path, query)
            answer = pool.request("POST", url, body=body, timeout=PATIENCE, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise OSError(type(error).__name__) from None
        return int(answer.status), answer.data

    return post


def factory() -> Server:
    """For the server process; SIMULATOR_CONFIG is JSON text, or the path of a file with it."""
    given = os.environ["SIMULATOR_CONFIG"]  # noqa: TID251 the simulator has no settings module
    text = given if given.lstrip().startswith("{") else Path(given).read_text(encoding="utf-8")
    return opened(json.loads(text))[0]
