"""Where WeCom has the pictures we send, for as long as it keeps them."""

from collections.abc import Iterator

from models.actions import Action
from models.events.internal import MediaUploaded
from models.media import KEPT, MediaUpload
from models.work import Work


def uploaded(event: MediaUploaded, work: Work) -> Iterator[Action]:
    """The newest id is good the longest."""
    yield from ()
    work.session.merge(MediaUpload(hash=event.hash, media_id=event.media_id, until=event.at + KEPT))
