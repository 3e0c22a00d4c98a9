"""Files people export from other systems, as rows of cells."""

import csv
from collections.abc import Sequence
from pathlib import Path

from commands.say import fail


def read(path: Path) -> list[Sequence[object]]:
    """Rows of a CSV (UTF-8 or GBK, as Excel in China writes it) or of the first sheet of an XLSX."""
    if path.suffix.lower() == ".xlsx":
        from openpyxl import load_workbook  # not for every command
        from openpyxl.utils.exceptions import InvalidFileException

        try:
            book = load_workbook(path, read_only=True, data_only=True)
        except (InvalidFileException, OSError, KeyError, ValueError):
            fail(f"{path.name} 不是可读的 XLSX：请用 Excel 另存一次")
        return [tuple(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    return [tuple(row) for row in csv.reader(text.splitlines())]
