"""Pictures and files of contents: taken in by the editor, shown to those who may see contents."""

from flask import Blueprint, Response, abort
from werkzeug.datastructures import FileStorage

from console.desk import Answer, Desk
from models import media
from models.plan import Refused
from models.work import Work
from rules import document, picture

READERS = ("author", "approver", "operator", "auditor", "admin")
WITH_FILE = picture.LARGEST + document.LARGEST["file"] + 256 * 1024
"""Bytes of a form that brings a picture and a file."""


def blueprint(desk: Desk) -> Blueprint:
    """One address."""
    pages = Blueprint("media", __name__)

    @desk.page(pages, "/console/media/<digest>", READERS)
    def image(digest: str) -> Answer:
        with desk.db.read() as session:
            found = session.get(media.MediaAsset, digest)
            if found is None:
                abort(404)
            kind = document.kind_of(found.body)
            shown = Response(found.body, mimetype=document.TYPES[kind] if kind else picture.kind_of(found.body))
            if kind == "file":  # never drawn inside the console
                shown.headers.set("Content-Disposition", "attachment", filename=f"{digest[:8]}.pdf")
            return shown

    return pages


def take(work: Work, file: FileStorage | None, by: str) -> str:
    """The hash of a picture a form brought; empty where it brought none. Refused says what is wrong with it."""
    if file is None or not file.filename:
        return ""
    try:
        body = picture.cleaned(file.stream.read(picture.LARGEST + 1))
    except ValueError as fault:
        raise Refused(str(fault)) from fault
    return media.keep(work, body, file.filename, work.rules.read_picture(body), by).hash


def take_file(work: Work, file: FileStorage | None, by: str) -> str:
    """The hash of a PDF or video a form brought; empty where it brought none. Refused says what is wrong with it."""
    if file is None or not file.filename:
        return ""
    body = file.stream.read(document.LARGEST["file"] + 1)
    try:
        said = document.words(body)
    except ValueError as fault:
        raise Refused(str(fault)) from fault
    return media.keep(work, body, file.filename, said, by).hash
