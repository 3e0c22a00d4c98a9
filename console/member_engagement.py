"""`/m/e/<id>`: an activity of the community, for members; one tap, a few questions, or a line to write."""

from dataclasses import dataclass

from flask import Blueprint, g, render_template, request

from bot import inbox
from console.entrance import Entrance
from console.member import Answer
from handlers import engagement as use_case
from models import engagement
from models.engagement import KINDS, LONGEST, WRITTEN, Engagement
from models.engagement_words import AI
from models.plan import Refused
from models.work import Work


@dataclass(frozen=True, slots=True)
class EngagementPages:
    """One page over the members' entrance."""

    entrance: Entrance

    def blueprint(self) -> Blueprint:
        """One address."""
        pages = Blueprint("member_engagement", __name__, template_folder="templates")
        pages.add_url_rule("/m/e/<int:number>", "engagement", self.page, methods=["GET", "POST"])
        return pages

    def page(self, number: int) -> Answer:
        """Open to everybody inside WeChat; taking part is for members we know."""
        if refused := self.entrance.guard():
            return refused
        said = ""
        with self.entrance.db.work() as work:
            row = work.session.get(Engagement, number)
            if row is None or not row.approved or row.audience != "members":
                return render_template("m_gone.html"), 404
            who = g.guest.id
            if request.method == "POST" and who:
                said = _took_part(work, row, who)
            had = engagement.entries(work.session, row.id, who) if who else ()
            today = work.now.astimezone(work.rules.zone).date().isoformat()
            return render_template(
                "m_engagement.html", one=row, kinds=KINDS, had=had, said=said, known=bool(who), longest=LONGEST,
                open=row.open_at(work.now), ai=AI, again=row.kind in (*WRITTEN, "checkin"),
                days=use_case.streak([one.slot for one in had], today) if row.kind == "checkin" else 0,
                tally=engagement.tally(work.session, row) if row.kind == "vote" and had else [],
                closes=row.closes_at.astimezone(work.rules.zone), opens=row.opens_at.astimezone(work.rules.zone),
            )  # fmt: skip


def answers_of(row: Engagement) -> list[list[int]]:
    """What the posted form chose, question by question."""
    return [[int(one) for one in request.form.getlist(f"q{at}") if one.isdecimal()] for at in range(len(row.questions))]


def _took_part(work: Work, row: Engagement, who: str) -> str:
    if row.kind == "post" and request.form.get("agree") != "1":
        return "请先勾选同意公开。"
    try:
        with work.session.begin_nested():
            made = use_case.take_part(work, row, who, answers_of(row), request.form.get("text", ""))
    except Refused as refused:
        return str(refused)
    events = [inbox.of_event(one, source="console", lane=f"to:{who}") for one in use_case.seen(row, made)]
    inbox.put(work, events)
    return use_case.said(row, made)
