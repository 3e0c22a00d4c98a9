"""Whom a push is for, as operators write it: conditions joined by `&`, all of which must hold.

groups:all                      every customer group            groups:wrA,wrB        these groups
tier:S,A                        persons of these tiers          advisor:adv01         whose advisor is one of these
in:wrA                          who is in this group            active:message>=3/30d at least 3 messages in 30 days
silent:60d                      not active for 60 days          joined:7d             known for at most 7 days
list:12                         an uploaded list                cohort:0-10           this tenth, by a stable hash
missed:3                        signed up for live 3 and did not come     watched:3   came
tag:稳健型,长期投资              has one of these tags (portraits are tags too)
day:3                           first seen three Beijing days ago: the lessons of a course
moments:all                     the moments of every advisor     moments:adv01,adv02   of these
staff:all                       all colleagues, by the app      staff:advisor,manager   of these roles
robots:all                      the internal group of every robot   robots:晨会群       of this one
reached:7                       whoever got plan 7, groups or persons, perhaps with more conditions on persons
"""

import hashlib
import re
from dataclasses import dataclass

_ACTIVE = re.compile(r"(\w+)(>=|<)(\d{1,5})/(\d{1,3})d")
_DAYS = re.compile(r"(\d{1,4})d")
_NUMBER = re.compile(r"[0-9]{1,9}")
_RANGE = re.compile(r"(\d{1,3})-(\d{1,3})")


OPEN = ("moments", "staff", "robots")
"""Kinds that name no customer: advisors' moments, colleagues, internal groups."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`kind` and its words; for active: (activity, sign, count, days)."""

    kind: str
    words: tuple[str, ...]


def parse(text: str) -> tuple[Condition, ...]:
    """The conditions of an audience. ValueError tells operators which one is wrong and how it should look."""
    found = tuple(_condition(part.strip()) for part in text.split("&"))
    if len(found) > 1 and any(one.kind == "groups" for one in found):
        raise ValueError(f"“{text}”：按群推送不能再加按人的条件；要按人筛选群成员，请写 in:群编号")
    if len(found) > 1 and any(one.kind in OPEN for one in found):
        raise ValueError(f"“{text}”：朋友圈、内部通知和群机器人要单独写，不能再加按人的条件")
    return found


def _condition(text: str) -> Condition:
    kind, _, rest = text.partition(":")
    words = tuple(word.strip() for word in rest.split(",") if word.strip())
    if kind == "active" and (active := _ACTIVE.fullmatch(rest)):
        return Condition(kind, active.groups())
    if kind in ("silent", "joined") and (days := _DAYS.fullmatch(rest)):
        return Condition(kind, (days[1],))
    if kind == "cohort" and (span := _RANGE.fullmatch(rest)) and int(span[1]) < int(span[2]) <= 100:  # noqa: PLR2004 per cent
        return Condition(kind, span.groups())
    if kind == "all" and not rest:
        return Condition("all", ())
    if kind in ("list", "reached", "missed", "watched", "day") and _NUMBER.fullmatch(rest):
        return Condition(kind, (rest,))
    if kind in ("groups", "tier", "tag", "advisor", "in", *OPEN) and words:
        return Condition(kind, words)
    raise ValueError(
        f"接收对象“{text}”无法识别：应形如 groups:all、groups:群编号、tier:S,A、tag:标签、advisor:工号、in:群编号、"
        "active:message>=3/30d、silent:60d、joined:7d、day:3、list:名单编号、reached:推送编号、"
        "missed:直播编号、watched:直播编号、cohort:0-10 或 all，用 & 连接；"
        "或单独一个 moments:all、staff:all、robots:all"
    )


def share_of(salt: str, person: str) -> int:
    """0..99, the same for ever for a salt and a person: random cohorts and hold-outs that need no table."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{person}".encode()).digest()[:4]) % 100


_SAID = {
    "groups": "群 {}", "tier": "{} 层成员", "tag": "有标签 {} 的成员",
    "advisor": "顾问 {} 的客户", "in": "群 {} 里的成员",
    "silent": "{} 天没有互动", "joined": "近 {} 天加入",
    "day": "加入后第 {} 天的成员", "list": "名单 {}", "reached": "收到过推送 #{} 的对象",
    "missed": "预约了直播 #{} 却没有看的成员", "watched": "看过直播 #{} 的成员",
    "all": "全部成员", "moments": "顾问 {} 的朋友圈", "staff": "同事（{}）", "robots": "内部群机器人 {}",
}  # fmt: skip
EVERY = {
    "groups": "全部客户群", "moments": "全部顾问的朋友圈", "staff": "全体同事", "robots": "全部内部群机器人",
}  # fmt: skip


def in_words(text: str) -> str:
    """An audience as people say it: S、A 层成员，近 7 天加入. A text that is none comes back as it is."""
    try:
        return "，".join(_in_words(one) for one in parse(text))
    except ValueError:
        return text


def _in_words(one: Condition) -> str:
    if one.words == ("all",) and one.kind in EVERY:
        return EVERY[one.kind]
    if one.kind == "active":
        activity, sign, count, days = one.words
        return f"近 {days} 天{activity} {'至少' if sign == '>=' else '少于'} {count} 次"
    if one.kind == "cohort":
        return f"随机 {int(one.words[1]) - int(one.words[0])}%（{one.words[0]}–{one.words[1]}）"
    return _SAID[one.kind].format("、".join(one.words))
