"""FAQ bases in files: YAML, CSV and XLSX in, entries or faults with row numbers out."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import yaml

from rules.faq_body import LABELS, Body, Fault, Row, tidy
from rules.sheet import FORMULA

MOST_BYTES, MOST_UNPACKED, MOST_ROWS = 5_000_000, 50_000_000, 20_000
LISTS = tuple(one.name for one in fields(Body) if one.type == tuple[str, ...])
YESNO = tuple(one.name for one in fields(Body) if one.type is bool)
DAYS = ("effective_from", "effective_until")
YES, NO = frozenset({"true", "1", "yes", "y", "是", "√"}), frozenset({"", "false", "0", "no", "n", "否", "×"})
NAMES: dict[str, str] = {
    **{name: name for name in LABELS}, **{label: name for name, label in LABELS.items()}, "paraphrases": "phrasings",
}  # fmt: skip
"""Heading -> field: the shipped file says paraphrases, sheets may be headed in Chinese."""
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
Read = tuple[list[Row], list[Fault]]


def read(name: str, content: bytes) -> Read:
    """Entries of a file, by its ending. With any fault the rows are not to be used."""
    if len(content) > MOST_BYTES:
        return [], [Fault(0, "", f"文件有 {len(content)} 字节，超过 {MOST_BYTES} 字节，请拆分")]
    kind = name.rsplit(".", 1)[-1].lower()
    readers = {"yaml": _yaml, "yml": _yaml, "csv": _csv, "xlsx": _xlsx}
    if kind not in readers:
        return [], [Fault(0, "", f"不认识的文件类型 .{kind[:8]}，请用 .yaml、.csv 或 .xlsx")]
    rows: list[Row] = []
    faults: list[Fault] = []
    try:
        for number, values in readers[kind](content):
            body, wrong = _body(number, values)
            faults += wrong
            rows += [Row(number, body)] if body is not None else []
    except _Unreadable as error:
        faults.append(error.fault)
    if not rows and not faults:
        faults.append(Fault(0, "", "文件里没有条目"))
    return rows, faults


class _Unreadable(Exception):
    """The file cannot be read any further."""

    def __init__(self, row: int, text: str) -> None:
        super().__init__(text)
        self.fault = Fault(row, "", text)


Cells = Iterator[tuple[int, Mapping[str, object]]]


def _yaml(content: bytes) -> Cells:
    """Entries of the shipped form (`entries:`) or a bare list; row = line of the entry."""
    try:
        text = content.decode("utf-8-sig")
        if any(isinstance(one, yaml.AliasEvent) for one in yaml.parse(text, yaml.CSafeLoader)):
            raise _Unreadable(0, "YAML 不可使用锚点与引用（& 与 *），请写全")
        loader = yaml.CSafeLoader(text)
        entries = _entries(loader.get_single_node())
    except UnicodeDecodeError:
        raise _Unreadable(0, "文件须为 UTF-8 编码") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _Unreadable(line, f"YAML 格式有误：{error.problem}") from None
    except (yaml.YAMLError, RecursionError):
        raise _Unreadable(0, "YAML 格式有误或嵌套过深") from None
    for node in entries:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise _Unreadable(line, "条目须为「字段: 值」")
        _no_field_twice(node, line)
        try:
            yield line, loader.construct_document(node)
        except (yaml.YAMLError, ValueError):
            raise _Unreadable(line, "条目的值无法读取") from None


def _entries(top: yaml.Node | None) -> list[yaml.Node]:
    if isinstance(top, yaml.MappingNode):
        top = next((value for key, value in top.value if key.value == "entries"), None)
    if not isinstance(top, yaml.SequenceNode):
        raise _Unreadable(1, "须为条目列表，或含 entries: 列表")
    return list(top.value)


def _no_field_twice(node: yaml.MappingNode, line: int) -> None:
    names = [str(key.value) for key, _ in node.value]
    for name in names:
        if names.count(name) > 1:
            raise _Unreadable(line, f"字段 {name} 在同一条目中出现两次")


def _csv(content: bytes) -> Cells:
    """Headings in the first row; UTF-8, or GB18030 as Chinese Excel writes it; row = first line of the record."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise _Unreadable(0, "文件编码须为 UTF-8 或 GBK") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    try:
        headings: Sequence[str] | None = None
        for cells in reader:
            line, before = before + 1, reader.line_num
            if headings is None:
                headings = _headings(cells)
            elif any(cells):
                yield line, _record(line, headings, cells)
    except csv.Error as error:
        raise _Unreadable(reader.line_num, f"CSV 格式有误：{error}") from None


