"""Remind of a live stream: a rung of its ladder is a push like any other, unless the stream was called off."""

from collections.abc import Iterator, Mapping

from handlers.push import explain, send_occurrence
from models.actions import Action
from models.content import LiveStream, Occurrence, PushPlan
from models.events.internal import LiveReminderDue
from models.work import Work
from rules.trading_calendar import next_allowed


def remind(event: LiveReminderDue, work: Work) -> Iterator[Action]:
    """Send the rung; a cancelled stream, or one that will have begun when the night is over, is never announced."""
    occurrence = work.session.get(Occurrence, event.occurrence_id)
    plan = work.session.get(PushPlan, occurrence.plan_id) if occurrence else None
    stream = work.session.get(LiveStream, plan.live_id) if plan and plan.live_id else None
    if occurrence is None or plan is None or stream is None:
        return
    if stream.status != "planned" or stream.starts_at <= next_allowed(work.now, work.rules.send_policy):
        why = "直播已取消" if stream.status != "planned" else "直播开始前没有可推送的时段"
        explain(occurrence, plan, why, work, about="live_reminder")
        return
    yield from send_occurrence(occurrence.id, work, about="live_reminder", fields=_fields(stream, work))


def _fields(stream: LiveStream, work: Work) -> Mapping[str, str]:
    """What the stream itself knows for the words that announce it."""
    starts = stream.starts_at.astimezone(work.rules.zone)
    known = {
        "live_title": stream.title, "live_url": stream.url, "live_time": f"{starts:%m月%d日 %H:%M}",
        "speaker": stream.speaker, "speaker_license": stream.licence,
    }  # fmt: skip
    return {name: value for name, value in known.items() if value}
