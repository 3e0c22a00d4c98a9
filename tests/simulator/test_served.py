"""The simulator as a process of its own, as the demo and the kill tests run it."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

ROOT = Path(__file__).resolve().parents[2]
TRIES = 100
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

    def order(self, verb: str, body: object) -> None:
        answer = self.pool.request("POST", f"{self.base}/control/{verb}", body=json.dumps(body))
        assert json.loads(answer.data)["ok"] is True

    def api(self, path: str, body: object) -> dict[str, Any]:
        url = f"{self.base}/cgi-bin/{path}?access_token={self.token}"
        answer: dict[str, Any] = json.loads(self.pool.request("POST", url, body=json.dumps(body), timeout=20).data)
        return answer

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.pool.request("GET", f"{self.base}/books/summary").data)["counts"]
        return found


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = tmp_path / "simulator.json"
    nobody = "http://127.0.0.1:9"
    config.write_text(json.dumps({"base": f"http://127.0.0.1:{port}", "callback": nobody, "size": 8, "pause": 0}))
    script = tmp_path / "serve_simulator.py"
    script.write_text(SERVE)
    monkeypatch.setenv("SIMULATOR_CONFIG", str(config))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with subprocess.Popen([sys.executable, str(script), str(port)], cwd=tmp_path) as process:
        try:
            found = Served(port)
            yield found
            found.pool.clear()
        finally:
            process.terminate()


def test_a_lost_answer_breaks_off_at_once_and_the_books_know_whether_it_happened(served: Served) -> None:
    url = f"{served.base}/cgi-bin/gettoken?corpid=ww0000000000000001"
    secret = "simulator-secret-0000000000000000000000000000"
    served.token = json.loads(served.pool.request("GET", f"{url}&corpsecret={secret}").data)["access_token"]
    body = {"touser": "adv01", "msgtype": "text", "agentid": 1000002}
    for number, (mode, delivered) in enumerate([("timeout_only", 0), ("execute_and_drop", 1)]):
        served.order("faults", {"message/send": {mode: 1.0}})
        with pytest.raises(urllib3.exceptions.ProtocolError):
            served.api("message/send", {**body, "text": {"content": f"lost {number}"}})
        assert served.counts().get("text", 0) == delivered
    served.order("faults", {})
    assert served.api("message/send", {**body, "text": {"content": "fine"}})["errcode"] == 0
    assert served.counts()["text"] == 2


def test_callbacks_nobody_answers_are_given_up_after_three_redeliveries(served: Served) -> None:
    served.order("drain", {"timeout": 30})
    before = served.counts()
    served.order("say_to_app", {"args": ["adv01", "hi"]})
    served.order("drain", {"timeout": 30})
    after = served.counts()
    names = ("callbacks_made", "callbacks_sent", "callbacks_gave_up")
    assert [after[name] - before.get(name, 0) for name in names] == [1, 4, 1]