def _xlsx(content: bytes) -> Cells:
    """The first sheet; row = row of the sheet. Formulas are refused: their value is not in the file's hands."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
                raise _Unreadable(0, "工作簿解压后过大，请拆分")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise _Unreadable(0, "不是有效的 .xlsx 文件，请用 Excel 另存为 .xlsx") from None
    headings: Sequence[str] | None = None
    for number, cells in enumerate(book.worksheets[0].iter_rows(), 1):
        if number > MOST_ROWS:
            raise _Unreadable(number, f"超过 {MOST_ROWS} 行，请拆分")
        if any(one.data_type == "f" for one in cells):
            raise _Unreadable(number, "单元格含公式，请复制后「粘贴为值」")
        values = [one.value for one in cells]
        if headings is None:
            headings = _headings([str(one or "") for one in values])
        elif any(one not in {None, ""} for one in values):
            yield number, _record(number, headings, values)


def _headings(cells: Sequence[str]) -> list[str]:
    names = [NAMES.get(one.strip(), one.strip()) for one in cells]
    while names and not names[-1]:
        names.pop()
    unknown = [one for one in names if one not in LABELS]
    missing = [LABELS[one] for one in ("id", "question", "answer") if one not in names]
    if unknown or missing or len(set(names)) < len(names):
        known = "、".join(LABELS.values())
        wrong = f"不认识的列「{'、'.join(unknown)}」" if unknown else f"缺少列「{'、'.join(missing)}」"
        raise _Unreadable(1, f"首行须为列名：{wrong if unknown or missing else '列名重复'}；可用列：{known}")
    return names


def _record(line: int, headings: Sequence[str], cells: Sequence[object]) -> dict[str, object]:
    if any(one not in {None, ""} for one in cells[len(headings) :]):
        raise _Unreadable(line, f"这一行有 {len(cells)} 格，列名只有 {len(headings)} 个：文字中的逗号须加引号")
    return {name: _unguarded(value) for name, value in zip(headings, cells, strict=False)}


def _unguarded(value: object) -> object:
    """Without the apostrophe `faq_write.guarded` put before it."""
    if isinstance(value, str) and value.startswith("'") and value.lstrip("'").startswith(FORMULA):
        return value[1:]
    return value


def _body(number: int, values: Mapping[str, object]) -> tuple[Body | None, list[Fault]]:
    made: dict[str, Any] = {"id": "", "category": "", "question": "", "phrasings": (), "answer": ""}
    faults: list[Fault] = []
    for heading, value in values.items():
        name = NAMES.get(str(heading), "")
        if not name:
            faults.append(Fault(number, str(heading)[:32], f"不认识的字段「{str(heading)[:32]}」"))
            continue
        try:
            made[name] = _value(name, value)
        except ValueError as error:
            faults.append(Fault(number, name, str(error)))
    made["risk_tip"] = made.get("risk_tip") or "none"
    return (None, faults) if faults else (tidy(Body(**made)), [])


def _value(name: str, value: object) -> object:
    if name in LISTS:
        return tuple(_lines(name, value))
    if name in YESNO:
        return _yes(name, value)
    if name in DAYS:
        return _day(name, value)
    return _text(name, value)


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError(  # noqa: TRY004 a fault of the file, gathered with the others
            f"{LABELS[name]}须为文字；「是、否、日期」等请加引号"
        )
    text = str(value).replace("\r\n", "\n").replace("_x000D_", "")
    if UNSEEN.search(text):
        raise ValueError(f"{LABELS[name]}含有不可见的控制字符，请删除")
    return text


def _lines(name: str, value: object) -> Iterator[str]:
    """A list of YAML, or a cell with one a line."""
    parts: Iterable[object] = value if isinstance(value, (list, tuple)) else _text(name, value).split("\n")
    for one in parts:
        if text := _text(name, one).strip():
            yield text


def _yes(name: str, value: object) -> bool:
    word = str("" if value is None else value).strip().lower()
    if word not in YES | NO:
        raise ValueError(f"{LABELS[name]}须为「是」或「否」，不能是「{word[:12]}」")
    return word in YES


def _day(name: str, value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value).strip().replace("/", "-"))
    except ValueError:
        raise ValueError(f"{LABELS[name]}须为日期，形如 2026-12-01") from None
