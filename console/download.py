"""A table as a file: CSV (with the mark Excel needs for UTF-8) or XLSX; no cell can become a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from flask import Response

from rules.sheet import safe_cell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(rows: Iterable[Iterable[object]], name: str, kind: str) -> Response:
    """`rows` with their head as `name`.csv or .xlsx; `kind` other than xlsx means CSV."""
    if kind == "xlsx":
        return _file(_sheet(rows), XLSX, f"{name}.xlsx")
    return _file("".join(_lines(rows)).encode("utf-8-sig"), "text/csv; charset=utf-8", f"{name}.csv")


def _lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([safe_cell(cell) for cell in row])
        yield line.getvalue()


def _sheet(rows: Iterable[Iterable[object]]) -> bytes:
    from openpyxl import Workbook  # few ask for a sheet

    book = Workbook(write_only=True)
    page = book.create_sheet("数据")
    for row in rows:
        page.append([safe_cell(cell) for cell in row])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _file(body: bytes, kind: str, name: str) -> Response:
    answer = Response(body, mimetype=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
