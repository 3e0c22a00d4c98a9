"""The simulator as a process of its own, as the demo and the kill tests run it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from tests.simulator.serving import Served, serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path, callback="http://127.0.0.1:9", size=8) as found:
        yield found


def test_a_lost_answer_breaks_off_at_once_and_the_books_know_whether_it_happened(served: Served) -> None:
    served.log_in()
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
