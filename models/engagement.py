"""Activities of the community: check-in, quiz, vote, questions, members' posts, something elsewhere; and lessons.

Nothing in them is left to chance, and nothing depends on opening an account or trading (网络营销办法; calendar.yaml).
A lesson of an internal course is a quiz for colleagues.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import evidence
from models.base import Base, BigKey, Encrypted
from models.plan import Actor, Refused
from models.work import Work
from rules import address, engagement, four_eyes, masking
from rules.compliance import Verdict
from rules.engagement import Question

KINDS = {"checkin": "打卡", "quiz": "答题", "vote": "投票", "ask": "提问征集", "post": "分享征集", "away": "站外活动"}
AUDIENCES = {"members": "成员", "staff": "同事（内部课程）"}
FOR_STAFF = ("quiz", "vote")
WRITTEN = ("ask", "post")
MOST = {"ask": 3, "post": 3, "quiz": 5}
"""Entries of one person: questions, posts; tries of a lesson (members answer a quiz once)."""
TITLE, INTRO, LONGEST_SPAN = 40, 1000, timedelta(days=92)
LONGEST = 300
"""Letters of a question or a post."""


class Engagement(Base):
    """One activity. It is open between its moments once somebody else approved exactly this."""

    __tablename__ = "engagement"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(12))
    audience: Mapped[str] = mapped_column(String(12), default="members")
    intro: Mapped[str] = mapped_column(String(1000), default="")
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    url: Mapped[str] = mapped_column(String(500), default="")
    ai_made: Mapped[bool] = mapped_column(default=False)
    """Whether pictures, voices or texts in it were made by a model: said on its page (标识办法)."""
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64))
    approved_print: Mapped[str] = mapped_column(String(64), default="")
    approved_by: Mapped[str] = mapped_column(String(64), default="")
    closed: Mapped[bool] = mapped_column(default=False)

    @property
    def asked(self) -> tuple[Question, ...]:
        """The questions."""
        return engagement.load(self.questions)

    @property
    def digest(self) -> str:
        """What an approval is bound to."""
        parts = [self.title, self.kind, self.audience, self.intro, self.questions, self.url, self.ai_made]
        times = [self.opens_at.isoformat(), self.closes_at.isoformat()]
        return hashlib.sha256(json.dumps([*parts, *times], ensure_ascii=False).encode()).hexdigest()

    @property
    def approved(self) -> bool:
        """Whether exactly this was approved."""
        return self.approved_print == self.digest

    def open_at(self, now: datetime) -> bool:
        """Whether one can take part."""
        return self.approved and not self.closed and self.opens_at <= now < self.closes_at


class EngagementEntry(Base):
    """Somebody took part. `slot` makes it once: the day of a check-in, the number of a question or try, or nothing."""

    __tablename__ = "engagement_entry"
    __table_args__ = (
        UniqueConstraint("engagement_id", "member_id", "slot"), Index("ix_engagement_entry_state", "state", "id"),
        Index("ix_engagement_entry_of", "engagement_id", "id"), Index("ix_engagement_entry_person", "member_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    engagement_id: Mapped[int] = mapped_column(BigKey)
    member_id: Mapped[str] = mapped_column(String(64))
    """A member; in a lesson a colleague's account."""
    slot: Mapped[str] = mapped_column(String(10), default="")
    answers: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    score: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Encrypted("engagement_entry.text"), default="")
    state: Mapped[str] = mapped_column(String(10), default="done")
    """done; of what members write: waiting, taken, dropped"""
    by: Mapped[str] = mapped_column(String(64), default="")
    """Who took or dropped it, or imported it."""
    at: Mapped[datetime]


