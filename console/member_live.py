"""`/m/live/<id>`: what a live stream is about, signing up, and asking its presenter."""

from dataclasses import dataclass

from flask import Blueprint, g, render_template, request

from console.entrance import Entrance
from console.member import Answer
from models.content import LiveStream
from models.live_guest import LiveGuest, LiveQuestion
from models.work import Work
from rules import masking

LONGEST, MOST = 200, 5
"""Letters of a question, and questions of a person."""


@dataclass(frozen=True, slots=True)
class LivePages:
    """One page over the members' entrance."""

    entrance: Entrance

    def blueprint(self) -> Blueprint:
        """One address."""
        pages = Blueprint("member_live", __name__, template_folder="templates")
        pages.add_url_rule("/m/live/<int:live_id>", "live", self.live, methods=["GET", "POST"])
        return pages

    def live(self, live_id: int) -> Answer:
        """Open to everybody inside WeChat; signing up and asking are for members we know."""
        if refused := self.entrance.guard():
            return refused
        said = ""
        with self.entrance.db.work() as work:
            stream = work.session.get(LiveStream, live_id)
            if stream is None or not stream.checked_by:
                return render_template("m_gone.html"), 404
            who = g.guest.id
            if request.method == "POST" and who and stream.status in ("planned", "live"):
                said = _asked(work, live_id, who) if "question" in request.form else _booked(work, live_id, who)
            booked = bool(who) and work.session.get(LiveGuest, (live_id, who)) is not None
            return render_template(
                "m_live.html", one=stream, booked=booked, said=said, known=bool(who), longest=LONGEST,
                starts=stream.starts_at.astimezone(work.rules.zone),
            )  # fmt: skip


def _booked(work: Work, live_id: int, who: str) -> str:
    if work.session.get(LiveGuest, (live_id, who)) is None:
        work.session.add(LiveGuest(live_id=live_id, member_id=who, at=work.now))
        work.session.flush()
    return "已预约，开播前会在群里提醒。"


def _asked(work: Work, live_id: int, who: str) -> str:
    text = masking.mask(request.form.get("question", "").strip()[:LONGEST])
    asked = work.session.query(LiveQuestion).where(LiveQuestion.live_id == live_id, LiveQuestion.member_id == who)
    if not text:
        return "请先写下问题。"
    if asked.count() >= MOST:
        return f"每人最多留 {MOST} 个问题。"
    work.session.add(LiveQuestion(live_id=live_id, member_id=who, text=text, at=work.now))
    return "已收到，主讲人会选取规则类问题解答；不回答个股与具体产品。"
