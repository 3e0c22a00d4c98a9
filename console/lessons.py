"""内部课程: what colleagues have to learn: a lesson, its questions, tried until it is passed, kept as a record."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, render_template, request
from sqlalchemy import select

from console.desk import Answer, Desk, back
from console.member_engagement import answers_of
from handlers import engagement as use_case
from models import engagement
from models.engagement import Engagement, EngagementEntry
from models.engagement_words import AI
from models.plan import Refused
from rules.engagement import PASSED, passed

PATH = "/console/lessons"
SHOWN = 100


def blueprint(desk: Desk) -> Blueprint:
    """What is to learn, and one lesson."""
    pages = Blueprint("lessons", __name__)

    @desk.page(pages, PATH)
    def lessons() -> Answer:
        with desk.db.read() as session:
            now, who = desk.db.clock(), _account(desk)
            chosen = select(Engagement).where(Engagement.audience == "staff", Engagement.opens_at <= now)
            rows = session.scalars(chosen.order_by(Engagement.opens_at.desc()).limit(SHOWN)).all()
            mine = [(one, _done(one, engagement.entries(session, one.id, who))) for one in rows if one.approved]
            return render_template("lessons.html", lessons=mine, now=now)

    @desk.page(pages, f"{PATH}/<int:number>", methods=("GET", "POST"))
    def lesson(number: int) -> Answer:
        with desk.db.work() as work:
            row = work.session.get(Engagement, number)
            if row is None or row.audience != "staff" or not row.approved:
                abort(404)
            if request.method == "POST":
                try:
                    with work.session.begin_nested():
                        made = use_case.take_part(work, row, _account(desk), answers_of(row))
                    flash(use_case.said(row, made))
                except Refused as refused:
                    flash(str(refused), "bad")
                return back(f"{PATH}/{number}")
            had = engagement.entries(work.session, row.id, _account(desk))
            return render_template(
                "lesson.html", one=row, had=had, done=_done(row, had), open=row.open_at(work.now), ai=AI,
                needed=PASSED, left=engagement.MOST["quiz"] - len(had),
                tally=engagement.tally(work.session, row) if row.kind == "vote" and had else [],
            )  # fmt: skip

    return pages


def _account(desk: Desk) -> str:
    """Under which a colleague's record is kept: their WeCom account where it is known."""
    return desk.person.employee or desk.person.name


def _done(row: Engagement, had: Sequence[EngagementEntry]) -> bool:
    return any(row.kind != "quiz" or passed(one.score, len(row.questions)) for one in had)
