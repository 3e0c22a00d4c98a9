"""Taking part in an activity: once where once is meant, scored, and told to those who count what members do."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy.exc import IntegrityError

from models import engagement
from models.engagement import MOST, WRITTEN, Engagement, EngagementEntry
from models.events.base import Event
from models.events.members import ActivitySeen
from models.member import Member
from models.plan import Refused
from models.work import Work
from rules import engagement as rules

DONE = {"quiz": "quiz"}
"""Kind -> the activity it counts as; all others count as `engage`."""
THANKS = {
    "checkin": "打卡成功。", "vote": "已投票。", "away": "", "ask": "已收到，会整理后统一回复；不回答个股与具体产品。",
    "post": "已收到，审核通过后会隐去姓名在社群分享。",
}  # fmt: skip


def take_part(
    work: Work, row: Engagement, who: str, answers: Sequence[Sequence[int]] = (), text: str = ""
) -> EngagementEntry:
    """One entry of a person. Refused tells them why there is none: closed, taken part already, an answer missing."""
    if not row.open_at(work.now):
        raise Refused("活动还没有开始，或已经结束。")
    had = engagement.entries(work.session, row.id, who)
    slot = _slot(row, had, work)
    if slot is None:
        raise Refused("您今天已打卡。" if row.kind == "checkin" else "您已参加过。")
    made = EngagementEntry(
        engagement_id=row.id, member_id=who, slot=slot, answers=[], score=0, text="", state="done", by="", at=work.now
    )
    if row.asked:
        made.answers = _checked(row, answers)
        made.score = rules.score(row.asked, made.answers)
    if row.kind in WRITTEN:
        made.text, made.state = engagement.wrote(work, row, text), "waiting"
    try:
        with work.session.begin_nested():
            work.session.add(made)
    except IntegrityError:  # a second tap, on another process
        raise Refused("您已参加过。") from None
    return made


def _slot(row: Engagement, had: Sequence[EngagementEntry], work: Work) -> str | None:
    """What makes the next entry different from those there are; None when there may be no more."""
    if row.kind == "checkin":
        today = work.now.astimezone(work.rules.zone).date().isoformat()
        return None if any(one.slot == today for one in had) else today
    lesson = row.audience == "staff" and row.kind == "quiz"
    if lesson and any(rules.passed(one.score, len(row.questions)) for one in had):
        return None
    most = MOST[row.kind] if row.kind in WRITTEN or lesson else 1
    return None if len(had) >= most else str(len(had) + 1)


def _checked(row: Engagement, answers: Sequence[Sequence[int]]) -> list[list[int]]:
    """Every question answered by choices it has; in a vote by exactly one."""
    if len(answers) != len(row.questions) or not all(answers):
        raise Refused("还有题目没有作答。")
    for one, given in zip(row.asked, answers, strict=True):
        if not set(given) <= set(range(len(one.choices))):
            raise Refused("请从列出的选项里选择。")
        if row.kind == "vote" and len(given) > 1:
            raise Refused("每题投一票。")
    return [sorted(set(given)) for given in answers]


def said(row: Engagement, entry: EngagementEntry) -> str:
    """What the person reads afterwards."""
    if row.kind == "quiz":
        return f"答对 {entry.score}/{len(row.questions)} 题。"
    return THANKS[row.kind]


def seen(row: Engagement, entry: EngagementEntry) -> Iterator[Event]:
    """What the members' side should know of it; nothing of a colleague's lesson."""
    if row.audience == "members":
        yield ActivitySeen(
            key=f"engagement:{entry.id}", at=entry.at, member_id=entry.member_id, kind=DONE.get(row.kind, "engage"),
            ref=f"engagement:{row.id}", amount=entry.score,
        )  # fmt: skip


def streak(days: Sequence[str], today: str) -> int:
    """Days in a row up to today or yesterday (ISO dates): what a check-in page shows."""
    found, day = set(days), date.fromisoformat(today)
    if today not in found:
        day -= timedelta(days=1)
    count = 0
    while day.isoformat() in found:
        count, day = count + 1, day - timedelta(days=1)
    return count


def attended(work: Work, row: Engagement, lines: Sequence[str], by: str) -> list[EngagementEntry]:
    """Who came to something elsewhere, one member id a line. Refused names faulty lines; nothing is kept then."""
    ids = list(dict.fromkeys(one.strip() for one in lines if one.strip()))
    if not ids:
        raise Refused("名单是空的：每行写一个成员编号")
    if unknown := [f"第 {at} 行 {one}" for at, one in enumerate(ids, 1) if work.session.get(Member, one) is None]:
        raise Refused(f"名单未导入，以下不是已知成员：{'；'.join(unknown[:20])}")
    new = [one for one in ids if not engagement.entries(work.session, row.id, one)]
    given = {"engagement_id": row.id, "slot": "1", "answers": [], "score": 0, "text": "", "state": "done", "by": by}
    made = [EngagementEntry(member_id=one, at=work.now, **given) for one in new]
    work.session.add_all(made)
    work.session.flush()
    return made
