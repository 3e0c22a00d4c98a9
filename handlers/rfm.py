"""Tiers: one member at once when something changes, everybody each night, and what each month owes its best clients."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from models import consent, tiering
from models import rfm as figures
from models.actions import Action, SendApp
from models.activity import TierChange
from models.events.members import ServiceTasksDue, TierReviewDue
from models.events.messages import TextReceived
from models.member import Friendship, Member
from models.rfm import RfmState, ServiceTask, TierRun
from models.work import Work
from rules import rfm
from rules.rfm import MonthlyTask, Tables

MONDAY = 0
"""Tiers fall once a week at most (alerts.yaml rfm.hysteresis)."""
MONTH = timedelta(days=28)


def retier(work: Work, met: Member, state: RfmState) -> None:
    """Place one member by today's figures (flushed): up at once, down only by the review after two months below."""
    session = work.session
    today = work.now.astimezone(work.rules.zone).date()
    since = today - tiering.WINDOW + timedelta(days=1)
    state.count_30d, state.days_30d, tables = figures.window_of(session, met.id, since, work.rules.rfm)
    if state.value is not None and not consent.allows(session, met.id, figures.ACCOUNT):
        figures.forget_value(session, [met.id])
        state.value = None
    tier = placed(work, tables, state)
    new, old = tables.rank_of(tier.code), tables.rank_of(met.tier)
    if new < old:
        _move(work, met, state, tier)
    state.rank = min(new, old)
    state.below_since = (state.below_since or work.now) if new > old else None


def placed(work: Work, tables: Tables, state: RfmState) -> rfm.Tier:
    """Where the figures of a running row put a member now, and why."""
    newcomer = work.now - state.first_at <= rfm.NEWCOMER
    return rfm.place(tables, figures.figures_of(state, newcomer), work.now)


@dataclass(frozen=True, slots=True)
class Explained:
    """A member's figures, where they lead, and the sentence for people."""

    state: RfmState
    tier: rfm.Tier
    why: str


def explained(work: Work, met: Member) -> Explained:
    """Why somebody is in their tier, in a sentence: today's figures, and what keeps a tier above them."""
    state = work.session.get(RfmState, met.id) or RfmState(
        member_id=met.id, first_at=met.first_seen_at, last_at=met.last_active_at, count_30d=0, days_30d=0
    )
    tables = figures.tables_now(work.session, work.rules.rfm)
    tier = placed(work, tables, state)
    why = tier.why
    if met.tier and rfm.is_lower(tables, tier.code, met.tier):
        since = f"自 {state.below_since.astimezone(work.rules.zone):%Y-%m-%d} 起" if state.below_since else "目前"
        why += f"；{since}低于现层级“{tables.name_of(met.tier)}”，连续两个月不达标才下调"
    return Explained(state, tier, why)


def said_of(work: Work, change: TierChange) -> str:
    """The sentence of a change whose figures alone were kept (full re-tierings)."""
    met = work.session.get(Member, change.member_id)
    newcomer = met is not None and change.at - met.first_seen_at <= rfm.NEWCOMER
    facts = rfm.Figures(
        last_active_at=change.last_at, count_30d=change.count_30d or 0, days_30d=change.days_30d or 0,
        monetary=change.value, newcomer=newcomer,
    )  # fmt: skip
    return rfm.place(figures.tables_now(work.session, work.rules.rfm), facts, change.at).why


def _move(work: Work, met: Member, state: RfmState, tier: rfm.Tier) -> None:
    change = TierChange(
        member_id=met.id, old=met.tier, new=tier.code, why=tier.why, at=work.now, last_at=state.last_at,
        count_30d=state.count_30d, days_30d=state.days_30d, value=state.value,
    )  # fmt: skip
    work.session.add(change)
    state.was, state.moved_at = work.rules.rfm.rank_of(met.tier), work.now
    met.tier, met.tier_since, met.tier_why = tier.code, work.now, tier.why


