"""`run.py evidence`, `member` and `user` on a folder of their own, in this process."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from bot import audit
from commands.evidence import evidence
from commands.member import member
from commands.setup import user
from models.ledger import Evidence
from tests.world import KEYS, World


class Terminal:
    """Runs commands as a person would, with --json."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, command: Any, *words: str, code: int = 0) -> dict[str, Any]:
        done = CliRunner().invoke(command, [*words, "--json"])
        assert done.exit_code == code, done.output
        return dict(json.loads(done.stdout)) if code != 2 else {"said": done.output}


@pytest.fixture
def run(sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    for name, value in {**KEYS, "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}"}.items():
        monkeypatch.setenv(name, value)
    return Terminal(tmp_path)


def test_a_person_is_proven_exported_and_erased_from_the_command_line(run: Terminal, sqlite_world: World) -> None:
    who = sqlite_world.member_says("怎么开户")
    before = run(evidence, "verify")
    assert (before["ok"], before["first_bad"]) == (True, None)
    made = run(evidence, "export", "--member", who, "--out", "pack")
    assert made["records"] > 0
    checked = subprocess.run([sys.executable, "pack/verify.py"], capture_output=True, text=True, check=False)
    assert "核验通过" in checked.stdout
    assert "已有内容" in run(evidence, "export", "--member", who, "--out", "pack", code=2)["said"]
    assert "没有成员" in run(evidence, "export", "--member", "wm-nobody", code=2)["said"]
    assert "没有推送计划" in run(evidence, "export", "--push", "99", code=2)["said"]
    assert "其一" in run(evidence, "export", code=2)["said"]
    held = run(member, "export", who, "--out", "data")
    assert "member" in held["tables"]
    assert who in (run.folder / "data" / "index.html").read_text("utf-8")
    assert run(member, "erase", who)["state"] == "erased"
    assert "没有成员" in run(member, "erase", who, code=2)["said"]
    assert run(evidence, "verify")["ok"]


def test_a_day_given_to_an_outside_keeper_cannot_be_signed_anew(run: Terminal, sqlite_world: World) -> None:
    sqlite_world.member_says("怎么开户")
    sqlite_world.forward(days=1)
    assert run(evidence, "anchor", "days.jsonl")["added"] == 1
    assert run(evidence, "anchor", "days.jsonl")["added"] == 0
    assert run(evidence, "verify", "--anchor", "days.jsonl")["ok"]
    kept = (run.folder / "days.jsonl").read_text("utf-8")
    (run.folder / "days.jsonl").write_text(kept.replace('"root":"', '"root":"00'), "utf-8")
    found = run(evidence, "verify", "--anchor", "days.jsonl", code=1)
    assert found["first_bad"] == 1
    assert "外部留存" in found["why"]


def test_accounts_and_tokens_are_kept_from_the_command_line(run: Terminal) -> None:
    assert run(user, "add", "林顾问", "--role", "advisor", "--employee", "adv01")["role"] == "advisor"
    assert "已存在" in run(user, "add", "林顾问", "--role", "advisor", code=2)["said"]
    assert run(user, "list")["users"] == [
        {"name": "林顾问", "role": "advisor", "closed": False, "totp": False, "employee": "adv01"}
    ]
    assert run(user, "reset", "林顾问")["password"]
    assert run(user, "totp-off", "林顾问") == {"name": "林顾问"}
    made = run(user, "token", "add", "core", "--scope", "trading:write")
    [token] = run(user, "token", "list")["tokens"]
    assert made["token"].startswith(f"wbt_{token['id']}_")
    run(user, "token", "revoke", token["id"])
    assert "没有可用" in run(user, "token", "revoke", token["id"], code=2)["said"]


def test_a_long_chain_is_checked_in_parts_and_every_part_names_its_first_fault(
    run: Terminal, sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sqlite_world
    monkeypatch.setattr(audit, "SMALLEST", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    for _ in range(4):
        world.member_says("怎么开户")
        world.forward(days=1)
    whole = run(evidence, "verify")
    with world.product.db.read() as session:
        parts = audit.cuts(session, 1, 3)
    assert len(parts) == 3
    assert (whole["ok"], whole["days"] >= 3) == (True, True)
    assert whole["records"] == len([one for one in world.rows(of=Evidence) if one.seq])
    _, last = parts[0]
    assert last is not None
    with world.product.db.work() as work:
        work.session.execute(text("update evidence set ref = ref || 'x' where seq = :seq"), {"seq": last})
        work.session.execute(text("update evidence set kind = 'other' where seq = :seq"), {"seq": last + 2})
    assert run(evidence, "verify", code=1)["first_bad"] == last
    with world.product.db.work() as work:
        work.session.execute(text("delete from evidence where seq = :seq"), {"seq": last})
    found = run(evidence, "verify", code=1)
    assert (found["first_bad"], found["why"]) == (last, "缺少这条记录")
    assert found["records"] == last - 1
