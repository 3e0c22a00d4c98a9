"""kill -9 at seeded moments, amid sends and callbacks: nothing lost, nothing doubled, nothing unexplained."""

import json
import threading
import time

import pytest

from tests.chaos.conftest import MakeRig
from tests.chaos.rig import FULL, Rig

SENDS, CALLBACKS, KILLS = (20_000, 5_000, 20) if FULL else (1_000, 200, 4)
PATIENCE = 600.0 if FULL else 120.0
FAULTS = {"*": {"execute_and_drop": 0.01, "timeout_only": 0.01, "busy": 0.01, "http500": 0.005}}
SEED = 20261125


@pytest.mark.timeout(1500)
def test_killed_at_any_moment_nothing_is_lost_and_nothing_comes_twice(make_rig: MakeRig) -> None:
    rig = make_rig(SEED)
    rig.open()
    rig.stop()
    rig.queue(SENDS)
    rig.stage.order("faults", FAULTS)
    rig.stage.order("mischief", {"duplicate": 0.02, "fresh_nonce": 0.5})
    rig.start()
    talking = threading.Thread(target=_talk, args=(rig,))
    talking.start()
    for _ in range(KILLS):
        time.sleep(rig.rng.uniform(0.5, 3.0))
        rig.kill_one()
    talking.join()
    rig.stage.order("faults", {})
    began = time.monotonic()
    left = rig.until_done(PATIENCE)
    found = rig.verdict()
    report = {
        "backend": rig.backend, "sends": SENDS, "callbacks": CALLBACKS, "kills": found.kills, "states": found.states,
        "lost": len(found.lost), "doubled": len(found.doubled), "unresolved": found.judged.unresolved, "left": left,
        "seconds_after_the_last_kill": round(time.monotonic() - began, 1),
    }  # fmt: skip
    print(json.dumps(report, ensure_ascii=False))  # shown with `pytest -s`, and when the test fails
    assert left == 0
    assert found.lost == []
    assert found.doubled == []
    assert found.dead == 0
    assert found.counts["evidence_ok"] is True
    finished = sum(count for state, count in found.states.items() if state.split(":")[1] in ("sent", "unknown"))
    assert finished == sum(found.states.values()), found.states


def _talk(rig: Rig) -> None:
    """Employees write to the app while processes die; WeCom delivers each up to four times."""
    for number in range(CALLBACKS):
        rig.stage.deed("say_to_app", rig.people[number % len(rig.people)], f"哈哈 {number}")
        if number % 50 == 0:
            time.sleep(0.2)