def withdrawn(event: TextReceived, work: Work) -> Iterator[Action]:
    """Asset figures go the moment a member takes the consent to their use back, whatever else is said to them."""
    state = work.session.get(RfmState, event.member_id) if event.customer else None
    if (
        state is not None
        and state.value is not None
        and not consent.allows(work.session, event.member_id, figures.ACCOUNT)
    ):
        figures.forget_value(work.session, [event.member_id])
        state.value = None
    yield from ()


def review_due(event: TierReviewDue, work: Work) -> Iterator[Action]:
    """The nightly re-tiering."""
    day = date.fromisoformat(event.day)
    recompute(work, day, work.now, falls=day.weekday() == MONDAY)
    yield from ()


def recompute(work: Work, day: date, now: datetime, *, falls: bool = True) -> TierRun:
    """Figures as of a Beijing day, every member placed, the run written down with its stability."""
    session = work.session
    work.unhurried()
    figures.forget_values(session)
    tables = figures.tables_now(session, work.rules.rfm)
    tiering.begin_states(session, tables)
    tiering.move_window(work, day)
    done = tiering.review(work, tables, now, falls=falls)
    version = figures.in_force(session)
    spread = tiering.spread(session, tables)
    before = session.scalars(select(TierRun).where(TierRun.at <= now - MONTH).order_by(TierRun.at.desc()).limit(1))
    earlier = before.first()
    run = TierRun(
        at=now, version_id=version.id if version else 0, members=done.members, moved=done.moved, spread=spread,
        psi=rfm.stability(earlier.spread, spread) if earlier else None,
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run


def end_of(day: date, work: Work) -> datetime:
    """The last moment of a Beijing day: when a review of that day would have run."""
    return datetime.combine(day + timedelta(days=1), time(), work.rules.zone) - timedelta(seconds=1)


def tasks_due(event: ServiceTasksDue, work: Work) -> Iterator[Action]:
    """One task a month for every client of the tiers alerts.yaml names; each advisor hears of new ones once."""
    day = date.fromisoformat(event.day)
    made: dict[str, Counter[str]] = {}
    for one in work.rules.rfm.tasks:
        for advisor in _make(work, one, day):
            made.setdefault(advisor, Counter())[one.name] += 1
    for advisor, counts in sorted(made.items()):
        lines = "；".join(f"{name} {count} 项" for name, count in counts.items())
        text = f"【{day:%Y-%m} 客户任务】{lines}。名单与做法见后台“分层 · 本月任务”。"
        yield SendApp(to=(advisor,), text=text, content_id="ui:tasks")


def _make(work: Work, one: MonthlyTask, day: date) -> list[str]:
    """New tasks of a kind; the advisors of those that are new."""
    month = f"{day:%Y-%m}"
    has = select(ServiceTask.member_id).where(ServiceTask.month == month, ServiceTask.kind == one.kind)
    chosen = (
        select(Member.id, Member.advisor_id, Member.tier)
        .join(Friendship, (Friendship.member_id == Member.id) & (Friendship.employee_id == Member.advisor_id))
        .where(Member.tier.in_(one.tiers), Friendship.ended_at.is_(None), Member.id.not_in(has))
        .order_by(Member.id)
    )
    due = day.replace(day=min(one.days, 28)) if day.day <= one.days else day + timedelta(days=7)
    rows = [
        {"month": month, "kind": one.kind, "member_id": member_id, "advisor_id": advisor, "tier": tier,
         "due_on": due, "state": "open", "note": "", "made_at": work.now}
        for member_id, advisor, tier in work.session.execute(chosen)
    ]  # fmt: skip
    if rows:
        maker = sqlite.insert if work.session.get_bind().dialect.name == "sqlite" else postgresql.insert
        work.session.execute(maker(ServiceTask).on_conflict_do_nothing(), rows)
    return [str(row["advisor_id"]) for row in rows]
