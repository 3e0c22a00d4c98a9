"""`run.py suitability`: files of the firm's systems, whole or not at all."""

from pathlib import Path

import pytest

from tests.shell import Shell
from tests.world import World

HEAD = "客户ID,风险等级,最低类别,专业投资者,有效期至,测评单号"


@pytest.fixture
def shell(sqlite_world: World, tmp_path: Path) -> Shell:
    return Shell.of(sqlite_world, tmp_path)


def test_results_are_imported_and_shown_with_what_they_mean(shell: Shell, sqlite_world: World) -> None:
    who = sqlite_world.friend("赵阿姨")
    (shell.folder / "results.csv").write_text(f"{HEAD}\n{who},C3,否,否,2030-01-01,RQ-1\n", "utf-8")
    assert shell.json("suitability", "import", str(shell.folder / "results.csv"))["stored"] == 1
    shown = shell.json("suitability", "show", who)
    assert (shown["level"], shown["products"]["R3"]["decision"]) == ("C3", "allow")
    assert shown["products"]["R5"]["code"] == "SUIT-ABOVE"
    assert "高一级" in shell("suitability", "show", who).stdout


def test_every_bad_row_is_named_and_nothing_is_written(shell: Shell, sqlite_world: World) -> None:
    who = sqlite_world.friend("赵阿姨")
    rows = [
        f"{who},C3,否,否,2030-01-01,RQ-1", "wm-nobody,C3,,,2030-01-01,RQ-2", f"{who},C9,,,2030-01-01,RQ-3",
        f"{who},C2,是,,2030-01-01,RQ-4", f"{who},C1,也许,,2030-01-01,RQ-5", f"{who},C1,,,明年,RQ-6",
        f"{who},C1,,,2030-01-01,",
    ]  # fmt: skip
    (shell.folder / "bad.csv").write_text("\n".join([HEAD, *rows]), "utf-8")
    done = shell.json("suitability", "import", str(shell.folder / "bad.csv"))
    assert (done["ok"], done["stored"]) == (False, 0)
    said = "\n".join(done["refused_rows"])
    for number, word in enumerate(("没有这个成员", "C9", "最低类别只能是", "也许", "明年", "测评单号"), 3):
        assert f"第 {number} 行" in said
        assert word in said
    assert shell.json("suitability", "show", who)["level"] == "unknown"


def test_a_rating_list_with_a_fault_changes_nothing(shell: Shell) -> None:
    file = shell.folder / "products.csv"
    file.write_text("产品代码,产品名称,产品风险等级\n512345,星辰科技龙头混合,R4\n", "utf-8")
    assert shell.json("suitability", "products", str(file))["stored"] == 1
    file.write_text("产品代码,产品名称,产品风险等级\n512345,星辰,R4\n600000,另一只产品,R9\n", "utf-8")
    done = shell.json("suitability", "products", str(file))
    assert [row.partition("：")[0] for row in done["refused_rows"]] == ["第 2 行", "第 3 行"]
    assert done["stored"] == 0
