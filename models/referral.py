"""老带新: personal invitations, every trace of an inviter, whose invitee somebody is, and each step with its reason."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey
from models.group import GroupMember
from models.member import Friendship, Member


class Invitation(Base):
    """A member's own contact way and link. `id` is what the signed state carries."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("inviter_id", "campaign"),
        Index(
            "ix_invitation_way", "id", postgresql_where=text("config_id <> ''"), sqlite_where=text("config_id <> ''")
        ),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    inviter_id: Mapped[str] = mapped_column(String(64))
    campaign: Mapped[int]
    state: Mapped[str] = mapped_column(String(64), default="")
    config_id: Mapped[str] = mapped_column(String(128), default="")
    qr_code: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    code: Mapped[str] = mapped_column(String(32), default="", server_default="")
    """Of the tracked link `/r/<code>`, which the poster carries."""
    join_config_id: Mapped[str] = mapped_column(String(128), default="", server_default="")
    join_qr_code: Mapped[str] = mapped_column(String(500), default="", server_default="")
    """The way into groups open to invited people; empty while there is none."""
    kf_url: Mapped[str] = mapped_column(String(700), default="", server_default="")
    """Opens 微信客服 with the state as `scene_param`; empty where there is no account."""


class ReferralTouch(Base):
    """One trace of an inviter on somebody: a scan, a group joined, a conversation opened, a link clicked."""

    __tablename__ = "referral_touch"
    __table_args__ = (UniqueConstraint("invitee_id", "path", "ref"), Index("ix_referral_touch_inviter", "inviter_id"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    invitee_id: Mapped[str] = mapped_column(String(64))
    inviter_id: Mapped[str] = mapped_column(String(64))
    campaign: Mapped[int]
    path: Mapped[str] = mapped_column(String(8))
    """friend, group, kf, click"""
    ref: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    fault: Mapped[str] = mapped_column(String(80), default="")
    """Why it does not count; empty for one that does."""


class Referral(Base):
    """One invitee, one inviter, for ever: first touch by event time."""

    __tablename__ = "referral"
    __table_args__ = (
        Index("ix_referral_inviter", "inviter_id", "joined_at"),
        Index("ix_referral_status", "status"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    invitee_id: Mapped[str] = mapped_column(String(64), unique=True)
    inviter_id: Mapped[str] = mapped_column(String(64))
    campaign: Mapped[int]
    status: Mapped[str] = mapped_column(String(12), default="JOINED")
    """INVITED, JOINED, STAY7, LEARNED, MATURED; LEFT, REJECTED, EXPIRED"""
    reason: Mapped[str] = mapped_column(String(200), default="")
    joined_at: Mapped[datetime]
    """When they joined; while INVITED, when they were touched."""
    interacted_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    learned_at: Mapped[datetime | None]
    programme_id: Mapped[int | None] = mapped_column(BigKey)
    """The version that was in force; None: the shipped pack."""
    credited: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """The inviter got points for it; counts towards the day's cap."""
    verdict: Mapped[str] = mapped_column(String(8), default="", server_default="")
    """Of the fraud screen: empty, hold, reject, cleared"""
    told_at: Mapped[datetime | None]
    """When the inviter was told that it does not count."""


class ReferralStep(Base):
    """Every change of a referral, for whoever asks why."""

    __tablename__ = "referral_step"
    __table_args__ = (Index("ix_referral_step_referral", "referral_id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    referral_id: Mapped[int] = mapped_column(BigKey)
    state: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]


class InviterStanding(Base):
    """Whether somebody may invite, and whether their name is on the board."""

    __tablename__ = "inviter_standing"
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    strikes: Mapped[int] = mapped_column(default=0)
    barred_until: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(String(200), default="")
    hidden: Mapped[bool] = mapped_column(default=False)
    """Not on leaderboards, by their own wish."""


def standing(session: Session, member_id: str) -> InviterStanding:
    """The row, made when missing."""
    found = session.get(InviterStanding, member_id)
    if found is None:
        found = InviterStanding(member_id=member_id, strikes=0, why="", hidden=False)
        session.add(found)
        session.flush()
    return found


def note_step(session: Session, found: Referral, why: str, at: datetime, state: str = "") -> None:
    """Write down that a referral changed."""
    found.reason = why[:200]
    session.add(ReferralStep(referral_id=found.id, state=state or found.status, why=why[:200], at=at))


def same_person(session: Session, member_id: str) -> list[str]:
    """All ids of one WeChat user: those with the same unionid, itself first."""
    unionid = session.scalar(select(Member.unionid).where(Member.id == member_id)) or ""
    others = session.scalars(select(Member.id).where(Member.unionid == unionid)).all() if unionid else []
    return [member_id, *sorted(one for one in others if one != member_id)]


def known_since(session: Session, member_ids: list[str]) -> datetime | None:
    """When this person first became a contact or came into a group; None for a newcomer."""
    friend = session.scalar(select(func.min(Friendship.since)).where(Friendship.member_id.in_(member_ids)))
    member = session.scalar(select(func.min(GroupMember.joined_at)).where(GroupMember.member_id.in_(member_ids)))
    return min((one for one in (friend, member) if one is not None), default=None)


def referral_of(session: Session, invitee_id: str) -> Referral | None:
    """The referral of an invitee."""
    return session.scalars(select(Referral).where(Referral.invitee_id == invitee_id)).first()
