"""Which rules a campaign runs by, proposing and approving new ones, and trying them on the past."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from models.points import PointsEntry
from models.programme import OpeningSwitch, Programme, in_force
from models.referral import Referral, ReferralStep
from models.work import Work
from rules import programme as rule
from rules.programme import Pack, Refusal

CAMPAIGN = 1
"""The standing campaign; a campaign of its own number has programme rows of its own."""


class Unlawful(ValueError):
    """A proposal that no approval can save; the text names the article."""


def version_of(work: Work, campaign: int) -> Programme | None:
    """The approved version in force; None while the shipped pack holds."""
    return in_force(work.session, campaign)


def pack_of(work: Work, campaign: int) -> Pack:
    """The rules of a campaign now."""
    found = in_force(work.session, campaign)
    return Pack.load(found.data) if found is not None else work.rules.referral


def pack_by_id(work: Work, programme_id: int | None) -> Pack:
    """The rules a referral began under: a newer version never changes what was promised."""
    found = work.session.get(Programme, programme_id) if programme_id is not None else None
    return Pack.load(found.data) if found is not None else work.rules.referral


def propose(work: Work, campaign: int, data: dict[str, Any], maker: str) -> Programme:
    """A new draft. Unlawful with every article it breaks; ValueError for data that is no programme."""
    try:
        refused = rule.faults(data)
        pack = Pack.load(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"方案缺少或写错了字段 {error}") from None
    if refused:
        raise Unlawful("；".join(f"{one.where}：{one.article}" for one in refused))
    newest = select(func.max(Programme.version)).where(Programme.campaign == campaign)
    made = Programme(
        campaign=campaign, version=(work.session.scalar(newest) or 0) + 1, name=pack.name or f"活动 {campaign}",
        data=data, status="draft", made_by=maker, made_at=work.now, approved_by="",
    )  # fmt: skip
    work.session.add(made)
    work.session.flush()
    return made


def approve(work: Work, draft: Programme, checker: str) -> str:
    """Put a draft in force; why not, or empty. Maker and checker are two people."""
    if draft.status != "draft":
        return "只有草稿可以批准"
    if draft.made_by == checker:
        return "提交人与批准人不能是同一人"
    if refused := rule.faults(draft.data):
        return "；".join(one.article for one in refused)
    for old in work.session.scalars(
        select(Programme).where(Programme.campaign == draft.campaign, Programme.status == "approved")
    ):
        old.status = "replaced"
    draft.status, draft.approved_by, draft.approved_at = "approved", checker, work.now
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a programme would have done with the referrals of the past days."""

    referrals: int
    credited: int
    points: int
    capped: int
    inviters: int
    largest: int
    """The most points one inviter would have got."""
    actual: int
    """Points inviters really got in these days."""
    refused: tuple[Refusal, ...]


def dry_run(work: Work, data: dict[str, Any], days: int) -> Trial:
    """Replay the milestones of the past `days` under other rules; nothing is written. Unknown states earn nothing."""
    pack, now = Pack.load(data), work.now
    steps = work.session.execute(
        select(Referral.id, Referral.inviter_id, Referral.joined_at, ReferralStep.state, ReferralStep.at)
        .join(ReferralStep, ReferralStep.referral_id == Referral.id)
        .where(Referral.joined_at >= now - timedelta(days=days), ReferralStep.state.in_(tuple(rule.REWARDED)))
        .order_by(ReferralStep.at, ReferralStep.id)
    ).all()
    replay = _Replay(pack, work)
    for step in steps:
        replay.step(step)
    total = select(func.count()).select_from(Referral).where(Referral.joined_at >= now - timedelta(days=days))
    return Trial(
        referrals=work.session.scalar(total) or 0, credited=len(replay.credited), points=sum(replay.given.values()),
        capped=replay.capped, inviters=len(replay.given), largest=max(replay.given.values(), default=0),
        actual=_really(work, now - timedelta(days=days)), refused=tuple(rule.faults(data)),
    )  # fmt: skip


