"""Interception rules made equal to what is wanted: by comparing with WeCom's own list, so a repeat changes nothing."""

from typing import Any

from sqlalchemy import Row

from bot.carriers.base import Desk, Done
from bot.inbox import of_event
from models.events.members import InterceptsKept
from models.upkeep import KeepIntercepts
from rules.intercept import PREFIX


def keep(action: KeepIntercepts, row: Row[Any], desk: Desk) -> Done:
    """Add, change and take away; other people's rules are not touched."""
    known = {name: rule_id for rule_id, name in desk.wecom.intercepts.list() if name.startswith(PREFIX)}
    wanted = {name: (kind, words) for name, kind, words in action.rules}
    changed = [name for name, rule in wanted.items() if _put(name, *rule, known, desk)]
    for name in known.keys() - wanted.keys():
        desk.wecom.intercepts.delete(known[name])
        changed.append(name)
    rules = tuple((name, known[name], *rule) for name, rule in wanted.items())
    event = InterceptsKept(key=f"intercepts:{row.id}", at=desk.db.clock(), rules=rules, changed=tuple(changed))
    return Done("", (of_event(event, source="outcome", priority=8),))


def _put(name: str, kind: int, words: tuple[str, ...], known: dict[str, str], desk: Desk) -> bool:
    """Whether something had to be done; `known` learns the id of a new rule."""
    if name not in known:
        known[name] = desk.wecom.intercepts.add(name, kind, words)
        return True
    there = desk.wecom.intercepts.get(known[name])
    if (there.get("intercept_type"), sorted(there.get("word_list") or ())) == (kind, sorted(words)):
        return False
    desk.wecom.intercepts.update(known[name], name, kind, words)
    return True
