"""What a draft for a client's open question is made of; the draft itself goes to a person, never to the client."""

from collections.abc import Sequence

from handlers.faq import spoken
from models.faq import FaqEntry
from models.work import Work
from rules.draft import Source

SOURCES = 3


def sources(work: Work, lines: Sequence[str], channel: str = "kf", most: int = SOURCES) -> list[Source]:
    """The published entries nearest to what was said, which may be told on a channel."""
    found = work.rules.matcher.scores(" ".join(lines), most) if lines else []
    entries = [work.session.get(FaqEntry, entry_id) for entry_id, _ in found[:most]]
    return [
        Source(one.id, one.question, spoken(one, work))
        for one in entries
        if one is not None and one.speaks(channel, work.now)
    ]
