"""The smart robot's answer as a stream: opened at once, finished when WeCom polls for it (doc 101031).

An employee sees that somebody is at it within a second. The answer itself waits in the outbox like any other; the poll
takes it from there. Where no poll comes, the sender posts it to response_url five seconds later: one of the two, never
both, as whoever takes the row first has it.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot import evidence
from bot.outbox import OUTBOUND, record_of
from models import actions
from models.ledger import Inbound
from models.work import Database, Work
from rules import phrases

LONGEST = timedelta(minutes=5)
"""WeCom stops polling after six; whoever waited that long is told so."""
OPENS = frozenset({"text", "mixed", "voice"})
"""Message types that may get an answer."""
ANSWERS = 6
"""Actions one message leads to, at most."""
WORKING, ELSEWHERE = "正在查找…", "答案见另一条消息。"
Reply = dict[str, Any]


class Streams:
    """Over the database: any process may be polled."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def opening(self, stream_id: str) -> Reply:
        """The first word on a message."""
        return _stream(stream_id, WORKING, finish=False)

    def poll(self, stream_id: str) -> Reply:
        """What there is by now; the same again when asked again."""
        try:
            with self._db.work() as work:
                return self._state(work, stream_id)
        except SQLAlchemyError:
            return _stream(stream_id, WORKING, finish=False)  # WeCom asks again

    def _state(self, work: Work, stream_id: str) -> Reply:
        key = f"ai:{stream_id}"[:80]
        asked = work.session.execute(select(Inbound.state, Inbound.received_at).where(Inbound.key == key)).first()
        if asked is None:  # still in the spool
            return _stream(stream_id, WORKING, finish=False)
        if asked.state != "done":
            late = work.now - asked.received_at > LONGEST or asked.state == "dead"
            return _stream(stream_id, phrases.say("aibot_late") if late else WORKING, finish=late)
        keys = [f"{key}/{index}" for index in range(ANSWERS)]
        mine = select(OUTBOUND).where(OUTBOUND.c.key.in_(keys), OUTBOUND.c.kind == "ReplyAibot")
        row = work.session.execute(mine).first()
        if row is None:
            return _stream(stream_id, phrases.say("aibot_none"), finish=True)
        return self._answer(work, stream_id, row, asked.received_at)

    def _answer(self, work: Work, stream_id: str, row: Row[Any], received_at: datetime) -> Reply:
        said = str(getattr(actions.load(row.kind, row.body), "text", ""))
        if row.state == "due" and not row.uncertain and _take(work, row):
            return _stream(stream_id, said, finish=True)
        if row.state == "sent":
            return _stream(stream_id, said if row.provider_id == "stream" else ELSEWHERE, finish=True)
        over = row.state not in ("due", "sending") or work.now - received_at > LONGEST
        return _stream(stream_id, phrases.say("aibot_late") if over else WORKING, finish=over)


def _take(work: Work, row: Row[Any]) -> bool:
    """Have the answer for the stream, if nobody else has taken it; its evidence is that of any sent message."""
    mine = update(OUTBOUND).where(OUTBOUND.c.id == row.id, OUTBOUND.c.state == "due", OUTBOUND.c.uncertain.is_(False))
    done = work.session.execute(
        mine.values(
            state="sent", provider_id="stream", attempts=row.attempts + 1, first_try_at=work.now, finished_at=work.now,
            not_before=None,
        )
    )  # fmt: skip
    if not getattr(done, "rowcount", 0):
        return False
    evidence.append(work, [record_of(row, "sent", "stream")])
    return True


def _stream(stream_id: str, content: str, *, finish: bool) -> Reply:
    return {"msgtype": "stream", "stream": {"id": stream_id, "finish": finish, "content": content}}
