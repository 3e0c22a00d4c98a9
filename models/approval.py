"""Who said yes, no or "at once" to a push plan, and what it takes until it runs (policy: approval.yaml)."""

from datetime import datetime

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from models import evidence
from models.base import Base, BigKey
from models.content import Content, PushPlan
from models.plan import Actor, Refused, content_of, fingerprint, next_moment, variant_of, void
from models.work import Work
from rules import four_eyes
from rules.approval import Need, Subject

SEALED = {"approve": "approved", "emergency": "approved", "reject": "rejected"}
"""Verdict -> kind of evidence."""
SENTENCE = 10
"""Characters of a reason one can audit."""


class PlanApproval(Base):
    """Somebody's word on a plan as it was: approve, reject, emergency."""

    __tablename__ = "plan_approval"
    __table_args__ = (Index("ix_plan_approval_plan", "plan_id", "id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    plan_id: Mapped[int] = mapped_column(BigKey)
    fingerprint: Mapped[str] = mapped_column(String(64))
    audience: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]
    reviewed_by: Mapped[str] = mapped_column(String(64), default="")
    """Who looked at an emergency afterwards."""


def need(content: Content, audience: int, work: Work) -> Need:
    """How many checkers the policy wants."""
    return work.rules.approval.need(Subject(kind=content.kind, risk_tip=content.risk_tip, audience=audience))


def submit(work: Work, plan: PushPlan, by: Actor) -> None:
    """Ready for the checkers."""
    content = content_of(plan, work)
    if plan.status not in ("draft", "paused"):
        raise Refused("只有草稿可以提交审批")
    for one in (content, variant_of(plan)):
        if one is not None and not one.approved:
            raise Refused(f"内容 {one.id} 还没有批准，或批准后被改动：请先批准内容")
    if next_moment(plan, work) is None:
        raise Refused(f"推送规则“{plan.rule}”已没有将来的时刻：请修改时间")
    plan.status, plan.created_by = "submitted", plan.created_by or by.name


def approve(work: Work, plan: PushPlan, audience: int, by: Actor) -> bool:
    """One checker's yes; True when that was the last one wanted and the plan now runs."""
    content = content_of(plan, work)
    if plan.status != "submitted":
        raise Refused("这个计划不在待审批状态：可能刚被修改或已批准，请刷新")
    _four_eyes(plan, by)
    current = fingerprint(plan, content)
    if not content.approved:
        raise Refused(f"内容 {content.id} 在提交后被改动：请重新批准内容")
    given = _given(work, plan, current)
    if by.name in given:
        raise Refused("您已批准过：还需要另一位审批人")
    _say(work, plan, current, audience, "approve", by)
    wanted = [need(one, audience, work).checkers for one in (content, variant_of(plan)) if one is not None]
    if len(given) + 1 < max(wanted):
        return False
    _run(plan, current, audience, ", ".join([*given, by.name]), work)
    return True


def reject(work: Work, plan: PushPlan, reason: str, by: Actor) -> None:
    """A checker's no; the maker sees the reason."""
    _four_eyes(plan, by)
    if plan.status != "submitted":
        raise Refused("这个计划不在待审批状态：可能刚被修改或已批准，请刷新")
    if not reason.strip():
        raise Refused("退回须写明理由")
    _say(work, plan, fingerprint(plan, content_of(plan, work)), 0, "reject", by, reason)
    plan.note = f"已退回：{reason}"[:200]
    void(plan)


def emergency(work: Work, plan: PushPlan, audience: int, reason: str, by: Actor) -> None:
    """Out at once on an administrator's word; a checker reviews it within a day (approval.yaml, emergency)."""
    if by.role not in work.rules.approval.emergency_roles:
        raise Refused("只有管理员可以紧急放行")
    if len(reason.strip()) < SENTENCE:
        raise Refused("紧急放行须写明理由（至少 10 个字），将封存为证据")
    content = content_of(plan, work)
    if plan.status not in ("draft", "submitted") or not content.approved:
        raise Refused("只有草稿或待审批、且内容已批准的推送可以紧急放行")
    current = fingerprint(plan, content)
    _say(work, plan, current, audience, "emergency", by, reason)
    _run(plan, current, audience, f"{by.name}（紧急）", work)


def review(work: Work, approval: PlanApproval, by: Actor) -> None:
    """A checker has looked at an emergency."""
    if approval.verdict != "emergency" or approval.reviewed_by:
        raise Refused("没有待补核的紧急放行")
    if why := four_eyes.refusal(by, approval.by):
        raise Refused(why)
    approval.reviewed_by = by.name
    evidence.record(work, "approved", "", {"by": by.name, "verdict": "review"}, ref=f"plan:{approval.plan_id}")


def _four_eyes(plan: PushPlan, by: Actor) -> None:
    if why := four_eyes.refusal(by, plan.created_by):
        raise Refused(why)


def _run(plan: PushPlan, current: str, audience: int, names: str, work: Work) -> None:
    plan.approved_print, plan.approved_size, plan.approved_by = current, audience, names[:64]
    plan.status, plan.note, plan.next_at = "approved", "", next_moment(plan, work)


def _given(work: Work, plan: PushPlan, current: str) -> list[str]:
    """Who has approved exactly this since it was last rejected or changed."""
    rows = work.session.scalars(
        select(PlanApproval).where(PlanApproval.plan_id == plan.id).order_by(PlanApproval.id.desc())
    )
    names: list[str] = []
    for row in rows:
        if row.verdict != "approve" or row.fingerprint != current:
            break
        names.insert(0, row.by)
    return names


def _say(work: Work, plan: PushPlan, current: str, audience: int, verdict: str, by: Actor, reason: str = "") -> None:  # noqa: PLR0913, PLR0917 one row
    work.session.add(
        PlanApproval(
            plan_id=plan.id, fingerprint=current, audience=audience, verdict=verdict, by=by.name, reason=reason[:300],
            at=work.now, reviewed_by="",
        )
    )  # fmt: skip
    work.session.flush()
    body = {"verdict": verdict, "by": by.name, "role": by.role, "fingerprint": current, "audience": audience}
    evidence.record(work, SEALED[verdict], "", {**body, "reason": reason}, ref=f"plan:{plan.id}")
