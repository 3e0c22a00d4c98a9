"""Live streams: booked in WeCom once checked, announced by a ladder of pushes, and read when they are over."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from handlers import activity, milestone
from handlers.push import explain, send_occurrence
from models.actions import Action
from models.content import LiveStream, Occurrence, PushPlan
from models.events.app import LiveChanged
from models.events.internal import LiveReminderDue
from models.events.live import LiveChecked, LiveOver, LiveStopped, LivingCreated, WatchRead
from models.events.members import ActivitySeen
from models.live_guest import LiveViewer
from models.living import CancelLiving, CreateLiving, PullWatch
from models.work import Work
from rules.trading_calendar import next_allowed

STATUS = {"0": "planned", "1": "live", "2": "ended", "4": "cancelled"}
"""Of living_status_change; 3 (expired) is never pushed (doc 94145)."""


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
    """What the stream itself knows for the words that announce it; one made here has a page of its own."""
    starts = stream.starts_at.astimezone(work.rules.zone)
    page = f"{work.rules.public_url}/m/live/{stream.id}" if stream.created_by else stream.url
    known = {
        "live_title": stream.title, "live_url": page, "live_time": f"{starts:%m月%d日 %H:%M}",
        "speaker": stream.speaker, "speaker_license": stream.licence,
    }  # fmt: skip
    return {name: value for name, value in known.items() if value}


def checked(event: LiveChecked, work: Work) -> Iterator[Action]:
    """Booked in WeCom where an employee of ours presents; a stream elsewhere has only its page."""
    stream = work.session.get(LiveStream, event.live_id)
    if stream is not None and stream.anchor and not stream.living_id and stream.status == "planned":
        yield CreateLiving(
            live_id=stream.id, anchor=stream.anchor, theme=stream.title, starts=int(stream.starts_at.timestamp()),
            duration=stream.minutes * 60,
        )  # fmt: skip


def created(event: LivingCreated, work: Work) -> Iterator[Action]:
    """WeCom's name for it; one that was called off meanwhile is called off there too."""
    stream = work.session.get(LiveStream, event.live_id)
    if stream is not None:
        stream.living_id = event.living_id
        if stream.status == "cancelled":
            yield CancelLiving(living_id=event.living_id)


def stopped(event: LiveStopped, work: Work) -> Iterator[Action]:
    """Called off in WeCom as well."""
    stream = work.session.get(LiveStream, event.live_id)
    if stream is not None and stream.living_id:
        yield CancelLiving(living_id=stream.living_id)


def changed(event: LiveChanged, work: Work) -> Iterator[Action]:
    """On air, over, cancelled; when it is over its audience is read."""
    stream = _of(event.living_id, work)
    status = STATUS.get(event.status, "")
    if stream is None or not status or stream.status == "cancelled":
        return
    stream.status = status if stream.status != "ended" else "ended"
    if status == "ended":  # read again even where the clock was faster: it may have gone on for longer
        yield PullWatch(living_id=stream.living_id)


def over(event: LiveOver, work: Work) -> Iterator[Action]:
    """No callback came, or nobody read it: read it now."""
    stream = work.session.get(LiveStream, event.live_id)
    if stream is not None and stream.living_id and stream.read_at is None:
        stream.status = "ended"
        yield PullWatch(living_id=stream.living_id)


def watched(event: WatchRead, work: Work) -> Iterator[Action]:
    """Who watched how long: kept, counted as activity, and towards points for learning."""
    stream = _of(event.living_id, work)
    if stream is None:
        return
    for member_id, seconds, commented in event.rows:
        work.session.merge(
            LiveViewer(live_id=stream.id, member_id=member_id, seconds=seconds, commented=commented, at=event.at)
        )
        made = ActivitySeen(
            key=f"live:{stream.id}:{member_id}"[:80], at=event.at, member_id=member_id, kind="live",
            ref=f"live:{stream.id}", amount=seconds // 60,
        )  # fmt: skip
        yield from activity.seen(made, work)
        yield from milestone.seen(made, work)
    if event.next_key:
        yield PullWatch(living_id=event.living_id, next_key=event.next_key)
    else:
        stream.read_at = event.at


def _of(living_id: str, work: Work) -> LiveStream | None:
    """The stream WeCom means; a name of none is nobody's."""
    if not living_id:
        return None
    return work.session.scalars(select(LiveStream).where(LiveStream.living_id == living_id)).first()
