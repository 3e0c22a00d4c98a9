"""FAQ entries as a file: YAML, CSV or XLSX, taken in unchanged by `faq_read` and safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Sequence

import yaml

from rules.faq_body import LABELS, Body
from rules.sheet import FORMULA


def write(name: str, bodies: Sequence[Body]) -> bytes:
    """Entries as a file that `read` takes in unchanged, by the name's ending. ValueError for another ending."""
    kind = name.rsplit(".", 1)[-1].lower()
    writers = {"yaml": _to_yaml, "yml": _to_yaml, "csv": _to_csv, "xlsx": _to_xlsx}
    if kind not in writers:
        raise ValueError(f"不认识的文件类型 .{kind[:8]}，请用 .yaml、.csv 或 .xlsx")
    return writers[kind](bodies)


def _to_yaml(bodies: Sequence[Body]) -> bytes:
    kept = [
        {("paraphrases" if name == "phrasings" else name): value for name, value in one.kept().items()}
        for one in bodies
    ]
    made = yaml.dump({"entries": kept}, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=4096)
    return str(made).encode()


def cells_of(body: Body) -> list[str]:
    """One row of a sheet, safe to open in a spreadsheet."""
    return [guarded(_cell(value)) for value in body.kept().values()]


def guarded(text: str) -> str:
    """A cell no spreadsheet takes for a formula; unlike rules.sheet.safe_cell it can be taken back when read."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def _to_csv(bodies: Sequence[Body]) -> bytes:
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(LABELS.values())
    writer.writerows(cells_of(one) for one in bodies)
    return made.getvalue().encode("utf-8-sig")


def _to_xlsx(bodies: Sequence[Body]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("问答")
    sheet.append(list(LABELS.values()))
    for one in bodies:
        row = []
        for text in cells_of(one):
            cell = WriteOnlyCell(sheet, text)
            cell.data_type = "s"
            row.append(cell)
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
