"""Pictures and files that content carries: kept once by their bytes, and where WeCom has them for its three days."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.work import Work

KEPT = timedelta(days=3)
"""Life of an uploaded file (doc 90253)."""
SOON = timedelta(hours=6)
"""One that ends sooner is uploaded anew: owners tap hours after a task is made."""


class MediaAsset(Base):
    """A picture without the metadata it came with, or a file as it came."""

    __tablename__ = "media_asset"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    words: Mapped[str | None] = mapped_column(Text)
    """What can be read in it, all of it is linted; None where nothing here can read it."""
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class MediaUpload(Base):
    """Where WeCom has a picture, and until when."""

    __tablename__ = "media_upload"
    hash: Mapped[str] = mapped_column(String(80), primary_key=True)
    """Of the file; with the scene before it where media serve that scene only."""
    media_id: Mapped[str] = mapped_column(String(512))
    until: Mapped[datetime]


def keep(work: Work, body: bytes, name: str, words: str | None, by: str) -> MediaAsset:
    """The picture or file, once however often it is saved."""
    digest = hashlib.sha256(body).hexdigest()
    found = work.session.get(MediaAsset, digest)
    if found is None:
        found = MediaAsset(hash=digest, name=name[:80], body=body, words=words, by=by, at=work.now)
        work.session.add(found)
        work.session.flush()
    elif found.words is None:
        found.words = words
    return found


def uploaded(session: Session, digest: str, now: datetime) -> str:
    """The id WeCom knows it by, where that still lives long enough; empty otherwise."""
    found = session.get(MediaUpload, digest)
    return found.media_id if found is not None and found.until > now + SOON else ""
