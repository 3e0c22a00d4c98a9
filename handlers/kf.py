"""Doorbells of sources that must be read."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from models import handover
from models.actions import Action, CompareDirectory, ListKfAccounts, PullArchive, PullKf, ReadKfServicers
from models.events.app import ArchiveRang
from models.events.internal import PullDue
from models.events.kf import KfAccountAuthorised, KfRang
from models.ledger import Outbound, in_state
from models.work import Work

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
    elif event.what == "kf":
        yield from _account(event.ref, work)
    elif event.what == "kf_accounts":
        yield ListKfAccounts()
    elif event.what == "directory":
        yield CompareDirectory()


def authorised(event: KfAccountAuthorised, work: Work) -> Iterator[Action]:
    """Accounts this app may use from now on."""
    for account in event.added:
        yield from _account(account, work)


def _account(open_kfid: str, work: Work) -> Iterator[Action]:
    """Read an account; while somebody waits there, who serves may have changed without a bell too."""
    if not _waiting(work, f"open_kfid:{open_kfid}"):
        yield PullKf(open_kfid=open_kfid)
    if handover.queue(work.session, open_kfid, work.rules.rfm.rank):
        yield ReadKfServicers(open_kfid=open_kfid)


def _archive(work: Work) -> Iterator[Action]:
    if not _waiting(work, "source:archive"):
        yield PullArchive()


def _waiting(work: Work, lane: str) -> bool:
    """Whether an unstarted action stands in this lane."""
    found = select(Outbound.id).where(Outbound.lane == lane, in_state(Outbound, "due")).limit(1)
    return work.session.scalar(found) is not None
