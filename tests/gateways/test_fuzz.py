"""The fuzz driver runs, gets inside, and finds nothing; `make fuzz` gives it longer."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DRIVER = ROOT / "bench" / "fuzz_codec.py"


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this platform")
def test_a_few_seconds_of_fuzzing_find_nothing(tmp_path: Path) -> None:
    command = [sys.executable, str(DRIVER), "-max_total_time=4", str(tmp_path / "corpus")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    runs = re.search(r"Done (\d+) runs", done.stderr)
    assert runs is not None
    assert int(runs[1]) > 1000
    assert sorted(one.name for one in tmp_path.iterdir()) == ["corpus"]
