"""The dependency audit, which fails closed and needs no network: every locked package is pinned and has its hashes."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[a-z,]+\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}$")
FLOORS = {
    "xmltodict": (0, 11),
    "jinja2": (3, 1, 6),
    "werkzeug": (3, 0, 6),
    "urllib3": (2, 5, 0),
    "cryptography": (43, 0, 1),
}
"""Below these stand known holes: entities on (xmltodict), sandbox, multipart, redirects, bundled OpenSSL."""


def entries(lock: str) -> list[str]:
    """Requirements with their continuation lines joined; comments dropped."""
    lines = [line for line in (ROOT / lock).read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
    return [one for one in "\n".join(lines).replace("\\\n", " ").splitlines() if one.strip()]


def faults(found: list[str]) -> list[str]:
    """What is wrong with a lock: a line that is no pin, or a pin without hashes, or one that comes from elsewhere."""
    wrong = []
    for one in found:
        words = one.split()
        hashes = [word for word in words if word.startswith("--hash")]
        if not PIN.match(one) or "://" in one or not hashes or not all(HASH.match(word) for word in hashes):
            wrong.append(words[0])
    return wrong


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_with_hashes_and_from_no_other_place(lock: str) -> None:
    found = entries(lock)
    assert len(found) > 20
    assert faults(found) == []


@pytest.mark.parametrize(
    "line",
    [
        "flask", "flask>=3", "flask==3.0", "flask==3.0 --hash=md5:abc", "-e .", "--index-url https://mirror",
        "x @ https://host/x.whl", "flask==3.0 --hash=sha256:" + "g" * 64,
    ],
)  # fmt: skip
def test_whatever_is_not_a_hashed_pin_fails_the_audit(line: str) -> None:
    assert faults([line]) != []


def test_each_declared_dependency_is_locked() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {re.split(r"[\[<>=;! ]", one)[0].lower() for one in declared}
    locked = {found[1].lower().replace("_", "-") for one in entries(LOCKS[0]) if (found := PIN.match(one))}
    assert names - locked == set()


def test_no_package_is_older_than_the_mending_of_a_known_hole() -> None:
    locked = {found[1].lower(): found[3] for one in entries(LOCKS[0]) if (found := PIN.match(one))}
    old = {}
    for name, floor in FLOORS.items():
        version = tuple(int(part) for part in re.findall(r"\d+", locked[name])[:3])
        if version < floor:
            old[name] = locked[name]
    assert old == {}


def test_installing_refuses_what_has_no_hash() -> None:
    lines = [
        line for line in (ROOT / "Makefile").read_text("utf-8").splitlines() if "install" in line and "-r " in line
    ]
    assert lines
    assert all("--require-hashes" in line for line in lines)
