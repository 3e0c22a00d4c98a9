"""Portraits: the tag dictionary, members' tags and topics, what WeCom has on each relation, and whose differ."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey
from models.member import Member

MOST = 3000
"""Corp tags a corp may have (doc 92117; errcode 40126)."""


class Tag(Base):
    """A tag people see. Managed ones are ours and written back; the others follow WeCom."""

    __tablename__ = "tag"
    __table_args__ = (Index("ix_tag_wecom", "wecom_id"),)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    group: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(30))
    managed: Mapped[bool]
    wecom_id: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(String(100), default="")


def names(session: Session, most: int = 60) -> list[str]:
    """Names of tags that somebody has, for choosing."""
    held = select(Tag.name).where(Tag.key.in_(select(MemberTag.tag_key))).distinct().order_by(Tag.name).limit(most)
    return list(session.scalars(held))


class MemberTag(Base):
    """A tag a member should have, and where it comes from."""

    __tablename__ = "member_tag"
    __table_args__ = (Index("ix_member_tag_tag", "tag_key"),)
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tag_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    source: Mapped[str] = mapped_column(String(12))
    """tier, topic, stage, churn, cluster, questionnaire, wecom"""
    why: Mapped[str] = mapped_column(String(200), default="")
    since: Mapped[datetime]


class RelationTag(Base):
    """A tag WeCom has on a relation (tags are per employee and customer)."""

    __tablename__ = "relation_tag"
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    employee_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tag_id: Mapped[str] = mapped_column(String(64), primary_key=True)


class TagTodo(Base):
    """A member whose tags here and in WeCom may differ."""

    __tablename__ = "tag_todo"
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)


class MemberTopic(Base):
    """How often a member spoke of a topic."""

    __tablename__ = "member_topic"
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    topic: Mapped[str] = mapped_column(String(32), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]


class ClusterVersion(Base):
    """One clustering: profiles people can read, and how far it agrees with the one before."""

    __tablename__ = "cluster_version"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime]
    members: Mapped[int]
    profiles: Mapped[list[str]]
    stability: Mapped[float | None]
    """Adjusted Rand index against the version before, on members both have."""
    sizes: Mapped[dict[str, Any]]


def _insert(session: Session, table: Any) -> Any:
    maker = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return maker(table).on_conflict_do_nothing()


def todo(session: Session, member_ids: Iterable[str]) -> None:
    """Their tags must be compared with WeCom's."""
    rows = [{"member_id": one} for one in member_ids]
    if rows:
        session.execute(_insert(session, TagTodo), rows)


def give(session: Session, member_id: str, source: str, wanted: Mapping[str, str], at: datetime) -> bool:
    """A member's tags from one source become exactly these (key -> why); True when that changed something."""
    mine = select(MemberTag).where(MemberTag.member_id == member_id, MemberTag.source == source)
    has = {one.tag_key: one for one in session.scalars(mine)}
    gone, news = set(has) - set(wanted), set(wanted) - set(has)
    for key in gone:
        session.delete(has[key])
    for key in sorted(news):
        if session.get(MemberTag, (member_id, key)) is None:
            tag = MemberTag(member_id=member_id, tag_key=key, source=source, why=wanted[key][:200], since=at)
            session.add(tag)
    if gone or news:
        todo(session, [member_id])
    return bool(gone or news)


def heard(session: Session, member_id: str, employee_id: str, tag_ids: Sequence[str]) -> None:
    """What WeCom has on a relation: noted, and compared where it differs from what was known."""
    mine = select(RelationTag).where(RelationTag.member_id == member_id, RelationTag.employee_id == employee_id)
    has = {one.tag_id: one for one in session.scalars(mine)}
    gone, news = set(has) - set(tag_ids), set(tag_ids) - set(has)
    for tag_id in gone:
        session.delete(has[tag_id])
    session.add_all(RelationTag(member_id=member_id, employee_id=employee_id, tag_id=one) for one in sorted(news))
    if gone or news:
        todo(session, [member_id])


def difference(session: Session, member_id: str) -> tuple[str, set[str], set[str]]:
    """(responsible employee, tag ids to set, tag ids to take away) so that WeCom has our managed tags."""
    met = session.get(Member, member_id)
    if met is None or not met.advisor_id:
        return "", set(), set()
    managed = {one.wecom_id: one.key for one in session.scalars(select(Tag).where(Tag.managed, Tag.wecom_id != ""))}
    keys = set(session.scalars(select(MemberTag.tag_key).where(MemberTag.member_id == member_id)))
    wanted = {tag_id for tag_id, key in managed.items() if key in keys}
    mine = (RelationTag.member_id == member_id, RelationTag.employee_id == met.advisor_id)
    has = set(session.scalars(select(RelationTag.tag_id).where(*mine)))
    return met.advisor_id, wanted - has, (has & set(managed)) - wanted


def follow_wecom(session: Session, member_id: str, at: datetime) -> None:
    """Tags people set in WeCom, of groups that are not ours, become the member's."""
    chosen = (
        select(Tag.key)
        .join(RelationTag, RelationTag.tag_id == Tag.wecom_id)
        .where(RelationTag.member_id == member_id, Tag.managed.is_(False))
    )
    give(session, member_id, "wecom", dict.fromkeys(session.scalars(chosen), "顾问在企业微信里添加"), at)


def settle(session: Session, done: Sequence[str]) -> None:
    """These members have been compared."""
    session.execute(delete(TagTodo).where(TagTodo.member_id.in_(done)))
