"""Remind of a live stream: a rung of its ladder is a push like any other, unless the stream was called off."""

from collections.abc import Iterator

from handlers.push import send_occurrence
from models.actions import Action
from models.content import LiveStream, Occurrence, PushPlan
from models.events.internal import LiveReminderDue
from models.work import Work


def remind(event: LiveReminderDue, work: Work) -> Iterator[Action]:
    """Send the rung; a cancelled or past stream is never announced."""
    occurrence = work.session.get(Occurrence, event.occurrence_id)
    plan = work.session.get(PushPlan, occurrence.plan_id) if occurrence else None
    stream = work.session.get(LiveStream, plan.live_id) if plan and plan.live_id else None
    if occurrence is None or stream is None:
        return
    if stream.status != "planned" or stream.starts_at <= work.now:
        occurrence.state = "dropped"
        return
    yield from send_occurrence(occurrence.id, work, about="live_reminder")
