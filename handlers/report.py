"""The week in five lines and a picture, to those who run the community, on Monday morning."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from config import data
from models import media, report
from models.actions import Action, SendApp, SendPicture
from models.events.members import WeeklyReportDue
from models.member import Employee
from models.report_table import DAY, Cell, weeks
from models.work import Work

READERS = ("operator", "manager")
SHOWN = 3
"""Weeks: the running one, the last, the one before."""


def weekly(event: WeeklyReportDue, work: Work) -> Iterator[Action]:
    """Last week beside the one before, then eight weeks as bars; nothing where nobody is to read it."""
    readers = work.session.scalars(select(Employee.id).where(Employee.role.in_(READERS), Employee.active))
    told = tuple(sorted(readers))
    if told:
        yield SendApp(to=told, text="\n".join(_lines(event, work)), content_id="ui:weekly")
        kept = media.keep(work, picture(work, event.at), "weekly.png", None, "系统")
        yield SendPicture(to=told, image=kept.hash, content_id="ui:weekly")


def picture(work: Work, now: datetime) -> bytes:
    """Eight weeks of the community as PNG, oldest first; shares of nobody are left out."""
    from rules import chart  # noqa: PLC0415 the drawing library is not for every process

    tables = (
        ("互动率", report.community(work.session, now), 5),
        ("新增联系人", report.growth(work.session, now), 1),
        ("提问", report.answers(work.session, now), 1),
        ("直接回答的占比", report.answers(work.session, now), 6),
    )
    panels = [
        chart.Panel(title, [
            chart.Bar(str(row[0]), float(value), _said(value))
            for row in reversed(table.rows[1:]) if isinstance(value := row[at], int | float)
        ], whole=float(at in table.shares))
        for title, table, at in tables
    ]  # fmt: skip
    day = now.astimezone(work.rules.zone)
    about = f"{day:%Y-%m-%d} 生成 · 各项口径见后台报表"
    broker = work.rules.placeholders["broker"]
    return chart.draw(f"{broker} · 社群周报", about, panels, data.font("Regular"), data.font("Bold"))


def _lines(event: WeeklyReportDue, work: Work) -> Iterator[str]:
    _running, last, *_ = weeks(event.at, SHOWN)
    community = report.community(work.session, event.at, SHOWN).rows
    growth = report.growth(work.session, event.at, SHOWN).rows
    answers = report.answers(work.session, event.at, SHOWN).rows
    ends = last.end.astimezone(work.rules.zone)
    yield f"【社群周报】{last.begin:%m-%d} 至 {(ends - DAY):%m-%d}（括号内为前一周）"
    inside, spoke, active = (_both(community, at) for at in (1, 3, 5))
    yield f"在群 {inside}；发言率 {spoke}；互动率 {active}"
    yield f"新增联系人 {_both(growth, 1)}，其中老带新 {_both(growth, 2)}；流失 {_both(growth, 5)}"
    yield f"提问 {_both(answers, 1)}；直接回答的占 {_both(answers, 6)}；没有回答 {_both(answers, 5)}"
    yield f"明细与口径：{work.rules.public_url}/console/reports"


def _both(rows: list[tuple[Cell, ...]], at: int) -> str:
    """Last week's figure, and the one before in brackets."""
    return f"{_said(rows[1][at])}（{_said(rows[2][at])}）"


def _said(cell: Cell) -> str:
    if cell is None:
        return "—"
    return f"{cell:.1%}" if isinstance(cell, float) else str(cell)
