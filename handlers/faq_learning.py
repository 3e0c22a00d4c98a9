"""What questions teach: each decision is kept, a tap joins its question, what went unanswered becomes a phrasing."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, update
from sqlalchemy.orm import Session

from handlers.faq_base import Refused, save
from models import evidence, faq_base
from models.events.messages import TextReceived
from models.evidence import subject_of
from models.faq import HUMAN_CHOSEN, NONE_CHOSEN, FaqDecision
from models.faq_base import FaqVersion
from models.work import Work
from rules import masking
from rules.cluster import Group, clusters
from rules.faq_body import Body
from rules.grams import Grams
from rules.match import Decision
from rules.text import clean

TAP_WITHIN = timedelta(hours=24)
"""How long after a question back a tap still belongs to it."""
LOOKED_BACK = timedelta(days=30)
MOST = 3000
"""Questions the queue looks at: the newest."""
FORGOTTEN = "forgotten"
WORDED = or_(FaqDecision.decision == "clarify", FaqDecision.channel != "group")
"""Decisions whose words are kept, as far as the database can tell: a group's silences mostly have none."""
STARRED = re.compile(r"[\d -]*\*+[\dXx -]*")
TAPS = {"faq:none": NONE_CHOSEN, "faq:human": HUMAN_CHOSEN}


def remember(event: TextReceived, work: Work, decision: Decision) -> None:
    """The decision, and the words where a person wanted something of the bot: a group's chatter is not kept."""
    meant = decision.kind != "silent" or event.channel != "group" or event.mentioned
    offered = [one for one, _ in decision.candidates[:3]] if decision.kind == "clarify" else []
    work.session.add(
        FaqDecision(
            source_key=event.key, at=event.at, channel=event.channel, decision=decision.kind,
            entry_id=decision.entry_id, score=decision.score, top_id=_first(decision), choices=offered,
            asker=subject_of(event.member_id, work.rules.pepper), text=masking.mask(event.text[:200]) if meant else "",
            handled="tapped" if event.menu_id else "",
        )
    )  # fmt: skip


def note_tap(event: TextReceived, work: Work) -> None:
    """A tapped choice is written to the question it answers."""
    chosen = TAPS.get(event.menu_id, event.menu_id.removeprefix("faq:") if event.menu_id.startswith("faq:") else "")
    if not chosen:
        return
    asked = (
        select(FaqDecision)
        .where(
            FaqDecision.asker == subject_of(event.member_id, work.rules.pepper), FaqDecision.decision == "clarify",
            FaqDecision.at > event.at - TAP_WITHIN, FaqDecision.at <= event.at,
        )
        .order_by(FaqDecision.at.desc(), FaqDecision.id.desc())
        .limit(1)
    )  # fmt: skip
    question = work.session.scalars(asked).first()
    if question is not None and (chosen in question.choices or chosen in {NONE_CHOSEN, HUMAN_CHOSEN}):
        question.chosen = chosen[:32]


def _first(decision: Decision) -> str:
    return decision.entry_id or (decision.candidates[0][0] if decision.candidates else "")


Asked = Row[int, str, str, str]
"""Of a decision: id, text, chosen, top_id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A group of alike questions that waits for somebody: what to make of it."""

    text: str
    """The way most people put it."""
    count: int
    others: tuple[str, ...]
    ids: tuple[int, ...]
    nearest: str
    """The entry they came closest to, or the one members chose."""
    chosen: bool
    """Members tapped `nearest` when asked back."""


def lessons(session: Session, now: datetime, grams: Grams) -> list[Lesson]:
    """The queue, most frequent first: taps that could become phrasings, and groups of what went unanswered."""
    seen = FaqDecision.id, FaqDecision.text, FaqDecision.chosen, FaqDecision.top_id
    rows = session.execute(_waiting(now).with_only_columns(*seen).limit(MOST)).all()
    told: dict[tuple[str, str], list[Asked]] = {}
    for row in rows:
        entry = row.chosen if row.chosen not in {NONE_CHOSEN, HUMAN_CHOSEN} else ""
        told.setdefault((_words(row.text), entry), []).append(row)
    tapped = [_lesson([group], entry) for (text, entry), group in told.items() if entry and text]
    open_ones = {text: group for (text, entry), group in told.items() if text and not entry}
    groups = clusters([Group(text, len(found)) for text, found in open_ones.items()], grams)
    untold = [_lesson([open_ones[text] for text in group], "") for group in groups]
    return sorted([*tapped, *untold], key=lambda one: (-one.count, one.text))


