"""紧急查看: an advisor opens a client who is not theirs, with a reason, for an hour; overseers are told."""

from flask import Blueprint, render_template, request

from bot import inbox
from bot.worker import INBOX
from console.desk import Answer, Desk
from models.break_glass import open_glass
from models.events.internal import GlassBroken


def blueprint(desk: Desk) -> Blueprint:
    """One form."""
    pages = Blueprint("glass", __name__)

    @desk.page(pages, "/console/break-glass", ("advisor",), ("POST",))
    def broken() -> Answer:
        member_id = request.form.get("member_id", "")
        try:
            with desk.db.work() as work:
                opening = open_glass(work, desk.person.name, member_id, request.form.get("reason", ""))
                event = GlassBroken(
                    key=f"glass:{opening}", at=work.now, opening_id=opening, operator=desk.person.employee
                )
                inbox.put(work, [inbox.of_event(event, source="console", priority=1)])
        except ValueError as error:
            return render_template("not_yours.html", member_id=member_id, wrong=str(error)), 422
        desk.store.publish(INBOX)
        return render_template("opened.html"), 200

    return pages
