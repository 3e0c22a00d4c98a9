"""Who a push would go to now: an audience's conditions as one statement, and uploaded lists."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, String, and_, exists, false, func, insert, or_, select, true
from sqlalchemy.orm import Mapped, mapped_column

from models import group, live_guest
from models.activity import Activity
from models.base import Base, BigKey
from models.content import Delivery, Occurrence
from models.group import GroupMember
from models.member import Employee, Friendship, Member
from models.portrait import MemberTag, Tag
from models.work import Work
from rules.audience import OPEN, Condition, parse, share_of
from rules.trading_calendar import BEIJING

AT_ONCE = 5_000
"""Rows taken from the database at a time: an audience may be a million people."""
SHOWN = 20
"""Faulty lines named at once."""


class AudienceList(Base):
    """A list of persons somebody uploaded."""

    __tablename__ = "audience_list"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class AudienceListMember(Base):
    """Somebody on an uploaded list."""

    __tablename__ = "audience_list_member"
    list_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)


def upload(work: Work, name: str, lines: Iterable[str], by: str) -> AudienceList:
    """A list from member ids, one a line. ValueError names every line that is nobody we know; nothing is kept then."""
    ids = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    known: set[str] = set()
    for start in range(0, len(ids), 500):
        known |= set(work.session.scalars(select(Member.id).where(Member.id.in_(ids[start : start + 500]))))
    if unknown := [f"第 {number} 行 {one}" for number, one in enumerate(ids, 1) if one not in known]:
        more = f"；共 {len(unknown)} 行" if len(unknown) > SHOWN else ""
        raise ValueError(f"名单未导入，以下不是已知成员：{'；'.join(unknown[:SHOWN])}{more}")
    if not ids:
        raise ValueError("名单是空的：请每行写一个成员编号")
    made = AudienceList(name=name.strip()[:80] or "未命名名单", size=len(ids), by=by, at=work.now)
    work.session.add(made)
    work.session.flush()
    work.session.execute(insert(AudienceListMember), [{"list_id": made.id, "member_id": one} for one in ids])
    return made


def targets(wanted: str, work: Work) -> dict[tuple[str, str], list[str]]:
    """An audience -> targets by (owner who sends, group|single). ValueError when it cannot be read."""
    conditions = parse(wanted)
    chosen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for chat in _groups(conditions, work):
        chosen[chat.owner_id, "group"].append(chat.id)
    if conditions[0].kind == "groups":
        return chosen
    if conditions[0].kind in OPEN:
        return {("", kind): found for kind, found in _in_the_open(conditions[0], work) if found}
    spans = [(int(one.words[0]), int(one.words[1])) for one in conditions if one.kind == "cohort"]
    found = work.session.execute(_persons(conditions, work.now), execution_options={"yield_per": AT_ONCE})
    for advisor, member_id in found:
        share = share_of("cohort", member_id)
        if all(low <= share < high for low, high in spans):
            chosen[advisor, "single"].append(member_id)
    for some in chosen.values():
        some.sort()  # here: sorted by the database, a million rows would be held twice
    return dict(sorted(chosen.items()))


def _groups(conditions: tuple[Condition, ...], work: Work) -> Iterator[group.Group]:
    """The groups an audience means: by name, all of them, or those an earlier plan reached."""
    first = conditions[0]
    if first.kind == "groups":
        every, named = first.words == ("all",), set(first.words)
    elif first.kind == "reached" and len(conditions) == 1:
        every, named = False, set(work.session.scalars(_reached(int(first.words[0]))))
    else:
        return
    yield from (chat for chat in group.living(work.session) if every or chat.id in named)


def _in_the_open(one: Condition, work: Work) -> Iterator[tuple[str, list[str]]]:
    """Advisors who have a customer to see their moments; colleagues by role; robots by name."""
    every, named = one.words == ("all",), set(one.words)
    if one.kind == "robots":
        yield "robot", [name for name in work.rules.robots if every or name in named]
        return
    chosen = select(Employee).where(Employee.active).order_by(Employee.id)
    if one.kind == "moments":
        has = exists().where(Friendship.employee_id == Employee.id, Friendship.ended_at.is_(None))
        found = [row.id for row in work.session.scalars(chosen.where(has)) if every or row.id in named]
        yield "moment", found
    else:
        yield "staff", [row.id for row in work.session.scalars(chosen) if every or row.role in named]


def _persons(conditions: tuple[Condition, ...], now: datetime) -> Select[str, str]:
    """Members who have their advisor as a contact: only a contact can be written to."""
    return (
        select(Member.advisor_id, Member.id)
        .join(Friendship, (Friendship.member_id == Member.id) & (Friendship.employee_id == Member.advisor_id))
        .where(Friendship.ended_at.is_(None), and_(true(), *(_where(one, now) for one in conditions)))
    )


def _reached(plan_id: int) -> Select[str]:
    """Targets of a plan that have got it, or will as soon as their owner taps."""
    mine = select(Occurrence.id).where(Occurrence.plan_id == plan_id)
    return select(Delivery.target).where(Delivery.occurrence_id.in_(mine), Delivery.state.in_(("sent", "tasked")))


def _where(one: Condition, now: datetime) -> ColumnElement[bool]:
    return WHERE[one.kind](one.words, now) if one.kind in WHERE else true()


def _is(column: Mapped[str], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(column == Member.id, *conditions)


def _day(words: tuple[str, ...], now: datetime) -> ColumnElement[bool]:
    """By whole Beijing days, so that a firing a few seconds late takes nobody twice and leaves nobody out."""
    try:
        day = now.astimezone(BEIJING).date() - timedelta(days=int(words[0]))
    except OverflowError:
        return false()
    begin = datetime.combine(day, time(), BEIJING)
    return and_(Member.first_seen_at >= begin, Member.first_seen_at < begin + timedelta(days=1))


def _silent(words: tuple[str, ...], now: datetime) -> ColumnElement[bool]:
    return or_(Member.last_active_at.is_(None), Member.last_active_at < now - timedelta(days=int(words[0])))


def _active(words: tuple[str, ...], now: datetime) -> ColumnElement[bool]:
    kind, sign, count, days = words
    since = now - timedelta(days=int(days))
    conditions = [Activity.member_id == Member.id, Activity.at >= since]
    if kind != "any":
        conditions.append(Activity.kind == kind)
    done = select(func.count()).select_from(Activity).where(*conditions).correlate(Member).scalar_subquery()
    return done >= int(count) if sign == ">=" else done < int(count)


WHERE: dict[str, Callable[[tuple[str, ...], datetime], ColumnElement[bool]]] = {
    "tier": lambda words, _: Member.tier.in_(words),
    "advisor": lambda words, _: Member.advisor_id.in_(words),
    "tag": lambda words, _: _is(MemberTag.member_id, MemberTag.tag_key == Tag.key, Tag.name.in_(words)),
    "in": lambda words, _: _is(GroupMember.member_id, GroupMember.chat_id.in_(words), GroupMember.left_at.is_(None)),
    "list": lambda words, _: _is(AudienceListMember.member_id, AudienceListMember.list_id == int(words[0])),
    "reached": lambda words, _: Member.id.in_(_reached(int(words[0]))),
    "missed": lambda words, _: live_guest.missed(int(words[0])),
    "watched": lambda words, _: live_guest.saw(int(words[0])),
    "joined": lambda words, now: Member.first_seen_at >= now - timedelta(days=int(words[0])),
    "day": _day,
    "silent": _silent,
    "active": _active,
}
"""Kind of condition -> what it asks of a member; cohorts are cut after the query, `all` asks nothing."""
