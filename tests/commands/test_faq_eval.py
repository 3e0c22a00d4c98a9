"""`run.py faq eval`: built from one file alone, one line a query, bad rows named."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from commands.faq_eval import evaluate

KB = "close\t怎么销户\nclose\t我要销户\nclose\t怎么注销账户\nopen\t怎么开户\nopen\t开户流程\nopen\t想开个户\n"
ASKED = "close\t如何销户\n-\t今天吃什么\n?\t佣金多少\n"


def test_each_query_gets_a_decision_with_its_candidates_and_time(tmp_path: Path) -> None:
    (tmp_path / "kb.tsv").write_text(KB, encoding="utf-8")
    (tmp_path / "q.tsv").write_text(ASKED, encoding="utf-8")
    files = ["--kb", str(tmp_path / "kb.tsv"), "--queries", str(tmp_path / "q.tsv"), "--out", str(tmp_path / "r.jsonl")]
    done = CliRunner().invoke(evaluate, [*files, "--letters", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["mode"] == "letters"
    rows = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 3
    assert rows[0]["candidates"][0][0] == "close"
    assert rows[1]["decision"] == "silent"
    assert all(row["us"] > 0 for row in rows)


@pytest.mark.parametrize(("kb", "row"), [("close 怎么销户\n", 1), ("close\t怎么销户\nopen\t\n", 2)])
def test_a_bad_row_is_named(tmp_path: Path, kb: str, row: int) -> None:
    (tmp_path / "kb.tsv").write_text(kb, encoding="utf-8")
    (tmp_path / "q.tsv").write_text(ASKED, encoding="utf-8")
    files = ["--kb", str(tmp_path / "kb.tsv"), "--queries", str(tmp_path / "q.tsv"), "--out", str(tmp_path / "r.jsonl")]
    done = CliRunner().invoke(evaluate, files)
    assert done.exit_code == 2
    assert f"第 {row} 行" in done.output
