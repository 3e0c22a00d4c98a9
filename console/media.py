"""Pictures of contents: taken in by the editor, shown to those who may see contents."""

from flask import Blueprint, Response, abort
from werkzeug.datastructures import FileStorage

from console.desk import Answer, Desk
from models import media
from models.plan import Refused
from models.work import Work
from rules import picture

READERS = ("author", "approver", "operator", "auditor", "admin")
WITH_FILE = picture.LARGEST + 256 * 1024
"""Bytes of a form that brings a picture."""


def blueprint(desk: Desk) -> Blueprint:
    """One address."""
    pages = Blueprint("media", __name__)

    @desk.page(pages, "/console/media/<digest>", READERS)
    def image(digest: str) -> Answer:
        with desk.db.read() as session:
            found = session.get(media.MediaAsset, digest)
            if found is None:
                abort(404)
            return Response(found.body, mimetype=picture.kind_of(found.body))

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
