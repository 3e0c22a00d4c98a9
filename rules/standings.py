"""Rows of the firm's suitability system and of its product rating list: read, checked, every fault with its row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rules import rows
from rules.suitability import LEVELS, RISKS

OF_PERSON: rows.Columns = {
    "member_id": ("member_id", "external_userid", "客户ID", "成员"),
    "level": ("level", "风险等级", "等级"),
    "lowest": ("lowest", "lowest_class", "最低类别"),
    "professional": ("professional", "专业投资者"),
    "expires_on": ("expires_on", "有效期至"),
    "source_ref": ("source_ref", "测评单号"),
}
OF_PRODUCT: rows.Columns = {
    "code": ("code", "产品代码", "代码"),
    "name": ("name", "产品名称", "名称"),
    "risk": ("risk", "产品风险等级", "风险等级"),
}
NAME, CODE, REF = 60, 16, 64
SHORTEST = 3
"""Letters of a product's name: two would be found in any talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """What the suitability system says of a person."""

    member_id: str
    level: str
    lowest: bool
    professional: bool
    expires_on: date
    source_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """A product with the level the firm gave it."""

    code: str
    name: str
    risk: str


def people(table: Iterable[Sequence[object]], known: frozenset[str]) -> tuple[list[PersonRow], list[str]]:
    """Good rows and what is wrong with the others; `known`: the members there are."""
    needed = ("member_id", "level", "expires_on", "source_ref")
    return rows.read(
        table, OF_PERSON, needed, lambda _, cells: _person(cells, known), lambda one: one.member_id, "成员"
    )


def products(table: Iterable[Sequence[object]]) -> tuple[list[ProductRow], list[str]]:
    """The same of the rating list."""
    return rows.read(
        table, OF_PRODUCT, ("code", "name", "risk"), lambda _, cells: _product(cells), lambda one: one.code, "产品"
    )


def _person(cells: rows.Cells, known: frozenset[str]) -> PersonRow:
    member_id, level = rows.text(cells["member_id"]), rows.text(cells["level"]).upper()
    if member_id not in known:
        raise ValueError(f"没有这个成员 {member_id[:6]}…：先同步通讯录，或核对 external_userid")
    if level not in LEVELS:
        raise ValueError(f"风险等级“{level[:10]}”应为 {'、'.join(LEVELS)}")
    lowest = rows.yes(cells.get("lowest"), "最低类别")
    if lowest and level != LEVELS[0]:
        raise ValueError(f"最低类别只能是 {LEVELS[0]}，这里是 {level}")
    reference = rows.text(cells["source_ref"])
    if not reference or len(reference) > REF:
        raise ValueError(f"测评单号须为 1 到 {REF} 个字符：判断要能追到源系统")
    return PersonRow(
        member_id=member_id, level=level, lowest=lowest, source_ref=reference,
        professional=rows.yes(cells.get("professional"), "专业投资者"),
        expires_on=rows.day(cells["expires_on"], "有效期至"),
    )  # fmt: skip


def _product(cells: rows.Cells) -> ProductRow:
    code, name, risk = (rows.text(cells[one]) for one in ("code", "name", "risk"))
    if not code or len(code) > CODE or not code.isascii():
        raise ValueError(f"产品代码须为 1 到 {CODE} 个字母或数字")
    if not SHORTEST <= len(name) <= NAME:
        raise ValueError(f"产品名称须为 {SHORTEST} 到 {NAME} 个字：更短的会在闲聊里误中")
    if risk.upper() not in RISKS:
        raise ValueError(f"产品风险等级“{risk[:10]}”应为 {'、'.join(RISKS)}")
    return ProductRow(code=code.upper(), name=name, risk=risk.upper())
