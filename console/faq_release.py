"""问答发布: files in with every fault listed, the report before a base is published, and what each publish improved."""

from datetime import datetime, time

from flask import Blueprint, abort, flash, render_template, request

from console.desk import Answer, Desk, back
from console.faq import CHECKERS, PATH, READERS, WRITERS
from console.trail import refuse
from handlers import faq_base, faq_learning, faq_release
from handlers.faq_base import Refused
from models import faq_base as base
from models.faq_base import FaqRelease
from rules import faq_read
from rules.faq_body import Fault

STATES = {"candidate": "待确认", "scheduled": "已预约", "active": "使用中", "past": "已结束"}
FORM = faq_read.MOST_BYTES + 64 * 1024


def blueprint(desk: Desk) -> Blueprint:
    """Import, reports, publishing."""
    pages = Blueprint("faq_release", __name__)

    @pages.before_request
    def larger() -> None:
        """Before the token is read from the form: files are larger than forms."""
        if request.path == f"{PATH}/import":
            request.max_content_length = FORM

    _importing(desk, pages)
    _reporting(desk, pages)
    _publishing(desk, pages)
    return pages


def _importing(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, f"{PATH}/import", WRITERS, ("GET", "POST"))
    def faq_import() -> Answer:
        if request.method == "GET":
            return render_template("faq_import.html", taken=None, faults=(), name="")
        file = request.files.get("file")
        if file is None or not file.filename:
            return render_template("faq_import.html", taken=None, faults=(Fault(0, "", "请选择文件"),), name=""), 422
        rows, faults = faq_read.read(file.filename, file.read())
        with desk.db.work() as work:
            taken = faq_base.take_in(rows, desk.person.name, work, faults)
        page = render_template(
            "faq_import.html", taken=None if taken.faults else taken, faults=taken.faults, name=file.filename
        )
        return (page, 422) if taken.faults else page


def _reporting(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, f"{PATH}/releases", READERS)
    def faq_releases() -> Answer:
        with desk.db.read() as session:
            return render_template(
                "faq_releases.html", releases=base.releases(session), states=STATES, checks=_checks(desk),
                waiting=[one for one in base.newest(session).values() if one.state in {base.DRAFT, base.APPROVED}],
            )  # fmt: skip

    @desk.page(pages, f"{PATH}/releases/<int:release_id>", READERS)
    def faq_report(release_id: int) -> Answer:
        with desk.db.read() as session:
            release = session.get(FaqRelease, release_id)
            if release is None:
                abort(404)
            return render_template(
                "faq_release.html", release=release, r=release.report, states=STATES, checks=_checks(desk)
            )


def _publishing(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, f"{PATH}/releases/prepare", CHECKERS, ("POST",))
    def faq_prepare() -> Answer:
        if request.form.get("go") != "1":
            return back(f"{PATH}/releases")
        try:
            with desk.db.read() as session:
                asked = faq_learning.unanswered_texts(session, desk.db.clock())
            number = faq_release.prepare(desk.db, desk.person.name, asked, _starts(desk))
        except Refused as error:
            flash(str(error))
            return back(f"{PATH}/releases")
        return back(f"{PATH}/releases/{number}")

    @desk.page(pages, f"{PATH}/releases/<int:release_id>/publish", CHECKERS, ("POST",))
    def faq_publish(release_id: int) -> Answer:
        try:
            with desk.db.work() as work:
                release = faq_release.publish(release_id, desk.person, request.form.get("reason", ""), work)
            desk.store.publish("inbox")
            flash(f"第 {release.id} 次发布{STATES[release.state]}；各进程会自动换用，无需重启")
        except Refused as error:
            refuse(desk.db, desk.person, f"{PATH}/releases/<release_id>/publish", str(error), f"release:{release_id}")
            flash(f"没有发布：{error}")
            return back(f"{PATH}/releases")
        return back(f"{PATH}/releases/{release_id}")


def _checks(desk: Desk) -> bool:
    return desk.person.role in CHECKERS


def _starts(desk: Desk) -> datetime | None:
    said = request.form.get("at", "").strip()
    try:
        day = datetime.strptime(said, "%Y-%m-%d").date() if said else None  # noqa: DTZ007 a day, its zone follows
    except ValueError:
        raise Refused("预约日期须形如 2026-12-01") from None
    return datetime.combine(day, time(), desk.zone) if day else None
