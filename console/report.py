"""报表: tables with their definitions and bars beside them, without scripts; each leaves as CSV, XLSX or picture."""

from flask import Blueprint, Response, abort, render_template, request

from config import data
from console.desk import Answer, Desk
from console.download import download
from models import report_kept
from models.report import REPORTS
from models.report_table import Cell, Table

READERS = ("approver", "operator", "auditor", "admin")
PATH = "/console/reports"


def blueprint(desk: Desk) -> Blueprint:
    """One page a report."""
    pages = Blueprint("report", __name__)

    @desk.page(pages, PATH, READERS)
    def reports() -> Answer:
        return _page(desk, next(iter(REPORTS)))

    @desk.page(pages, f"{PATH}/<name>", READERS)
    def report(name: str) -> Answer:
        return _page(desk, name) if name in REPORTS else abort(404)

    return pages


def _page(desk: Desk, name: str) -> Answer:
    title = REPORTS[name][0]
    table, at = report_kept.fresh(desk.db, name)
    if request.args.get("export") == "png":
        return Response(_picture(title, table, f"{at.astimezone(desk.zone):%Y-%m-%d %H:%M}"), mimetype="image/png")
    if kind := request.args.get("export", ""):
        return download([table.head, *table.rows], f"{title}-{desk.db.clock().astimezone(desk.zone):%Y%m%d}", kind)
    titles = {key: one for key, (one, _) in REPORTS.items()}
    return render_template(
        "reports.html", table=table, at=at, name=name, titles=titles, bars=_bars(table), shown=_shown
    )


def _picture(title: str, table: Table, at: str) -> bytes:
    """The table's bars as PNG."""
    from rules import chart  # the drawing library is not for every process

    bars = [
        chart.Bar(str(row[0]), float(value), _shown(table, table.bars, value))
        for row in table.rows
        if isinstance(value := row[table.bars], int | float)
    ]
    panel = chart.Panel(table.head[table.bars], bars, whole=float(table.bars in table.shares))
    return chart.draw(title, f"截至 {at}", [panel], data.font("Regular"), data.font("Bold"))


def _shown(table: Table, at: int, cell: Cell) -> str:
    """A share as per cent; nothing where there is nothing to divide by."""
    if cell is None:
        return "—"
    return f"{cell:.1%}" if at in table.shares else f"{cell:,}" if isinstance(cell, int) else str(cell)


def _bars(table: Table) -> list[int]:
    """Lengths of the bars in per cent: shares of the whole, all else of the longest."""
    values = [value if isinstance(value := row[table.bars], int | float) else 0 for row in table.rows]
    most = 1 if table.bars in table.shares else max([*values, 0]) or 1
    return [round(100 * max(0, value) / most) for value in values]
