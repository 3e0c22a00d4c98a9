"""The week in five lines, to those who run the community, on Monday morning."""

from collections.abc import Iterator

from sqlalchemy import select

from models import report
from models.actions import Action, SendApp
from models.events.members import WeeklyReportDue
from models.member import Employee
from models.report import Cell
from models.work import Work

READERS = ("operator", "manager")
SHOWN = 3
"""Weeks: the running one, the last, the one before."""


def weekly(event: WeeklyReportDue, work: Work) -> Iterator[Action]:
    """Last week beside the one before; one text to everybody it is for, none where nobody is."""
    readers = work.session.scalars(select(Employee.id).where(Employee.role.in_(READERS), Employee.active))
    told = tuple(sorted(readers))
    if told:
        yield SendApp(to=told, text="\n".join(_lines(event, work)), content_id="ui:weekly")


def _lines(event: WeeklyReportDue, work: Work) -> Iterator[str]:
    _running, last, *_ = report.weeks(event.at, SHOWN)
    community = report.community(work.session, event.at, SHOWN).rows
    growth = report.growth(work.session, event.at, SHOWN).rows
    answers = report.answers(work.session, event.at, SHOWN).rows
    ends = last.end.astimezone(work.rules.zone)
    yield f"【社群周报】{last.begin:%m-%d} 至 {(ends - report.DAY):%m-%d}（括号内为前一周）"
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
