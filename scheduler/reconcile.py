"""Callbacks are best effort (docs 92130, 92277): read sources although nothing rang, and let old queue rows go."""

from datetime import timedelta

from sqlalchemy import delete, select

from bot import inbox
from models.events.internal import PullDue
from models.ledger import Cursor, Inbound
from models.work import Work

NIGHT = 3
KEEP = timedelta(days=8)
"""Longer than any replay the door lets in (24 h) and than KF's three days of history."""


def archive(work: Work) -> int:
    """The message archive, once a quarter of a minute at most."""
    slot = int(work.now.timestamp() // 15)
    event = PullDue(key=f"pull:archive:{slot}", at=work.now, what="archive")
    return inbox.put(work, [inbox.of_event(event, source="clock", priority=5, lane="pull:archive")])


def kf(work: Work) -> int:
    """Every KF account we have read before; without a token WeCom limits this strictly."""
    slot = int(work.now.timestamp() // 300)
    accounts = work.session.scalars(select(Cursor.name).where(Cursor.name.like("kf:%"))).all()
    events = [
        PullDue(key=f"pull:{name}:{slot}"[:80], at=work.now, what="kf", ref=name.removeprefix("kf:"))
        for name in accounts
    ]
    return inbox.put(work, [inbox.of_event(one, source="clock", priority=5) for one in events])


def directory(work: Work) -> int:
    """Contacts and groups once a day: in the night of Beijing, or at the first tick after it."""
    local = work.now.astimezone(work.rules.zone)
    if local.hour < NIGHT:
        return 0
    event = PullDue(key=f"pull:directory:{local:%Y%m%d}", at=work.now, what="directory")
    return inbox.put(work, [inbox.of_event(event, source="clock", priority=8)])


def purge(work: Work) -> int:
    """Handled inbox rows after eight days; dead letters stay until a person decides."""
    old = delete(Inbound).where(Inbound.state == "done", Inbound.received_at < work.now - KEEP)
    done = work.session.execute(old)
    return int(getattr(done, "rowcount", 0))
