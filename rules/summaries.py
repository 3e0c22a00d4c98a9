"""Rows of a broker system's trading summary file: read, checked, and every fault named with its row."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

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


def heads(row: Sequence[object]) -> dict[str, int]:
    """Our names -> places in a row of heads. ValueError names the columns that are missing or doubled."""
    names = [str(one or "").strip().lstrip("\ufeff") for one in row]
    found: dict[str, int] = {}
    for ours, known in COLUMNS.items():
        places = [at for at, name in enumerate(names) if name in known]
        if len(places) > 1:
            raise ValueError(f"表头重复：{'、'.join(names[at] for at in places)} 是同一列")
        if places:
            found[ours] = places[0]
    missing = [COLUMNS[one][-1] for one in NEEDED if one not in found]
    if missing:
        raise ValueError(f"表头缺少：{'、'.join(missing)}（可用英文名 {'、'.join(NEEDED)}）")
    return found


def read(table: Iterable[Sequence[object]], known: frozenset[str], today: date) -> tuple[list[Summary], list[str]]:
    """Good rows, and a sentence for every bad one. `known`: the members there are. The first row is the head."""
    rows = iter(table)
    try:
        places = heads(next(rows))
    except StopIteration:
        return [], ["文件是空的：第一行须为表头"]
    except ValueError as fault:
        return [], [f"第 1 行：{fault}"]
    good: list[Summary] = []
    bad: list[str] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, 2):
        cells = {name: row[at] if at < len(row) else None for name, at in places.items()}
        if all(one is None or not str(one).strip() for one in row):
            continue
        try:
            one = _summary(number, cells, known, today)
        except ValueError as fault:
            bad.append(f"第 {number} 行：{fault}")
            continue
        if one.member_id in seen:
            bad.append(f"第 {number} 行：与第 {seen[one.member_id]} 行是同一成员")
            continue
        seen[one.member_id] = number
        good.append(one)
    return good, bad


def _summary(number: int, cells: Mapping[str, object], known: frozenset[str], today: date) -> Summary:
    member_id = _text(cells.get("member_id"))
    if not member_id:
        raise ValueError("成员为空")
    if member_id not in known:
        raise ValueError(f"没有这个成员 {member_id[:6]}…：先同步通讯录，或核对 external_userid")
    as_of = _day(cells.get("as_of"), "截止日期")
    if as_of > today:
        raise ValueError(f"截止日期 {as_of} 在今天之后")
    assets = _amount(cells.get("daily_assets"), "日均资产")
    if assets is None:
        raise ValueError("日均资产为空")
    consent_at = _text(cells.get("consent_at"))
    wording = _text(cells.get("consent_wording"))[:32]
    if consent_at and not wording:
        raise ValueError("有同意时间而没有同意依据：请填写告知书名称或版本")
    return Summary(
        row=number, member_id=member_id, as_of=as_of, daily_assets=assets,
        fees_90d=_amount(cells.get("fees_90d"), "近90天费用", least=0),
        products=_count(cells.get("products"), "持有产品数"),
        trades_90d=_count(cells.get("trades_90d"), "近90天交易笔数"),
        consent_at=_moment(cells.get("consent_at")) if consent_at else None, consent_wording=wording,
    )  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _amount(value: object, name: str, least: float = -MOST) -> float | None:
    text = _text(value).replace(",", "").replace("，", "")
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


def _day(value: object, name: str) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(_text(value).replace("/", "-"))
    except ValueError:
        raise ValueError(f"{name}“{_text(value)[:20]}”不是日期（如 2026-11-25）") from None


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(_text(value).replace("/", "-"))
    except ValueError:
        raise ValueError(f"同意时间“{_text(value)[:20]}”不是时间（如 2026-11-25 10:00）") from None
