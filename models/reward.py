"""What learning points can be redeemed for, who redeemed what, and the one way in which stock and points leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, Index, String, Table, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import movements
from models.base import Base, BigKey, Encrypted
from models.points import lock

GRACE = timedelta(days=30)
"""Returned points live at least this long."""


class Reward(Base):
    """A learning benefit with its price. `kind` is one of rules.programme.REDEEMABLE; goods and money do not exist."""

    __tablename__ = "reward"
    __table_args__ = (CheckConstraint("stock >= 0", name="stock"), CheckConstraint("price > 0", name="price"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    price: Mapped[int]
    stock: Mapped[int | None]
    """None: as many as are wanted."""
    per_member: Mapped[int] = mapped_column(default=1)
    """How often one member may have it; 0 = no limit."""
    tiers: Mapped[list[str]] = mapped_column(default=list)
    """Only for these tiers; empty = for everybody."""
    fulfilment: Mapped[str] = mapped_column(String(8), default="manual")
    """code (one of the codes kept for it) or manual"""
    needs_approval: Mapped[bool] = mapped_column(default=False)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    made_by: Mapped[str] = mapped_column(String(64), default="")


class RewardCode(Base):
    """One code to hand out, once."""

    __tablename__ = "reward_code"
    __table_args__ = (UniqueConstraint("redemption_id"), Index("ix_reward_code_reward", "reward_id", "redemption_id"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    reward_id: Mapped[int] = mapped_column(BigKey)
    code: Mapped[str] = mapped_column(Encrypted("reward_code.code"))
    redemption_id: Mapped[int | None] = mapped_column(BigKey)


class Redemption(Base):
    """Somebody redeemed something. `key` makes a repeated tap the same redemption."""

    __tablename__ = "redemption"
    __table_args__ = (Index("ix_redemption_member", "member_id", "reward_id"), Index("ix_redemption_state", "state"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    reward_id: Mapped[int] = mapped_column(BigKey)
    member_id: Mapped[str] = mapped_column(String(64))
    price: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="ready")
    """pending (waits for approval), ready (to be handed out), done, rejected, reversed"""
    at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(200), default="")


REWARD: Table = Reward.__table__  # type: ignore[assignment]  # declarative calls it FromClause
CODE: Table = RewardCode.__table__  # type: ignore[assignment]  # the same
LIVING = ("pending", "ready", "done")


class Refused(Exception):
    """Nothing was redeemed; the text says why, for the member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a member wants; `key` is the happening it came by."""

    key: str
    member_id: str
    tier: str
    reward_id: int


def redeem(session: Session, wish: Wish, now: datetime) -> Redemption:
    """Points, stock and code leave together or not at all. Refused with the reason; the same key gives the same row."""
    lock(session, [wish.member_id])
    known = session.scalars(select(Redemption).where(Redemption.key == wish.key)).first()
    if known is not None:
        return known
    with session.begin_nested():
        reward = _offered(session, wish, now)
        made = Redemption(
            key=wish.key, reward_id=reward.id, member_id=wish.member_id, price=reward.price, at=now,
            state="pending" if reward.needs_approval else "ready", decided_by="", note="",
        )  # fmt: skip
        session.add(made)
        session.flush()
        if reward.stock is not None:
            _one_less(session, reward)
        if not movements.spend(session, wish.member_id, reward.price, _spend(made), f"redemption:{made.id}", now):
            raise Refused("积分不足，或积分仍在持有期内")
        if reward.fulfilment == "code":
            _take_code(session, made)
            made.state = made.state if reward.needs_approval else "done"
    return made


def reverse(session: Session, made: Redemption, by: str, why: str, now: datetime, state: str = "reversed") -> bool:
    """Points and stock go back; the code, once shown, stays used. False when it was undone before."""
    lock(session, [made.member_id])
    session.refresh(made)
    if made.state not in LIVING:
        return False
    if made.state == "pending":
        session.execute(update(CODE).where(CODE.c.redemption_id == made.id).values(redemption_id=None))
    movements.give_back(session, _spend(made), why, now, now + GRACE)
    session.execute(
        update(REWARD)
        .where(REWARD.c.id == made.reward_id, REWARD.c.stock.is_not(None))
        .values(stock=REWARD.c.stock + 1)
    )
    made.state, made.decided_by, made.decided_at, made.note = state, by, now, why[:200]
    return True


def approve(session: Session, made: Redemption, by: str, now: datetime) -> bool:
    """A pending redemption may be handed out; with a code it is done."""
    lock(session, [made.member_id])
    session.refresh(made)
    if made.state != "pending":
        return False
    made.state, made.decided_by, made.decided_at = ("done" if code_of(session, made) else "ready"), by, now
    return True


def hand_out(session: Session, made: Redemption, by: str, note: str, now: datetime) -> bool:
    """A person has given the member what was redeemed."""
    lock(session, [made.member_id])
    session.refresh(made)
    if made.state != "ready":
        return False
    made.state, made.decided_by, made.decided_at, made.note = "done", by, now, note[:200]
    return True


def code_of(session: Session, made: Redemption) -> str:
    """The code a redemption got; empty where there is none."""
    return session.scalar(select(RewardCode.code).where(RewardCode.redemption_id == made.id)) or ""


def offers(session: Session, tier: str, now: datetime) -> list[Reward]:
    """What a member of a tier may see, cheapest first."""
    chosen = select(Reward).where(Reward.active).order_by(Reward.price, Reward.id)
    return [one for one in session.scalars(chosen) if _open(one, tier, now)]


def _open(reward: Reward, tier: str, now: datetime) -> bool:
    return (
        reward.active
        and (not reward.tiers or tier in reward.tiers)
        and (reward.starts_at is None or reward.starts_at <= now)
        and (reward.ends_at is None or now < reward.ends_at)
    )


def _offered(session: Session, wish: Wish, now: datetime) -> Reward:
    reward = session.get(Reward, wish.reward_id, populate_existing=True)
    if reward is None or not _open(reward, wish.tier, now):
        raise Refused("没有这项权益，或目前不可兑换")
    had = select(func.count()).where(
        Redemption.member_id == wish.member_id, Redemption.reward_id == reward.id, Redemption.state.in_(LIVING)
    )
    if reward.per_member and (session.scalar(had) or 0) >= reward.per_member:
        raise Refused(f"每人限兑 {reward.per_member} 次")
    return reward


def _one_less(session: Session, reward: Reward) -> None:
    """The last one goes to one of any number who ask at once."""
    taken = session.execute(
        update(REWARD).where(REWARD.c.id == reward.id, REWARD.c.stock >= 1).values(stock=REWARD.c.stock - 1)
    )
    if getattr(taken, "rowcount", 0) != 1:
        raise Refused("已兑完")


def _take_code(session: Session, made: Redemption) -> None:
    free = select(CODE.c.id).where(CODE.c.reward_id == made.reward_id, CODE.c.redemption_id.is_(None))
    one = session.scalar(free.order_by(CODE.c.id).limit(1).with_for_update(skip_locked=True))
    if one is None:
        raise Refused("已兑完")
    session.execute(update(CODE).where(CODE.c.id == one).values(redemption_id=made.id))


def _spend(made: Redemption) -> str:
    return f"redeem:{made.id}"
