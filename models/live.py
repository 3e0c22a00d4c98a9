"""Live streams: booked with their reminders, checked by somebody else, stopped at once."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import approval, evidence, plan, register
from models.content import LiveStream, PushPlan
from models.plan import Actor, Refused
from models.work import Work
from rules import address, four_eyes

LADDER = (("L-T1D", "1d"), ("L-T1H", "1h"), ("L-T10M", "10m"))
"""calendar.yaml: content and offset of each reminder."""
CHECKS = {
    "script": "脚本已逐句核对，无收益承诺、无误导表述", "product": "不荐股、不涉及具体产品",
    "risk": "开场与结尾有风险提示", "licence": "主讲人资格已核验", "stop": "已指定现场可随时停播的人",
}  # fmt: skip
"""What a checker answers for before a stream is announced (网络营销办法; calendar.yaml live rules)."""
THEME = 60
"""Bytes of a theme (doc 96836)."""


def book(work: Work, values: Mapping[str, str], starts: datetime, by: Actor) -> LiveStream:
    """A stream and its reminders, submitted. Refused names what cannot be."""
    title = values["title"].strip()
    if not title or len(title.encode()) > THEME:
        raise Refused(f"主题须为 1 到 {THEME} 字节（约 {THEME // 3} 个汉字，企业微信的上限）")
    if starts <= work.now + timedelta(minutes=15):
        raise Refused("开始时间至少在 15 分钟以后：要留出审核的时间")
    if values["url"].strip() and (why := address.fault(values["url"].strip())):
        raise Refused(why)
    verdict = work.rules.lexicon.lint("\n".join(values[name] for name in ("title", "speaker", "bullets")), "out")
    if verdict.verdict == "block":
        found = next(one for one in verdict.findings if one.severity == "block")
        raise Refused(f"合规检查禁止发送“{found.text}”：{found.reason}（{found.basis}）")
    today = work.now.astimezone(work.rules.zone).date()
    if not register.valid(work.session, values["licence"], today):
        raise Refused(f"主讲人资格 {values['licence'] or '（未填）'} 未登记或已过期：先在 合规 → 资格登记 里登记")
    stream = LiveStream(
        title=title, speaker=values["speaker"].strip()[:60], licence=values["licence"].strip(), starts_at=starts,
        url=values["url"].strip(), status="planned", anchor=values["anchor"].strip()[:64], created_by=by.name,
        minutes=int(values["minutes"] or 60), living_id="", checked_by="", checks=[],
    )  # fmt: skip
    work.session.add(stream)
    work.session.flush()
    bullets = [one.strip() for one in values["bullets"].splitlines() if one.strip()]
    for content_id, offset in LADDER:
        _rung(work, stream, content_id, offset, bullets, by)
    return stream


def _rung(work: Work, stream: LiveStream, content_id: str, offset: str, bullets: list[str], by: Actor) -> None:
    """One reminder; one whose moment is past already is left out."""
    local = stream.starts_at.astimezone(work.rules.zone)
    fields = {f"bullet{number}": words for number, words in enumerate((bullets + [stream.title] * 3)[:3], 1)}
    made = plan.draft(
        work,
        {
            "name": f"直播提醒 T-{offset}：{stream.title}", "rule": f"before {offset} {local:%Y-%m-%dT%H:%M}",
            "content_id": content_id, "segment": "groups:all", "misfire": "drop",
            "fields": json.dumps(fields, ensure_ascii=False),
        },
        by,
    )  # fmt: skip
    made.live_id = stream.id
    work.session.flush()
    if plan.next_moment(made, work) is None:
        work.session.delete(made)
    else:
        approval.submit(work, made, by)


def check(work: Work, stream: LiveStream, ticks: Iterable[str], sizes: Mapping[int, int], by: Actor) -> None:
    """A checker answers for every point; the reminders get the same yes. `sizes`: plan -> audience."""
    if why := four_eyes.refusal(by, stream.created_by):
        raise Refused(why)
    if stream.status != "planned" or stream.checked_by:
        raise Refused("这场直播不在待审核状态")
    if missing := [words for key, words in CHECKS.items() if key not in set(ticks)]:
        raise Refused(f"还有 {len(missing)} 项未确认：{missing[0]}")
    stream.checked_by, stream.checks = by.name, list(CHECKS)
    for one in rungs(work.session, stream.id):
        if one.status == "submitted":
            approval.approve(work, one, sizes[one.id], by)
    facts: dict[str, object] = {"by": by.name, "checks": stream.checks, "licence": stream.licence}
    evidence.record(work, "approved", "", facts, ref=f"live:{stream.id}")


def stop(work: Work, stream: LiveStream, by: Actor) -> list[str]:
    """Called off or cut off: no reminder leaves any more. Mass messages to call back."""
    if stream.status not in ("planned", "live"):
        raise Refused("这场直播已结束或已取消")
    stream.status = "cancelled"
    halted: list[str] = []
    for one in rungs(work.session, stream.id):
        if one.status == "approved":
            halted += plan.pause(work, one, by)
        else:
            one.status, one.note = "ended", "直播已取消"
    evidence.record(work, "operator_action", "", {"by": by.name, "did": "stop_live"}, ref=f"live:{stream.id}")
    return halted


def rungs(session: Session, live_id: int) -> list[PushPlan]:
    """The reminders of a stream."""
    return list(session.scalars(select(PushPlan).where(PushPlan.live_id == live_id).order_by(PushPlan.id)))
