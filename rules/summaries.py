"""Rows of a broker system's trading summary file: read, checked, and every fault named with its row."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rules import rows

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "member_id": ("member_id", "external_userid", "成员", "客户ID", "客户编号"),
    "as_of": ("as_of", "date", "截止日期", "日期"),
    "daily_assets": ("daily_assets", "assets", "日均资产"),
    "fees_90d": ("fees_90d", "fees", "近90天费用"),
    "products": ("products", "持有产品数"),
    "trades_90d": ("trades_90d", "trades", "近90天交易笔数"),
    "consent_at": ("consent_at", "同意时间"),
    "consent_wording": ("consent_wording", "同意依据"),
}
"""Our name -> heads of columns we know it by."""
NEEDED = ("member_id", "as_of", "daily_assets")
MOST = 1e13
"""Yuan; more is a slip of the keyboard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One row. Amounts in yuan; `consent_at`: when the client separately agreed in the broker's own system."""

    row: int
    member_id: str
    as_of: date
    daily_assets: float
    fees_90d: float | None = None
    products: int | None = None
    trades_90d: int | None = None
    consent_at: datetime | None = None
    consent_wording: str = ""


def read(table: Iterable[Sequence[object]], known: frozenset[str], today: date) -> tuple[list[Summary], list[str]]:
    """Good rows, and a sentence for every bad one. `known`: the members there are. The first row is the head."""
    return rows.read(
        table, COLUMNS, NEEDED, lambda number, cells: _summary(number, cells, known, today),
        lambda one: one.member_id, "成员",
    )  # fmt: skip


def _summary(number: int, cells: Mapping[str, object], known: frozenset[str], today: date) -> Summary:
    member_id = rows.text(cells.get("member_id"))
    if not member_id:
        raise ValueError("成员为空")
    if member_id not in known:
        raise ValueError(f"没有这个成员 {member_id[:6]}…：先同步通讯录，或核对 external_userid")
    as_of = rows.day(cells.get("as_of"), "截止日期")
    if as_of > today:
        raise ValueError(f"截止日期 {as_of} 在今天之后")
    assets = _amount(cells.get("daily_assets"), "日均资产")
    if assets is None:
        raise ValueError("日均资产为空")
    consent_at = rows.text(cells.get("consent_at"))
    wording = rows.text(cells.get("consent_wording"))[:32]
    if consent_at and not wording:
        raise ValueError("有同意时间而没有同意依据：请填写告知书名称或版本")
    return Summary(
        row=number, member_id=member_id, as_of=as_of, daily_assets=assets,
        fees_90d=_amount(cells.get("fees_90d"), "近90天费用", least=0),
        products=_count(cells.get("products"), "持有产品数"),
        trades_90d=_count(cells.get("trades_90d"), "近90天交易笔数"),
        consent_at=_moment(cells.get("consent_at")) if consent_at else None, consent_wording=wording,
    )  # fmt: skip


def _amount(value: object, name: str, least: float = -MOST) -> float | None:
    text = rows.text(value).replace(",", "").replace("，", "")
    if not text:
        return None
    try:
        amount = float(text)
    except ValueError:
        raise ValueError(f"{name}“{text[:20]}”不是数字") from None
    if not math.isfinite(amount) or not least <= amount <= MOST:
        raise ValueError(f"{name} {text[:20]} 超出范围")
    return amount


def _count(value: object, name: str) -> int | None:
    amount = _amount(value, name, least=0)
    if amount is not None and amount != int(amount):
        raise ValueError(f"{name}须为整数")
    return None if amount is None else int(amount)


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(rows.text(value).replace("/", "-"))
    except ValueError:
        raise ValueError(f"同意时间“{rows.text(value)[:20]}”不是时间（如 2026-11-25 10:00）") from None