def unanswered_texts(session: Session, now: datetime, most: int = 500) -> list[str]:
    """Different questions of the last month that nobody's entry answered: what a new base is tried on."""
    rows = session.scalars(_waiting(now).limit(MOST)).all()
    return list({_words(one.text): one.text for one in rows if _words(one.text)}.values())[:most]


def as_phrasing(ids: Sequence[int], entry_id: str, text: str, by: str, work: Work) -> FaqVersion:
    """The group becomes a phrasing of an entry: a draft that somebody else approves."""
    newest = faq_base.newest(work.session).get(entry_id)
    if newest is None or newest.withdraws:
        raise Refused(f"没有条目 {entry_id}，请从列表选择")
    body = Body.of(newest.body)
    made = save(
        replace(body, phrasings=(*body.phrasings, text.strip())), by, work, note=f"学习队列：{text.strip()[:60]}"
    )
    _handled(ids, f"phrasing:{entry_id}", by, work)
    return made


def as_draft(ids: Sequence[int], text: str, by: str, work: Work) -> FaqVersion:
    """The group becomes a new entry whose answer is still to be written."""
    taken = {one for one in faq_base.newest(work.session) if one.startswith("NEW-")}
    number = next(one for one in range(1, len(taken) + 2) if f"NEW-{one:03d}" not in taken)
    body = Body(id=f"NEW-{number:03d}", category="待分类", question=text.strip(), phrasings=(), answer="")
    made = save(body, by, work, note="学习队列", complete=False)
    _handled(ids, f"draft:{body.id}", by, work)
    return made


def dismiss(ids: Sequence[int], by: str, work: Work) -> int:
    """Nothing to learn here: out of the queue."""
    return _handled(ids, "dismissed", by, work)


def forget(work: Work, kept: timedelta) -> int:
    """Empty the words of questions older than `kept`; figures stay. How many."""
    old = update(FaqDecision).where(FaqDecision.at < work.now - kept, FaqDecision.handled != FORGOTTEN)
    done = work.session.execute(old.values(text="", asker="", handled=FORGOTTEN))
    return int(getattr(done, "rowcount", 0))


def _waiting(now: datetime) -> Select[FaqDecision]:
    """Unhandled questions that were not answered outright, newest first."""
    return select(FaqDecision).where(waiting(now)).order_by(FaqDecision.at.desc(), FaqDecision.id.desc())


def waiting(now: datetime) -> ColumnElement[bool]:
    """Which decisions are questions nobody has dealt with."""
    open_ones = or_(FaqDecision.decision == "clarify", FaqDecision.decision == "silent")
    return and_(open_ones, FaqDecision.at > now - LOOKED_BACK, FaqDecision.handled == "")


def _words(text: str) -> str:
    """What is asked, without numbers of persons."""
    return clean(STARRED.sub("", text))


def _lesson(groups: Sequence[Sequence[Asked]], chosen: str) -> Lesson:
    ordered = sorted(groups, key=len, reverse=True)
    rows = [row for group in ordered for row in group]
    near = Counter(row.top_id for row in rows if row.top_id).most_common(1)
    return Lesson(
        text=ordered[0][0].text, count=len(rows), others=tuple(group[0].text for group in ordered[1:6]),
        ids=tuple(row.id for row in rows), nearest=chosen or (near[0][0] if near else ""), chosen=bool(chosen),
    )  # fmt: skip


def _handled(ids: Sequence[int], what: str, by: str, work: Work) -> int:
    mine = update(FaqDecision).where(FaqDecision.id.in_(list(ids)), FaqDecision.handled == "")
    count = int(getattr(work.session.execute(mine.values(handled=what)), "rowcount", 0))
    if not count:
        raise Refused("这一组已有人处理过，请刷新")
    evidence.record(work, "operator_action", "", {"by": by, "lesson": what, "questions": count}, ref="faq_learning")
    return count
