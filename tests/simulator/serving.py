"""The simulator as a process of its own, as the demo and the kill tests run it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import urllib3

ROOT = Path(__file__).resolve().parents[2]
TRIES = 100
SECRET = "simulator-secret-0000000000000000000000000000"
SERVE = """
import sys
from granian import Granian
from granian.constants import Interfaces
if __name__ == "__main__":
    Granian("simulator.serve:factory", factory=True, address="127.0.0.1", port=int(sys.argv[1]),
            interface=Interfaces.WSGI, workers=1, blocking_threads=8, log_enabled=False).serve()
"""


class Served:
    """The running simulator, spoken to over HTTP."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        waits = urllib3.Retry(total=TRIES, backoff_factor=0.05, backoff_max=0.1)
        self.pool = urllib3.PoolManager(retries=False)
        first = self.pool.request("GET", f"{self.base}/chat/people", retries=waits)
        self.people = json.loads(first.data)["people"]
        self.token = ""

    def order(self, verb: str, body: object) -> Any:
        answer = json.loads(self.pool.request("POST", f"{self.base}/control/{verb}", body=json.dumps(body)).data)
        assert answer["ok"] is True, answer
        return answer["result"]

    def deed(self, verb: str, *args: object) -> Any:
        return self.order(verb, {"args": args})

    def log_in(self) -> None:
        url = f"{self.base}/cgi-bin/gettoken?corpid=ww0000000000000001&corpsecret={SECRET}"
        self.token = json.loads(self.pool.request("GET", url).data)["access_token"]

    def api(self, path: str, body: object) -> dict[str, Any]:
        url = f"{self.base}/cgi-bin/{path}?access_token={self.token}"
        answer: dict[str, Any] = json.loads(self.pool.request("POST", url, body=json.dumps(body), timeout=20).data)
        return answer

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.pool.request("GET", f"{self.base}/books/summary").data)["counts"]
        return found


@contextmanager
def serving(folder: Path, **config: object) -> Iterator[Served]:
    """Serve a company set up by `config`; its base address is ours to choose."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file = folder / "simulator.json"
    file.write_text(json.dumps({"base": f"http://127.0.0.1:{port}", "pause": 0, **config}))
    script = folder / "serve_simulator.py"
    script.write_text(SERVE)
    env = {**os.environ, "SIMULATOR_CONFIG": str(file), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(script), str(port)], cwd=folder, env=env) as process:
        try:
            found = Served(port)
            yield found
            found.pool.clear()
        finally:
            process.terminate()
