"""The commands operators type: Chinese to a person, one JSON object with --json, exit codes 0, 1 and 2."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "WECOM_CORP_ID": "ww1", "WECOM_AGENT_ID": "1000002", "WECOM_SECRET": "canary-secret-value",
    "WECOM_TOKEN": "canaryToken", "WECOM_AES_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "WECOM_API_BASE": "http://127.0.0.1:1", "BOT_PUBLIC_URL": "http://127.0.0.1:1",
}  # fmt: skip
KEYS = {"BOT_DATA_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "BOT_SECRET_KEY": "s" * 32}


class Shell:
    """A folder of its own and an environment without anybody's settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        given = {
            "PATH": "/usr/bin:/bin", "BOT_VAR": str(self.folder), "DATABASE_URL": f"sqlite:///{self.folder / 'bot.db'}",
            **env,
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, str(ROOT / "run.py"), *words],
            cwd=self.folder, env=given, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def json(self, *words: str, **env: str) -> dict[str, Any]:
        done = self(*words, "--json", **env)
        assert done.stderr == "" or "Traceback" not in done.stderr, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture
def run(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


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


def test_one_question_is_decided_with_its_reasons(run: Shell) -> None:
    run("seed")
    found = run.json("faq", "ask", "怎么开户")
    assert (found["decision"], found["faq_id"][:4]) == ("answer", "OPEN")
    assert len(found["candidates"]) == 3
    assert "开户" in found["answer"]
    assert found["us"] > 0
    assert run.json("faq", "ask", "哈哈哈哈", "--channel", "group")["decision"] == "silent"
    assert run.json("faq", "ask", "转人工")["decision"] == "handoff"


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


def test_an_untouched_chain_is_confirmed(run: Shell) -> None:
    run("migrate")
    assert run.json("evidence", "verify") == {
        "ok": True, "records": 0, "first_bad": None, "unsealed": 0, "days": 0, "why": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    "words", [("inbox", "dead"), ("outbox", "problems"), ("push", "list"), ("inbox", "redrive"), ("doctor",)]
)
def test_every_listing_answers_on_an_empty_database(run: Shell, words: tuple[str, ...]) -> None:
    run("migrate")
    assert isinstance(run.json(*words), dict)


COMMANDS = "serve demo simulate migrate seed user doctor faq lint push evidence inbox outbox bench"


def test_help_is_there(run: Shell) -> None:
    listed = run("--help").stdout
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


def test_the_doctor_names_a_missing_secret_and_where_to_find_it(run: Shell) -> None:
    run("migrate")
    found = run.json("doctor", **{**GOOD, "WECOM_SECRET": ""})
    assert not found["ok"]
    assert "Secret" in checks(found)["WECOM_SECRET"]["hint"]


def test_the_doctor_tells_a_wrong_aes_key_without_showing_it(run: Shell) -> None:
    run("migrate")
    done = run("doctor", **{**GOOD, "WECOM_AES_KEY": "canarycanarycanary"})
    assert done.returncode == 1
    assert "43 位" in done.stdout
    assert "canary" not in done.stdout + done.stderr


def test_the_doctor_tells_an_unreachable_api_and_a_silent_callback(run: Shell) -> None:
    run("migrate")
    found = checks(run.json("doctor", **GOOD))
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
        done = run(*words, **GOOD)
        assert "canary" not in done.stdout + done.stderr


def test_a_database_that_is_not_there_is_a_finding_and_no_traceback(run: Shell) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    assert "DATABASE_URL" in checks(run.json("doctor", DATABASE_URL=url, **KEYS))["database"]["hint"]
    done = run("push", "list", DATABASE_URL=url)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "DATABASE_URL" in done.stderr
