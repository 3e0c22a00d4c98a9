"""The house: our names are ours, files stay small, nothing is built at import, no secret word slips in."""

import ast
import importlib
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("bot", "commands", "config", "console", "gateways", "handlers", "models", "rules", "scheduler", "simulator")
LONGEST = 300


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    return [ROOT / name for name in listed if (ROOT / name).exists() and "migrations/versions" not in name]


def test_no_installed_package_has_one_of_our_names() -> None:
    provided = importlib.metadata.packages_distributions()
    assert [name for name in OURS if name in provided] == []


@pytest.mark.parametrize("name", OURS)
def test_each_name_is_found_inside_the_repository(name: str) -> None:
    found = importlib.import_module(name)
    assert found.__file__ is not None
    assert Path(found.__file__).is_relative_to(ROOT)


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    long = {
        path.name: size for path in sources() if (size := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_every_module_says_its_job() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in sources()}
    assert [name for name, text in texts.items() if text.strip() and not ast.get_docstring(ast.parse(text))] == []


def test_importing_everything_opens_no_file_socket_or_thread() -> None:
    """Nothing is built at import: a fresh interpreter loads all packages and is as it was."""
    script = (
        "import importlib, threading, sys\n"
        "def watch(event, args):\n"
        "    if event in ('socket.connect', 'sqlite3.connect', 'subprocess.Popen'): raise SystemExit(event)\n"
        "sys.addaudithook(watch)\n"
        "for name in ('commands.web', 'commands.serve', 'commands.demo', 'scheduler.clock', 'bot.worker'):\n"
        "    importlib.import_module(name)\n"
        "sys.exit(threading.active_count() - 1)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
