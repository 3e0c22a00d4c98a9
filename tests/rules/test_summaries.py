"""Rows of trading summary files: every fault is named with its row, and good rows are read as meant."""

from datetime import date

import pytest

from rules.summaries import Summary, read

TODAY = date(2026, 11, 26)
KNOWN = frozenset({"wmA", "wmB"})
HEAD = ["成员", "截止日期", "日均资产", "近90天费用", "持有产品数", "同意时间", "同意依据"]


def faults(*rows: list[object]) -> list[str]:
    return read([HEAD, *rows], KNOWN, TODAY)[1]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["", "2026-11-20", 1], "成员为空"), (["wmX", "2026-11-20", 1], "没有这个成员"),
        (["wmA", "2026-13-01", 1], "不是日期"), (["wmA", "2026-11-27", 1], "在今天之后"),
        (["wmA", "2026-11-20", ""], "日均资产为空"), (["wmA", "2026-11-20", "一百万"], "不是数字"),
        (["wmA", "2026-11-20", "nan"], "超出范围"), (["wmA", "2026-11-20", 1, -5], "超出范围"),
        (["wmA", "2026-11-20", 1, 0, 1.5], "须为整数"), (["wmA", "2026-11-20", 1, 0, 1, "2026-11-01"], "没有同意依据"),
        (["wmA", "2026-11-20", 1, 0, 1, "上周", "告知书"], "不是时间"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_row(row: list[object], fault: str) -> None:
    found = faults(["wmB", "2026/11/20", "1,200,000"], row)
    assert len(found) == 1
    assert found[0].startswith("第 3 行：")
    assert fault in found[0]


def test_a_member_may_stand_in_a_file_once() -> None:
    assert faults(["wmA", "2026-11-20", 1], [], ["wmA", "2026-11-20", 2]) == ["第 4 行：与第 2 行是同一成员"]


def test_amounts_are_read_as_people_write_them() -> None:
    good, bad = read([HEAD, ["wmA", "2026/11/20", "1,200,000.5", "", "2"]], KNOWN, TODAY)
    assert bad == []
    assert good == [Summary(row=2, member_id="wmA", as_of=date(2026, 11, 20), daily_assets=1_200_000.5, products=2)]


@pytest.mark.parametrize("head", [["成员", "日期"], ["成员", "客户ID", "日期", "日均资产"], []])
def test_a_head_that_cannot_be_understood_refuses_the_file(head: list[object]) -> None:
    good, bad = read([head, ["wmA"]], KNOWN, TODAY)
    assert (good, len(bad)) == ([], 1)
    assert "第 1 行：表头" in bad[0]


def test_an_empty_file_says_so() -> None:
    assert read([], KNOWN, TODAY) == ([], ["文件是空的：第一行须为表头"])