def save(
    work: Work, row: Engagement | None, values: Mapping[str, str], span: tuple[datetime, datetime], by: Actor
) -> Engagement:
    """A new one, or other values; an approval of something else is void. Refused names what cannot be."""
    questions = _check(values, span)
    if row is None:
        row = Engagement(
            kind=values["kind"], audience=values["audience"], approved_print="", approved_by="", closed=False
        )
        work.session.add(row)
    row.title, row.intro, row.url = values["title"].strip(), values["intro"].strip(), values["url"].strip()
    row.kind, row.audience, row.made_by = values["kind"], values["audience"], by.name
    row.questions, row.ai_made = engagement.dump(questions), values.get("ai_made") == "1"
    row.opens_at, row.closes_at = span
    if lint(work, row).verdict == "block":
        found = next(one for one in lint(work, row).findings if one.severity == "block")
        raise Refused(f"合规检查禁止发布“{found.text}”：{found.reason}（{found.basis}）")
    if not row.approved:
        row.approved_print, row.approved_by = "", ""
    work.session.flush()
    facts: dict[str, object] = {"by": by.name, "sha256": row.digest, "kind": row.kind}
    evidence.record(work, "content_version", "", facts, ref=f"engagement:{row.id}")
    return row


def _check(values: Mapping[str, str], span: tuple[datetime, datetime]) -> Sequence[Question]:
    kind, url, staff = values["kind"], values["url"].strip(), values["audience"] == "staff"
    faults = (
        (not 1 <= len(values["title"].strip()) <= TITLE, f"名称须为 1 到 {TITLE} 字"),
        (kind not in KINDS or values["audience"] not in AUDIENCES, "请选择活动形式和参加人"),
        (staff and kind not in FOR_STAFF, "内部课程只用答题和投票"),
        (len(values["intro"]) > INTRO, f"说明 {len(values['intro'])} 字，最多 {INTRO} 字"),
        (not timedelta(0) < span[1] - span[0] <= LONGEST_SPAN, "结束时间须在开始之后，最长 92 天"),
        (kind == "away" and not url, "站外活动要填写地址"),
        (bool(url and address.fault(url)), address.fault(url) if url else ""),
    )
    if why := next((words for wrong, words in faults if wrong), ""):
        raise Refused(why)
    try:
        return engagement.parse(values["questions"], graded=kind == "quiz") if kind in FOR_STAFF else ()
    except ValueError as fault:
        raise Refused(str(fault)) from fault


def readable(row: Engagement) -> str:
    """Everything of it a person can read."""
    return "\n".join([row.title, row.intro, engagement.written(row.asked)])


def lint(work: Work, row: Engagement) -> Verdict:
    """The verdict on all that is readable."""
    return work.rules.lexicon.lint(readable(row), "out")


def approve(work: Work, row: Engagement, seen: str, by: Actor) -> None:
    """A checker's yes to exactly what they saw."""
    if why := four_eyes.refusal(by, row.made_by):
        raise Refused(why)
    if seen != row.digest:
        raise Refused("活动刚被改动，与您看到的不同：请重新查看后再批准")
    row.approved_print, row.approved_by = seen, by.name
    facts: dict[str, object] = {"sha256": seen, "by": by.name, "lint": lint(work, row).verdict}
    evidence.record(work, "approved", "", facts, ref=f"engagement:{row.id}")


def entries(session: Session, engagement_id: int, member_id: str) -> Sequence[EngagementEntry]:
    """What somebody did in it, oldest first."""
    mine = EngagementEntry.engagement_id == engagement_id, EngagementEntry.member_id == member_id
    return session.scalars(select(EngagementEntry).where(*mine).order_by(EngagementEntry.id)).all()


def tally(session: Session, row: Engagement) -> list[list[int]]:
    """Votes of each choice of each question."""
    counts = [[0] * len(one.choices) for one in row.asked]
    given = select(EngagementEntry.answers).where(EngagementEntry.engagement_id == row.id)
    for answers in session.scalars(given):
        for place, chosen in zip(counts, answers, strict=True):
            for one in chosen:
                place[one] += 1
    return counts


def figures(session: Session, engagement_id: int) -> tuple[int, int]:
    """(persons, entries)."""
    counted = select(func.count(EngagementEntry.member_id.distinct()), func.count())
    people, every = session.execute(counted.where(EngagementEntry.engagement_id == engagement_id)).one()
    return people, every


def wrote(work: Work, row: Engagement, text: str) -> str:
    """What a member wrote, numbers of persons masked. Refused tells the member what cannot be said in the open."""
    said = masking.mask(text.strip()[:LONGEST])
    if not said:
        raise Refused("请先写下内容。")
    if row.kind == "post" and work.rules.lexicon.lint(said, "out").verdict == "block":
        raise Refused("内容里有不能公开发表的表述（荐股、收益承诺或拉人），请修改后再提交。")
    return said
