"""What to say to a client whose chat is open: approved answers only, nearest to what they asked or to typed words."""

from dataclasses import dataclass

from sqlalchemy import select

from handlers.faq import spoken
from models.alert import Alert
from models.conversation import KfLine
from models.faq import FaqEntry
from models.group_draft import GroupDraft
from models.work import Work

SHOWN, NEAR, RECENT = 4, 12, 5
CHANNEL = "kf"
"""One person to one person: the same entries as in a service chat."""


@dataclass(frozen=True, slots=True)
class Words:
    """An approved answer, ready to send."""

    entry_id: str
    question: str
    text: str


def asked(work: Work, member_id: str) -> str:
    """The newest thing the client asked: in a group, a service chat or an alert's quotation; empty for nothing."""
    session = work.session
    drafts = select(GroupDraft.at, GroupDraft.question).where(GroupDraft.member_id == member_id)
    lines = select(KfLine.at, KfLine.text).where(KfLine.member_id == member_id, KfLine.speaker == "")
    alerts = select(Alert.raised_at, Alert.quote).where(Alert.member_id == member_id)
    found = [
        *session.execute(drafts.order_by(GroupDraft.id.desc()).limit(RECENT)),
        *session.execute(lines.order_by(KfLine.id.desc()).limit(1)),
        *session.execute(alerts.order_by(Alert.id.desc()).limit(1)),
    ]  # the drafts of greetings have no question, and encrypted columns cannot be asked for one
    said = max((row for row in found if row[1]), key=lambda row: row[0], default=None)
    return str(said[1]) if said is not None else ""


def words_for(work: Work, text: str) -> list[Words]:
    """Up to four published answers for these words; those that need a judgement of suitability first stay out."""
    if not text:
        return []
    near = [work.session.get(FaqEntry, one) for one, _score in work.rules.matcher.scores(text, NEAR)]
    fit = [one for one in near if one is not None and one.speaks(CHANNEL, work.now) and not one.suitability]
    return [Words(one.id, one.question, spoken(one, work)) for one in fit[:SHOWN]]


def sent(work: Work, entry_id: str) -> Words | None:
    """The answer as it may be sent now; None when it no longer may."""
    entry = work.session.get(FaqEntry, entry_id)
    if entry is None or not entry.speaks(CHANNEL, work.now) or entry.suitability:
        return None
    return Words(entry.id, entry.question, spoken(entry, work))
