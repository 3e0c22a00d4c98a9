"""Corp tags: read, made, and set on a relation (docs 92117, 92118). Setting a tag twice is setting it once."""

from typing import Any

from sqlalchemy import Row

from bot.carriers.base import Desk, Done
from bot.inbox import of_event
from gateways.wecom.errors import Refused
from models.events.contacts import FriendRemoved
from models.events.portrait import PortraitsDue, TagsListed, TagsMarked
from models.upkeep import AddTags, DrawOn, FetchTags, MarkTags

EXISTS, FULL, NO_TAG, NO_RELATION = 40071, 40126, 40068, 84061


def fetch(action: FetchTags, row: Row[Any], desk: Desk) -> Done:
    """All corp tags."""
    del action
    return _listed(row, desk)


def add(action: AddTags, row: Row[Any], desk: Desk) -> Done:
    """Make tags of a group; whatever came of it (there already, no room), WeCom's list is the truth."""
    try:
        desk.wecom.tags.add(action.group, action.names)
    except Refused as error:
        if error.errcode not in (EXISTS, FULL):
            raise
    return _listed(row, desk, after_adding=True)


def _listed(row: Row[Any], desk: Desk, *, after_adding: bool = False) -> Done:
    tags = tuple((group.name, tag_id, name) for group in desk.wecom.tags.list() for tag_id, name in group.tags)
    event = TagsListed(key=f"tags:{row.id}", at=desk.db.clock(), tags=tags, after_adding=after_adding)
    return Done("", (of_event(event, source="outcome", priority=7, lane="tags"),))


def mark(action: MarkTags, row: Row[Any], desk: Desk) -> Done:
    """Set and take away; a relation WeCom does not know (84061) is lost, a tag it does not know is read again."""
    try:
        desk.wecom.tags.mark(action.employee_id, action.member_id, action.add, action.remove)
    except Refused as error:
        if error.errcode == NO_TAG:
            return _listed(row, desk)
        if error.errcode != NO_RELATION:
            raise
        lost = FriendRemoved(
            key=f"lost:{row.id}", at=desk.db.clock(), employee_id=action.employee_id, member_id=action.member_id,
            source="84061",
        )  # fmt: skip
        return Done("", (of_event(lost, source="outcome", lane=f"to:{action.member_id}"),))
    event = TagsMarked(
        key=f"marked:{row.id}", at=desk.db.clock(), member_id=action.member_id, employee_id=action.employee_id,
        added=action.add, removed=action.remove,
    )  # fmt: skip
    return Done("", (of_event(event, source="outcome", priority=7, lane=f"tags:{action.member_id}"),))


def draw_on(action: DrawOn, row: Row[Any], desk: Desk) -> Done:
    """The next step of drawing portraits, as an event of its own."""
    event = PortraitsDue(key=f"portraits:{row.id}", at=desk.db.clock(), after=action.after)
    return Done("", (of_event(event, source="outcome", priority=8, lane="portraits"),))
