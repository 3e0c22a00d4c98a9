"""`run.py rfm`: a file with a bad row changes nothing, a good one places members, and each placing can be explained."""

import json
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from models.activity import TierChange
from models.rfm import RfmState, TradingSummary
from tests.shell import Shell
from tests.world import World

HEAD = "成员,截止日期,日均资产,近90天费用,持有产品数,同意时间,同意依据\n"


def run(world: World, folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of a command on the database of this world."""
    done = Shell.of(world, folder)("rfm", *words, "--json")
    return done.returncode, json.loads(done.stdout)


def test_a_file_is_refused_whole_with_row_numbers_or_taken(sqlite_world: World, tmp_path: Path) -> None:
    world = sqlite_world
    agreed, silent = world.member_says("怎么开户"), world.member_says("怎么开户")
    good = f"{agreed},2025-11-20,1200000,300,2,2025-11-01 10:00,资产告知书1.0\n{silent},2025-11-20,9000000,,,,\n"
    path = tmp_path / "汇总.csv"
    path.write_text(f"{HEAD}{good}wmUNKNOWN,2025-11-20,1,,,,\n{agreed},昨天,1,,,,\n", encoding="gb18030")
    code, told = run(sqlite_world, tmp_path, "import", str(path))
    assert (code, told["ok"], told["stored"]) == (1, False, 0)
    assert [one.split("：")[0] for one in told["refused_rows"]] == ["第 4 行", "第 5 行"]
    assert (world.rows(of=TradingSummary), world.rows(RfmState.value.is_not(None), of=RfmState)) == ([], [])

    path.write_text(HEAD + good, encoding="utf-8-sig")
    code, told = run(sqlite_world, tmp_path, "import", str(path))
    assert (code, told["stored"], told["without_consent"], told["consents_recorded"]) == (0, 1, 1, 1)
    assert [one.member_id for one in world.rows(of=TradingSummary)] == [agreed]

    _, why = run(sqlite_world, tmp_path, "show", agreed)
    assert why["monetary"] > 40
    assert "价值指数" in why["why"]
    _, why = run(sqlite_world, tmp_path, "show", silent)
    assert why["monetary"] == "unknown"
    assert "资产信息未授权" in why["why"]
    assert run(sqlite_world, tmp_path, "recompute", "--as-of", "2026-11-24")[1]["as_of"] == "2026-11-24"
    assert world.rows(TierChange.member_id == agreed, of=TierChange) != []


def test_a_spreadsheet_is_read_like_a_text_file(sqlite_world: World, tmp_path: Path) -> None:
    who = sqlite_world.member_says("怎么开户")
    book = Workbook()
    page = book.worksheets[0]
    page.append(["external_userid", "date", "assets"])
    page.append([who, "2025-11-20", "很多"])
    book.save(tmp_path / "a.xlsx")
    code, told = run(sqlite_world, tmp_path, "import", str(tmp_path / "a.xlsx"))
    assert (code, told["refused_rows"]) == (1, ["第 2 行：日均资产“很多”不是数字"])
