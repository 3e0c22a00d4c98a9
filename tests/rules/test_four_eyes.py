"""Nobody approves their own work."""

from dataclasses import dataclass

import pytest

from rules.four_eyes import refusal


@dataclass(frozen=True)
class Somebody:
    name: str
    role: str


@pytest.mark.parametrize(
    ("name", "role", "makers", "word"),
    [
        ("李审批", "approver", ("张作者",), ""),
        ("王管理", "admin", ("张作者", "李审批"), ""),
        ("李审批", "approver", (), ""),
        ("李审批", "approver", ("李审批",), "双人复核"),
        ("李审批", "approver", ("张作者", "李审批"), "双人复核"),
        ("王管理", "admin", ("王管理",), "双人复核"),
        ("张作者", "author", ("赵作者",), "无审批权限"),
        ("赵运营", "operator", ("张作者",), "无审批权限"),
        ("钱审计", "auditor", ("张作者",), "无审批权限"),
    ],
)
def test_who_may_approve_whose_work(name: str, role: str, makers: tuple[str, ...], word: str) -> None:
    reason = refusal(Somebody(name, role), *makers)
    assert (word in reason) if word else reason == ""
