"""Tables from other systems: heads found under any name they go by, every fault named with its row."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

Columns = Mapping[str, tuple[str, ...]]
"""Our name -> heads of columns we know it by, the Chinese one last or only."""
Cells = Mapping[str, object]
Made = TypeVar("Made")
YES, NO = frozenset({"1", "是", "true", "y", "yes"}), frozenset({"", "0", "否", "false", "n", "no"})


def heads(row: Sequence[object], columns: Columns, needed: Sequence[str]) -> dict[str, int]:
    """Our names -> places in a row of heads. ValueError names the columns that are missing or doubled."""
    names = [str(one or "").strip().lstrip("\ufeff") for one in row]
    found: dict[str, int] = {}
    for ours, known in columns.items():
        places = [at for at, name in enumerate(names) if name in known]
        if len(places) > 1:
            raise ValueError(f"表头重复：{'、'.join(names[at] for at in places)} 是同一列")
        if places:
            found[ours] = places[0]
    missing = [columns[one][-1] for one in needed if one not in found]
    if missing:
        raise ValueError(f"表头缺少：{'、'.join(missing)}（可用英文名 {'、'.join(needed)}）")
    return found


def read(
    table: Iterable[Sequence[object]],
    columns: Columns,
    needed: Sequence[str],
    make: Callable[[int, Cells], Made],
    key: Callable[[Made], object],
    what: str,
) -> tuple[list[Made], list[str]]:
    """Good rows, and a sentence for every bad one. The first row is the head; `key` must differ: it names a `what`.

    `make(row number, cells)` raises ValueError with what is wrong.
    """
    rows = iter(table)
    try:
        places = heads(next(rows), columns, needed)
    except StopIteration:
        return [], ["文件是空的：第一行须为表头"]
    except ValueError as fault:
        return [], [f"第 1 行：{fault}"]
    good: list[Made] = []
    bad: list[str] = []
    seen: dict[object, int] = {}
    for number, cells in _cells(rows, places):
        try:
            one = make(number, cells)
        except ValueError as fault:
            bad.append(f"第 {number} 行：{fault}")
            continue
        if (first := seen.setdefault(key(one), number)) != number:
            bad.append(f"第 {number} 行：与第 {first} 行是同一{what}")
            continue
        good.append(one)
    return good, bad


def _cells(rows: Iterator[Sequence[object]], places: Mapping[str, int]) -> Iterator[tuple[int, Cells]]:
    for number, row in enumerate(rows, 2):
        if any(one is not None and str(one).strip() for one in row):
            yield number, {name: row[at] if at < len(row) else None for name, at in places.items()}


def text(value: object) -> str:
    """A cell as a person sees it."""
    return "" if value is None else str(value).strip()


def day(value: object, name: str) -> date:
    """A date cell, or text like 2026-11-26. ValueError."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(text(value).replace("/", "-"))
    except ValueError:
        raise ValueError(f"{name}“{text(value)[:20]}”不是日期（如 2026-11-25）") from None


def yes(value: object, name: str) -> bool:
    """是/否, 1/0, true/false; empty is no. ValueError."""
    said = text(value).lower()
    if said not in YES | NO:
        raise ValueError(f"{name}“{said[:20]}”应为 是 或 否")
    return said in YES
