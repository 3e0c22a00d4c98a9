"""Doorbells of sources that must be read, and who has each 微信客服 conversation."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from models import actions, kf
from models.actions import Action, CompareDirectory, PullArchive, PullKf, TransferKf
from models.events.app import ArchiveRang
from models.events.internal import PullDue, SendFailed
from models.events.kf import KfRang, KfServicerSaid, KfSessionChanged
from models.ledger import Outbound, in_state
from models.work import Work

ENDED = 3
TOKEN_LIFE = timedelta(minutes=10)
"""A doorbell's token; heard later, the account is read without one (doc 94670)."""


def rang(event: KfRang, work: Work) -> Iterator[Action]:
    """Pull the account; a pull that is already waiting will find this too."""
    if not _waiting(work, f"open_kfid:{event.open_kfid}"):
        yield PullKf(open_kfid=event.open_kfid, token=event.token if work.now - event.at < TOKEN_LIFE else "")


def archive_rang(event: ArchiveRang, work: Work) -> Iterator[Action]:
    """Pull the archive."""
    del event
    yield from _archive(work)


def pull_due(event: PullDue, work: Work) -> Iterator[Action]:
    """Reconciliation: callbacks are best effort, so sources are read although nothing rang."""
    if event.what == "archive":
        yield from _archive(work)
    elif event.what == "kf" and not _waiting(work, f"open_kfid:{event.ref}"):
        yield PullKf(open_kfid=event.ref)
    elif event.what == "directory":
        yield CompareDirectory()


def session_changed(event: KfSessionChanged, work: Work) -> Iterator[Action]:
    """A person took (1), passed on (2), ended (3) or re-opened (4) it in the client."""
    state = kf.BOT if event.change == ENDED else kf.PERSON
    kf.moved(work.session, event.open_kfid, event.member_id, state, event.at, event.new_servicer)
    yield from ()


def servicer_said(event: KfServicerSaid, work: Work) -> Iterator[Action]:
    """A person answers: whatever we thought, they have it."""
    kf.moved(work.session, event.open_kfid, event.member_id, kf.PERSON, event.at, event.servicer)
    yield from ()


def hand_over_failed(event: SendFailed, work: Work) -> Iterator[Action]:
    """Nobody is coming: the bot must not stay silent for it."""
    yield from ()
    row = work.session.get(Outbound, event.outbound_id) if event.kind == "TransferKf" else None
    action = actions.load(row.kind, row.body) if row is not None else None
    if isinstance(action, TransferKf):
        kf.moved(work.session, action.open_kfid, action.to, kf.BOT, event.at)


def _archive(work: Work) -> Iterator[Action]:
    if not _waiting(work, "source:archive"):
        yield PullArchive()


def _waiting(work: Work, lane: str) -> bool:
    """Whether an unstarted action stands in this lane."""
    found = select(Outbound.id).where(Outbound.lane == lane, in_state(Outbound, "due")).limit(1)
    return work.session.scalar(found) is not None
