"""Portraits: topics from what people say, tags from rules, and both ways of keeping tags with WeCom, by difference."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from models import portrait
from models.actions import Action, FetchCustomer
from models.activity import ActivityDay
from models.events.contacts import FriendEdited, TagChanged
from models.events.messages import TextReceived
from models.events.portrait import PortraitsDue, TagsDue, TagsListed, TagsMarked
from models.member import Friendship, Member
from models.portrait import MemberTopic, RelationTag, Tag, TagTodo
from models.upkeep import AddTags, DrawOn, FetchTags, MarkTags
from models.work import Work
from rules import portrait as rule

SOME = 200
"""Members a step draws or compares."""
REMEMBERED = timedelta(days=180)
MONTH = timedelta(days=30)


def talked(event: TextReceived, work: Work) -> Iterator[Action]:
    """Note the topics of a customer's text; the text itself is not kept."""
    for topic in work.rules.portraits.topics(event.text) if event.customer else ():
        known = work.session.get(MemberTopic, (event.member_id, topic))
        if known is None:
            work.session.add(MemberTopic(member_id=event.member_id, topic=topic, count=1, last_at=event.at))
        else:
            known.count, known.last_at = known.count + 1, max(known.last_at, event.at)
    yield from ()


def due(event: PortraitsDue, work: Work) -> Iterator[Action]:
    """The next members, drawn anew; and on to those after them. The first step reads WeCom's tags."""
    if not event.after:
        yield FetchTags()
    chosen = select(Member).where(Member.id > event.after).order_by(Member.id).limit(SOME)
    people = list(work.session.scalars(chosen))
    topics = _topics(work, people)
    months = _months(work, people)
    living = set(
        work.session.scalars(
            select(Friendship.member_id).where(
                Friendship.member_id.in_([one.id for one in people]), Friendship.ended_at.is_(None)
            )
        )
    )
    for met in people:
        recent, before = months.get(met.id, (0, 0))
        signs = rule.Signs(
            known_days=rule.days_between(met.first_seen_at, work.now), recent=recent, before=before,
            quiet_days=rule.days_between(met.last_active_at or met.first_seen_at, work.now), contact=met.id in living,
        )  # fmt: skip
        _draw(work, met, signs, topics.get(met.id, {}))
    if len(people) == SOME:
        yield DrawOn(after=people[-1].id)


def _draw(work: Work, met: Member, signs: rule.Signs, topics: dict[str, int]) -> None:
    session, now = work.session, work.now
    risk = rule.churn(signs)
    portrait.give(session, met.id, "tier", {f"tier:{met.tier}": "分层规则"} if met.tier else {}, now)
    portrait.give(session, met.id, "stage", {f"stage:{rule.stage(signs)}": "关系与互动"}, now)
    portrait.give(session, met.id, "churn", {f"churn:{risk.level}": risk.why} if risk.level != "low" else {}, now)
    often = {f"topic:{key}": f"提到 {count} 次" for key, count in topics.items() if count >= work.rules.portraits.least}
    portrait.give(session, met.id, "topic", often, now)


def _topics(work: Work, people: list[Member]) -> dict[str, dict[str, int]]:
    chosen = select(MemberTopic).where(
        MemberTopic.member_id.in_([one.id for one in people]), MemberTopic.last_at >= work.now - REMEMBERED
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for one in work.session.scalars(chosen):
        found[one.member_id][one.topic] = one.count
    return found


def _months(work: Work, people: list[Member]) -> dict[str, tuple[int, int]]:
    """Interactions in the last thirty days and in the thirty before."""
    today = work.now.astimezone(work.rules.zone).date()
    ids = [one.id for one in people]
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for place, (start, end) in enumerate(((today - MONTH, today), (today - 2 * MONTH, today - MONTH))):
        chosen = select(ActivityDay.member_id, func.sum(ActivityDay.count)).where(
            ActivityDay.member_id.in_(ids), ActivityDay.day > start, ActivityDay.day <= end
        )
        for member_id, count in work.session.execute(chosen.group_by(ActivityDay.member_id)):
            found[member_id][place] = int(count)
    return {member_id: (one[0], one[1]) for member_id, one in found.items()}


def listed(event: TagsListed, work: Work) -> Iterator[Action]:
    """WeCom's tags beside our dictionary: ids noted, foreign tags learnt, missing ones made while there is room."""
    known = {one.key: one for one in work.session.scalars(select(Tag))}
    _learn(event, known, work)
    by_name = {(group, name): tag_id for group, tag_id, name in event.tags}
    missing: dict[str, list[str]] = defaultdict(list)
    room = portrait.MOST - len(event.tags)
    for one in work.rules.portraits.tags.values():
        tag = known.get(one.key) or Tag(key=one.key, group=one.group, name=one.name, managed=True, note="")
        work.session.add(tag)
        tag.wecom_id, tag.note = by_name.get((one.group, one.name), ""), ""
        if not tag.wecom_id and room > 0:
            missing[one.group].append(one.name)
            room -= 1
        elif not tag.wecom_id:
            tag.note = f"企业标签已达 {portrait.MOST} 个上限，未创建：请先清理不用的标签"
    for group, names in missing.items():
        if not event.after_adding:
            yield AddTags(group=group, names=tuple(names))


def _learn(event: TagsListed, known: dict[str, Tag], work: Work) -> None:
    """Tags people made in WeCom; one that is gone there has no id here."""
    ours = {(one.group, one.name) for one in work.rules.portraits.tags.values()}
    foreign = {
        f"wecom:{tag_id}": (group, tag_id, name) for group, tag_id, name in event.tags if (group, name) not in ours
    }
    for key, (group, tag_id, name) in foreign.items():
        tag = known.get(key) or Tag(key=key, managed=False, note="")
        tag.group, tag.name, tag.wecom_id = group[:30], name[:30], tag_id
        work.session.add(tag)
    for tag in known.values():
        if not tag.managed and tag.key not in foreign:
            tag.wecom_id = ""


def changed(event: TagChanged, work: Work) -> Iterator[Action]:
    """Somebody changed the corp's tags: read them again."""
    del event, work
    yield FetchTags()


def edited(event: FriendEdited, work: Work) -> Iterator[Action]:
    """An advisor changed remark or tags of a client: read them."""
    del work
    yield FetchCustomer(member_id=event.member_id)


def tags_due(event: TagsDue, work: Work) -> Iterator[Action]:
    """Some members whose tags may differ: what is missing is set, what is too much is taken away."""
    del event
    people = list(work.session.scalars(select(TagTodo.member_id).order_by(TagTodo.member_id).limit(SOME)))
    for member_id in people:
        portrait.follow_wecom(work.session, member_id, work.now)
        employee, add, remove = portrait.difference(work.session, member_id)
        living = work.session.get(Friendship, (member_id, employee)) if employee else None
        if living is not None and living.ended_at is None and (add or remove):
            yield MarkTags(
                member_id=member_id, employee_id=employee, add=tuple(sorted(add)), remove=tuple(sorted(remove))
            )
    work.session.flush()
    portrait.settle(work.session, people)


def marked(event: TagsMarked, work: Work) -> Iterator[Action]:
    """WeCom has them now."""
    session, pair = work.session, (event.member_id, event.employee_id)
    for tag_id in event.added:
        if session.get(RelationTag, (*pair, tag_id)) is None:
            session.add(RelationTag(member_id=pair[0], employee_id=pair[1], tag_id=tag_id))
    for tag_id in event.removed:
        if (known := session.get(RelationTag, (*pair, tag_id))) is not None:
            session.delete(known)
    yield from ()
