"""Callbacks are best effort (docs 92130, 92277): read sources although nothing rang, and let old queue rows go."""

from datetime import timedelta

from sqlalchemy import delete, select

from bot import inbox
from models import group_draft
from models.activity import Activity
from models.content import LiveStream
from models.conversation import MEMORY, Conversation
from models.directory import Gap
from models.events.internal import PullDue
from models.events.live import LiveOver
from models.events.members import FollowUpsDue, InterceptsDue, ServiceTasksDue, TierReviewDue, WeeklyReportDue
from models.events.portrait import PortraitsDue, TagsDue
from models.group_draft import GroupDraft
from models.ledger import Heartbeat, Inbound
from models.portrait import TagTodo
from models.work import Work

NIGHT, MORNING = 3, 9
GAP = timedelta(minutes=30)
RAW = timedelta(days=730)
"""Raw activity is let go after 24 months; the daily roll-up stays (compliance 4.2)."""
AT_ONCE = 20_000
KEEP = timedelta(days=8)
"""Longer than any replay the door lets in (24 h) and than KF's three days of history."""
FORGET = MEMORY * 6
"""Choices stand for half an hour; nothing of a conversation's memory is of use later."""


def archive(work: Work) -> int:
    """The message archive, once a quarter of a minute at most."""
    slot = int(work.now.timestamp() // 15)
    event = PullDue(key=f"pull:archive:{slot}", at=work.now, what="archive")
    return inbox.put(work, [inbox.of_event(event, source="clock", priority=5, lane="pull:archive")])


def kf(work: Work) -> int:
    """Every KF account this app may use, read or not yet; without a token WeCom limits pulling strictly."""
    slot = int(work.now.timestamp() // 300)
    event = PullDue(key=f"pull:kf:{slot}", at=work.now, what="kf_accounts")
    return inbox.put(work, [inbox.of_event(event, source="clock", priority=5)])


def directory(work: Work) -> int:
    """Contacts and groups once a day: in the night of Beijing, or at the first tick after it."""
    local = work.now.astimezone(work.rules.zone)
    if local.hour < NIGHT:
        return 0
    event = PullDue(key=f"pull:directory:{local:%Y%m%d}", at=work.now, what="directory")
    return inbox.put(work, [inbox.of_event(event, source="clock", priority=8)])


def tiers(work: Work) -> int:
    """Everybody re-tiered once a day, after the directory."""
    return _daily(work, NIGHT, "tiers", TierReviewDue)


def tasks(work: Work) -> int:
    """Service tasks of the month, when advisors begin their day."""
    return _daily(work, MORNING, "tasks", ServiceTasksDue)


def follow_ups(work: Work) -> int:
    """Promises to clients that are due today or before, when advisors begin their day."""
    return _daily(work, MORNING, "follow_ups", FollowUpsDue)


def _daily(work: Work, hour: int, name: str, due: type[TierReviewDue | ServiceTasksDue | FollowUpsDue]) -> int:
    """Once on each Beijing day, at that hour or at the first tick after it."""
    local = work.now.astimezone(work.rules.zone)
    if local.hour < hour:
        return 0
    event = due(key=f"{name}:{local:%Y%m%d}", at=work.now, day=local.date().isoformat())
    return inbox.put(work, [inbox.of_event(event, source="clock", priority=8)])


def weekly_report(work: Work) -> int:
    """The week's report, once on Monday morning; a clock that was down all Monday leaves it out."""
    local = work.now.astimezone(work.rules.zone)
    if local.weekday() != 0 or local.hour < MORNING:
        return 0
    event = WeeklyReportDue(key=f"report:{local:%G-W%V}", at=work.now)
    return inbox.put(work, [inbox.of_event(event, source="clock", priority=8)])


def portraits(work: Work) -> int:
    """Portraits drawn anew once a day, after tiers."""
    local = work.now.astimezone(work.rules.zone)
    if local.hour <= NIGHT:
        return 0
    event = PortraitsDue(key=f"portraits:{local:%Y%m%d}", at=work.now)
    return inbox.put(work, [inbox.of_event(event, source="clock", priority=8, lane="portraits")])


def intercepts(work: Work) -> int:
    """WeCom's interception rules against our packs, once a day: a pack may come into force, a colleague may edit."""
    event = InterceptsDue(key=f"intercepts:{work.now.astimezone(work.rules.zone):%Y%m%d}", at=work.now)
    return inbox.put(work, [inbox.of_event(event, source="clock", priority=9)])


def lives(work: Work) -> int:
    """Streams that must be over by now and whose audience nobody has read: callbacks may be lost."""
    recent = LiveStream.starts_at > work.now - timedelta(days=7)
    open_ones = select(LiveStream).where(LiveStream.living_id != "", LiveStream.read_at.is_(None), recent)
    late = [
        one for one in work.session.scalars(open_ones)
        if one.status != "cancelled" and one.starts_at + timedelta(minutes=one.minutes) + GAP < work.now
    ]  # fmt: skip
    events = [LiveOver(key=f"live:over:{one.id}:{work.now:%Y%m%d%H}", at=work.now, live_id=one.id) for one in late]
    return inbox.put(work, [inbox.of_event(one, source="clock", priority=8) for one in events])


def tags(work: Work) -> int:
    """A step of tag comparison while anybody waits for one."""
    if work.session.scalar(select(TagTodo.member_id).limit(1)) is None:
        return 0
    event = TagsDue(key=f"tags:{int(work.now.timestamp() // 60)}", at=work.now)
    return inbox.put(work, [inbox.of_event(event, source="clock", priority=8, lane="tags")])


def gaps(work: Work) -> int:
    """After a time without a clock everything is read again: what rang meanwhile may be lost (docs 92130, 92277)."""
    beat = work.session.get(Heartbeat, "clock:gaps")
    if beat is None or work.now - beat.at < GAP:
        return 0
    work.session.add(Gap(from_at=beat.at, to_at=work.now))
    event = PullDue(key=f"pull:gap:{int(work.now.timestamp())}", at=work.now, what="directory")
    return inbox.put(work, [inbox.of_event(event, source="clock", priority=7)])


def purge(work: Work) -> int:
    """Handled inbox rows after eight days, raw activity after two years, talk after its minutes; no dead letter."""
    work.session.execute(delete(GroupDraft).where(GroupDraft.at < work.now - group_draft.KEPT))
    work.session.execute(delete(Conversation).where(Conversation.changed_at < work.now - FORGET))
    old = delete(Inbound).where(Inbound.state == "done", Inbound.received_at < work.now - KEEP)
    done = work.session.execute(old)
    some = select(Activity.id).where(Activity.at < work.now - RAW).order_by(Activity.at).limit(AT_ONCE)
    work.session.execute(delete(Activity).where(Activity.id.in_(some.scalar_subquery())))
    return int(getattr(done, "rowcount", 0))
