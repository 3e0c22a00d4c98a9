"""The commands operators type: Chinese to a person, one JSON object with --json, exit codes 0, 1 and 2."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.shell import Shell
from tests.world import KEYS as WORLD_KEYS

GOOD = {
    "WECOM_CORP_ID": "ww1", "WECOM_AGENT_ID": "1000002", "WECOM_SECRET": "canary-secret-value",
    "WECOM_TOKEN": "canaryToken", "WECOM_AES_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "WECOM_API_BASE": "http://127.0.0.1:1", "BOT_PUBLIC_URL": "http://127.0.0.1:1",
}  # fmt: skip
KEYS = {"BOT_DATA_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "BOT_SECRET_KEY": "s" * 32}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


@pytest.fixture
def ready(run: Shell, seeded_sqlite: Path) -> Shell:
    """With schema and first data, under the keys of that database."""
    shutil.copy(seeded_sqlite, run.folder / "bot.db")
    (run.folder / "keys.env").write_text("".join(f"{name}={value}\n" for name, value in WORLD_KEYS.items()))
    return run


def test_a_new_database_is_migrated_seeded_and_given_an_operator(run: Shell) -> None:
    assert run("migrate").returncode == 0
    assert run.json("seed") == {"ok": True, "faq": 146, "content": 47}
    assert run.json("seed")["faq"] == 146
    made = run.json("user", "add", "张三", "--role", "operator")
    assert len(made["password"]) >= 12
    again = run("user", "add", "张三", "--role", "operator")
    assert again.returncode == 2
    assert "user reset" in again.stderr
    assert run.json("user", "reset", "张三")["password"] != made["password"]


def test_one_question_is_decided_with_its_reasons(ready: Shell) -> None:
    found = ready.json("faq", "ask", "怎么开户")
    assert (found["decision"], found["faq_id"][:4]) == ("answer", "OPEN")
    assert len(found["candidates"]) == 3
    assert "开户" in found["answer"]
    assert found["us"] > 0
    assert ready.json("faq", "ask", "哈哈哈哈", "--channel", "group")["decision"] == "silent"
    assert ready.json("faq", "ask", "转人工")["decision"] == "handoff"


def test_a_forbidden_promise_is_blocked_with_rule_law_and_rewrite(run: Shell) -> None:
    found = run.json("lint", "跟着我买保证赚钱，稳赚不赔")
    assert found["verdict"] == "block"
    finding = found["findings"][0]
    assert all(finding[name] for name in ("rule", "category", "severity", "span", "text", "reason", "rewrite", "basis"))


def test_a_file_of_cases_is_judged_line_by_line(run: Shell) -> None:
    path = run.folder / "cases.tsv"
    path.write_text("id\ttext\tdirection\nA\t保本理财\tout\nB\t早上好\tin\n", encoding="utf-8")
    lines = [json.loads(line) for line in run("lint", "--file", str(path)).stdout.splitlines()]
    assert [(one["id"], one["verdict"]) for one in lines] == [("A", "block"), ("B", "send")]
    path.write_text("保本理财\n", encoding="utf-8")
    assert run("lint", "--file", str(path)).returncode == 2


def test_an_untouched_chain_is_confirmed(ready: Shell) -> None:
    assert ready.json("evidence", "verify") == {
        "ok": True, "records": 0, "first_bad": None, "unsealed": 0, "days": 0, "why": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    "words", [("inbox", "dead"), ("outbox", "problems"), ("push", "list"), ("inbox", "redrive"), ("doctor",)]
)
def test_every_listing_answers_on_an_empty_database(ready: Shell, words: tuple[str, ...]) -> None:
    assert isinstance(ready.json(*words), dict)


COMMANDS = "serve demo simulate migrate seed user doctor faq lint push evidence inbox outbox bench"


def test_help_is_there(run: Shell) -> None:
    listed = run.apart("--help").stdout
    assert [name for name in COMMANDS.split() if name not in listed] == []
    assert all(run(name, "--help").returncode == 0 for name in ("serve", "doctor", "faq"))


def test_serve_refuses_without_wecom_and_says_which_names_are_missing(run: Shell) -> None:
    done = run("serve", **KEYS)
    assert done.returncode == 2
    assert "WECOM_SECRET" in done.stderr
    assert "run.py demo" in done.stderr
    done = run("serve", **KEYS, **{**GOOD, "WECOM_AES_KEY": "short"})
    assert done.returncode == 2
    assert "EncodingAESKey" in done.stderr
    done = run("serve", "--role", "web", **KEYS, **GOOD)
    assert done.returncode == 2
    assert "PostgreSQL" in done.stderr


def test_serve_without_keys_says_so_and_makes_none(run: Shell) -> None:
    done = run("serve", **GOOD)
    assert done.returncode == 2
    assert "BOT_DATA_KEY" in done.stderr
    assert not (run.folder / "keys.env").exists()


def checks(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in found["checks"]}


def test_the_doctor_names_a_missing_secret_and_where_to_find_it(ready: Shell) -> None:
    found = ready.json("doctor", **{**GOOD, "WECOM_SECRET": ""})
    assert not found["ok"]
    assert "Secret" in checks(found)["WECOM_SECRET"]["hint"]


def test_the_doctor_tells_a_wrong_aes_key_without_showing_it(ready: Shell) -> None:
    done = ready("doctor", **{**GOOD, "WECOM_AES_KEY": "canarycanarycanary"})
    assert done.returncode == 1
    assert "43 位" in done.stdout
    assert "canary" not in done.stdout + done.stderr


def test_the_doctor_tells_an_unreachable_api_and_a_silent_callback(ready: Shell) -> None:
    found = checks(ready.json("doctor", **GOOD))
    assert not found["token"]["ok"]
    assert "WECOM_API_BASE" in found["token"]["hint"]
    assert not found["callback"]["ok"]
    assert "serve" in found["callback"]["hint"]


def test_the_doctor_lists_every_bad_setting_and_an_old_schema(run: Shell) -> None:
    found = checks(run.json("doctor", BOT_TYPO="1", BOT_API_TIMEOUT="soon"))
    assert {"BOT_TYPO", "BOT_API_TIMEOUT"} <= set(found)
    assert "migrate" in checks(run.json("doctor", **KEYS))["database"]["hint"]


def test_no_command_ever_shows_a_secret(run: Shell) -> None:
    for words in (("doctor",), ("serve", "--role", "worker"), ("push", "list")):
        done = run.apart(*words, **GOOD)
        assert "canary" not in done.stdout + done.stderr


def test_a_database_that_is_not_there_is_a_finding_and_no_traceback(run: Shell) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    assert "DATABASE_URL" in checks(run.json("doctor", DATABASE_URL=url, **KEYS))["database"]["hint"]
    done = run.apart("push", "list", DATABASE_URL=url)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "DATABASE_URL" in done.stderr
