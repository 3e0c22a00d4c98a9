"""What an activity gives the content library: its reminders, and members' posts that were taken; all to be approved."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import content_version, plan
from models.content import PushPlan
from models.engagement import KINDS, Engagement, EngagementEntry
from models.member import Member
from models.plan import Actor, Refused
from models.work import Work

LADDER = (("opens", timedelta(0)), ("closes", timedelta(days=1)), ("closes", timedelta(hours=1)))
"""Reminders: as it opens, a day and an hour before it closes."""
AI = "（含人工智能生成内容）"
"""Said wherever something made by a model is shown (人工智能生成合成内容标识办法)."""


def page_of(work: Work, row: Engagement) -> str:
    """Where one takes part."""
    place = "m/e" if row.audience == "members" else "console/lessons"
    return f"{work.rules.public_url}/{place}/{row.id}"


def plans_of(session: Session, row: Engagement) -> list[PushPlan]:
    """Its reminders."""
    chosen = select(PushPlan).where(PushPlan.content_id == _content_id(row), PushPlan.status != "ended")
    return list(session.scalars(chosen.order_by(PushPlan.id)))


def remind(work: Work, row: Engagement, by: Actor) -> list[PushPlan]:
    """Its words as a content and a draft of each reminder still to come. Refused when they are there, or too late."""
    if not row.approved or row.closed:
        raise Refused("活动批准后才能建提醒")
    if plans_of(work.session, row):
        raise Refused("提醒已经建好：在“推送”里查看和提交")
    ends = row.closes_at.astimezone(work.rules.zone)
    lines = [f"【{KINDS[row.kind]}】{row.title}{AI if row.ai_made else ''}", row.intro[:400]]
    lines += [f"{ends:%m月%d日 %H:%M} 截止。参加：{page_of(work, row)}"]
    values = {
        "type": "campaign", "kind": "education", "channel": "group", "risk_tip": "none",
        "body": "\n".join(one for one in lines if one),
    }  # fmt: skip
    content_version.save(work, _content_id(row), values, by)
    moments = [at for name, before in LADDER if (at := _moment(row, name, before)) > work.now]
    if not moments:
        raise Refused("活动即将结束，没有可排的提醒")
    return [_draft(work, row, at, by) for at in sorted(set(moments))]


def _moment(row: Engagement, name: str, before: timedelta) -> datetime:
    return (row.opens_at if name == "opens" else row.closes_at) - before


def _draft(work: Work, row: Engagement, at: datetime, by: Actor) -> PushPlan:
    local = at.astimezone(work.rules.zone)
    values = {
        "name": f"{KINDS[row.kind]}提醒：{row.title}", "rule": f"once {local:%Y-%m-%dT%H:%M}", "misfire": "drop",
        "content_id": _content_id(row), "segment": "groups:all" if row.audience == "members" else "staff:all",
    }  # fmt: skip
    return plan.draft(work, values, by)


def _content_id(row: Engagement) -> str:
    return f"ENG-{row.id}"


def share(work: Work, row: Engagement, entry: EngagementEntry, by: Actor) -> str:
    """A member's words are taken: a post becomes a draft of the content library, its author by family name only."""
    entry.state, entry.by = "taken", by.name
    if row.kind != "post":
        return "已采用"
    member = work.session.get(Member, entry.member_id)
    who = f"{member.name[:1]}**" if member is not None and member.name else "一位群友"
    values = {
        "type": "campaign", "kind": "education", "channel": "group", "risk_tip": "general",
        "body": f"【群友分享】{row.title}\n{who}：{entry.text}",
    }  # fmt: skip
    made = content_version.save(work, f"POST-{entry.id}", values, by)
    return f"已采用，并存为内容草稿 {made.id}：批准后可以推送"
