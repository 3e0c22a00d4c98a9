"""What the gate asks of registers and standings: groups on record, licensed presenters, suitability, the off switch."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import consent, rating, register, suitability
from models.actions import CreateMass, words_of
from models.content import Content, LiveStream, Occurrence, PushPlan
from models.work import Work
from rules import audience
from rules.suitability import ALLOW, IN_GROUP, Standing

PROFILED = frozenset({"tier", "tag", "silent", "active"})
"""Conditions of an audience that look at what a person did or is worth (个人信息保护法 24 条)."""


def refusals(action: CreateMass, targets: Sequence[str], work: Work) -> dict[str, str]:
    """Target -> why not. Nothing here delays: what is refused is refused."""
    today = work.now.astimezone(work.rules.zone).date()
    plan = _plan(action, work.session)
    if why := _presenter(action, plan, work.session, today):
        return dict.fromkeys(targets, why)
    found = register.unready(work.session, action.chat_ids, today) if action.chat_ids else {}
    content = work.session.get(Content, action.content_id)
    if content is None:
        return found
    if risk := _risk(action, content, work.session):
        found |= _unsuitable(action, risk, work, today)
    if action.customers and content.kind == "marketing" and plan is not None and _profiled(plan):
        willing = consent.agreed(work.session, action.customers, consent.PERSONAL)
        found |= {one: "已关闭个性化推送" for one in action.customers if one not in willing}
    return found


def _risk(action: CreateMass, content: Content, session: Session) -> str:
    """The level the content was marked with, or that of the riskiest product it names without being marked."""
    named = rating.mentioned(session, "\n".join(words_of(action)))
    return max([content.product_risk, *(one.risk for one in named)])


def _plan(action: CreateMass, session: Session) -> PushPlan | None:
    occurrence = session.get(Occurrence, action.occurrence_id)
    return session.get(PushPlan, occurrence.plan_id) if occurrence is not None else None


def _presenter(action: CreateMass, plan: PushPlan | None, session: Session, on: date) -> str:
    """A live stream is announced only when its presenter's licence is on the register and in force."""
    if action.about != "live_reminder" or plan is None or plan.live_id is None:
        return ""
    if session.scalars(select(register.Licence.number).limit(1)).first() is None:
        return ""  # nobody has been registered yet: the register binds from its first entry on
    stream = session.get(LiveStream, plan.live_id)
    if stream is None or register.valid(session, stream.licence, on):
        return ""
    return "主讲人资格未登记或已过期"


def _unsuitable(action: CreateMass, risk: str, work: Work, on: date) -> dict[str, str]:
    """Groups never; persons only where their own standing allows it (证券法 88 条)."""
    if action.chat_ids:
        return dict.fromkeys(action.chat_ids, f"{IN_GROUP.code} {IN_GROUP.words}")
    known = suitability.standings(work.session, action.customers)
    found = {}
    for one in action.customers:
        match = work.rules.suitability.match(known.get(one, Standing()), risk, on)
        if match.decision != ALLOW:
            found[one] = f"{match.code} {match.words}"
    return found


def _profiled(plan: PushPlan) -> bool:
    return any(one.kind in PROFILED for one in audience.parse(plan.segment))
