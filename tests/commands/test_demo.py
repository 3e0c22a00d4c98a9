"""What a newcomer sees first: `run.py demo --for N --json` really plays, and both sides' books agree."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commands.demo import shift_of
from commands.stage import free_port
from tests.desk_verbs import BEIJING

ROOT = Path(__file__).resolve().parents[2]
COUNTS = (
    "callbacks", "answered", "clarified", "silent", "handoffs", "welcomes", "pushes_sent", "live_reminders",
    "referrals_credited", "points_issued", "alerts_sent", "alerts_acked", "tiers", "evidence_records",
)  # fmt: skip


@pytest.mark.timeout(280)
def test_the_demo_shows_every_feature_and_loses_and_doubles_nothing(tmp_path: Path) -> None:
    port = free_port()
    done = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "demo", "--for", "25", "--port", str(port), "--json"],
        cwd=tmp_path, capture_output=True, text=True, timeout=270, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [name for name in COUNTS if not report[name] > 0] == []
    assert (report["lost"], report["doubled"], report["evidence_ok"]) == (0, 0, True)


@pytest.mark.parametrize(
    ("now", "shifted"),
    [
        ("2026-11-25 10:00", False),
        ("2026-11-25 14:20", False),
        ("2026-11-25 14:40", True),  # the close would fall into it
        ("2026-11-25 03:00", True),
        ("2026-11-25 20:45", True),
        ("2026-11-25 23:59", True),
    ],
)
def test_the_demo_moves_its_clock_only_when_pushes_are_not_allowed(now: str, shifted: bool) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=BEIJING).astimezone(UTC)
    assert (shift_of(moment) > 0) is shifted
