"""Reading sources that only ring: each page and its cursor are stored in one transaction, so neither is ever ahead."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from bot import inbox
from bot.carriers.base import Desk, Done
from bot.inbox import Arrival
from models.actions import PullArchive, PullKf
from models.ledger import Cursor
from rules.talk import pause_after

CUSTOMER = 3
"""origin of what a customer said (doc 94670)."""
PAGES = 200
ARCHIVE_PAGE = 500


def kf(action: PullKf, row: Row[Any], desk: Desk) -> Done:
    """All pages of a KF account from its cursor; an empty page may have more behind it (doc 94670)."""
    del row
    name = f"kf:{action.open_kfid}"
    cursor = _cursor(desk, name)
    for _ in range(PAGES):
        page = desk.wecom.kf.sync(action.open_kfid, cursor, action.token)
        cursor = page.next_cursor or cursor
        _store(desk, name, cursor, (_kf_arrival(item, desk) for item in page.messages))
        if not page.has_more:
            break
    return Done()


def archive(action: PullArchive, row: Row[Any], desk: Desk) -> Done:
    """All new records of the message archive, oldest first."""
    del action, row
    seq = int(_cursor(desk, "archive") or 0)
    for _ in range(PAGES):
        records = desk.archive.read(seq, ARCHIVE_PAGE)
        if not records:
            break
        seq = max(one.seq for one in records)
        _store(desk, "archive", str(seq), (_archive_arrival(one.message, desk) for one in records))
    return Done()


def _cursor(desk: Desk, name: str) -> str:
    with desk.db.read() as session:
        found = session.get(Cursor, name)
        return found.value if found else ""


def _store(desk: Desk, name: str, value: str, arrivals: Iterable[Arrival]) -> None:
    with desk.db.work() as work:
        inbox.put(work, arrivals)
        work.session.merge(Cursor(name=name, value=value, at=work.now))


def _kf_arrival(item: Mapping[str, Any], desk: Desk) -> Arrival:
    event = item.get("event") or {}
    member = item.get("external_userid") or event.get("external_userid") or ""
    entering = event.get("event_type") == "enter_session"
    sent, now = int(item.get("send_time") or 0), desk.db.clock()
    text = item.get("text") if item.get("origin") == CUSTOMER else None
    # Whoever writes in pieces is heard to the end first; read late, the pause is over already.
    pause = pause_after(str(text.get("content") or ""), tapped=bool(text.get("menu_id"))) if text else timedelta(0)
    ripe = datetime.fromtimestamp(sent, UTC) + pause
    return Arrival(
        key=f"kf:{item.get('msgid')}"[:80], source="kf", kind=str(event.get("event_type") or item.get("msgtype"))[:64],
        lane=f"to:{member}", priority=0 if entering else 2,
        body=json.dumps(item, ensure_ascii=False), received_at=now, not_before=ripe if pause and ripe > now else None,
    )  # fmt: skip


def _archive_arrival(item: Mapping[str, Any], desk: Desk) -> Arrival:
    return Arrival(
        key=f"ar:{item.get('msgid')}"[:80], source="archive", kind=str(item.get("msgtype") or item.get("action"))[:64],
        lane=f"to:{item.get('from') or item.get('msgid')}", priority=3,
        body=json.dumps(item, ensure_ascii=False), received_at=desk.db.clock(),
    )  # fmt: skip
