"""Four eyes: what one person made, another must check (证券公司内部控制指引: 不相容职务分离)."""

from typing import Protocol

CHECKERS = frozenset({"approver", "admin"})
"""Roles that may approve."""


class Checker(Protocol):
    """Whoever wants to approve."""

    @property
    def name(self) -> str:
        """Their account."""

    @property
    def role(self) -> str:
        """Their role."""


def refusal(checker: Checker, *makers: str) -> str:
    """Why this person may not approve what `makers` wrote or last changed; empty when they may."""
    if checker.role not in CHECKERS:
        return f"角色 {checker.role} 无审批权限：请交由审批人处理"
    if checker.name in makers:
        return "不能审批自己编写或修改过的内容：请交由另一位审批人处理（双人复核）"
    return ""