def _really(work: Work, since: datetime) -> int:
    issued = select(func.sum(PointsEntry.points)).where(
        PointsEntry.kind == "issue", PointsEntry.at >= since, PointsEntry.key.like("%:inviter")
    )
    return work.session.scalar(issued) or 0


class _Replay:
    """Awards and caps over a stream of milestones."""

    def __init__(self, pack: Pack, work: Work) -> None:
        self._pack = pack
        self._zone = work.rules.zone
        self._days: Counter[tuple[str, object]] = Counter()
        self._months: Counter[tuple[str, object]] = Counter()
        self.given: Counter[str] = Counter()
        self.credited: set[int] = set()
        self.capped = 0

    def step(self, step: Any) -> None:
        """One milestone of one referral."""
        day: datetime = step.joined_at.astimezone(self._zone)
        month = step.at.astimezone(self._zone).strftime("%Y-%m")
        if step.id not in self.credited and not self._room(step.inviter_id, day):
            self.capped += 1
            return
        self.credited.add(step.id)
        for award in rule.awards(self._pack, step.state):
            if award.to == "inviter":
                have = self._months[step.inviter_id, month]
                points = max(0, min(award.points, self._pack.limits.points_per_month - have))
                self._months[step.inviter_id, month] += points
                self.given[step.inviter_id] += points

    def _room(self, inviter: str, day: datetime) -> bool:
        self._days[inviter, day.date()] += 1
        return self._days[inviter, day.date()] <= self._pack.limits.credited_per_day


def ask_to_open(work: Work, basis: str, points: int, days: int) -> OpeningSwitch:
    """A request to reward opened accounts; it stays shut until approver and admin have both agreed. Unlawful if short.

    The basis is what a regulator will read first: number and words of the sign-off and of the legal opinion.
    """
    if refused := rule.refused_opening("approver", "admin", basis, days):
        raise Unlawful(refused)
    if points < 1:
        raise ValueError("积分须为正整数")
    made = OpeningSwitch(
        basis=basis.strip(), basis_digest=hashlib.sha256(basis.strip().encode()).hexdigest(), points=points, days=days,
        approver="", admin="", asked_at=work.now, closed_by="",
    )  # fmt: skip
    work.session.add(made)
    work.session.flush()
    return made


def agree_to_open(work: Work, switch: OpeningSwitch, name: str, role: str) -> bool:
    """One person's agreement under their own login; True when it is open now. Unlawful for anybody else."""
    if role not in ("approver", "admin"):
        raise Unlawful(f"只有审批人与管理员可以同意。{rule.ARTICLES['opening']}")
    if switch.opened_at is not None or switch.closed_at is not None:
        raise Unlawful("这份申请已经处理过")
    if name in (switch.approver, switch.admin):
        raise Unlawful(f"须由两人分别同意。{rule.ARTICLES['opening']}")
    setattr(switch, role, getattr(switch, role) or name)
    if not (switch.approver and switch.admin):
        return False
    if refused := rule.refused_opening(switch.approver, switch.admin, switch.basis, switch.days):
        raise Unlawful(refused)
    switch.opened_at, switch.ends_at = work.now, work.now + timedelta(days=switch.days)
    return True


def shut(work: Work, switch: OpeningSwitch, name: str) -> None:
    """Anybody who could have opened it may close it at once."""
    switch.closed_at, switch.closed_by = work.now, name


def facts_of(switch: OpeningSwitch) -> dict[str, object]:
    """What the evidence keeps of a switch: the basis in full, and who."""
    return {
        "switch": switch.id, "basis": switch.basis, "basis_digest": switch.basis_digest, "points": switch.points,
        "days": switch.days, "approver": switch.approver, "admin": switch.admin,
        "opened_at": switch.opened_at.isoformat() if switch.opened_at else None,
        "ends_at": switch.ends_at.isoformat() if switch.ends_at else None,
    }  # fmt: skip
