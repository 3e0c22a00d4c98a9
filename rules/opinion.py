"""Public opinion about the company: what a text is about, how grave it is, and by when each step must be done."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from rules.sentiment import Feeling
from rules.trading_calendar import TradingCalendar
from rules.working_hours import Hours

LEVELS = ("S1", "S2", "S3", "S4")
STEPS = {
    "reply": "首次回应", "facts": "核实事实", "wording": "拟定口径", "answer": "正式答复", "progress": "书面进展",
    "review": "复盘",
}  # fmt: skip
NEGATIVE = 0.6
"""Probability from which a text about the company counts as negative."""
STRONG = re.compile("骗|坑|垃圾|倒闭|跑路|黑心|无耻|恶心")
LOUD = re.compile("媒体|曝光|集体|记者|热搜")
HARMLESS = re.compile(
    "新闻|报道|案例|课上|课件|课程|讲到|讲的|考试|测验|模拟|警惕|谨防|小心骗|游戏|电视剧|电影|小说|修好了|恢复了|好了吗谢谢"
    "|(?:没有|不会|不是).{0,3}(?:崩|卡|问题)"
)
MANY, AUTHORS = 5, 3
"""Messages or people on one topic in half an hour (alerts.yaml opinion.scoring.volume)."""
WINDOW = timedelta(minutes=30)
SHARE, SHARE_OF = 0.30, 10
"""Share of negative messages in a chat of at least so many messages in the window."""
LARGE = 200
"""People in a group from which anything said there carries further."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Something said about the company: its topic, the level its words have by themselves (or none), how negative."""

    topic: str
    level: str
    cue: str
    negative: float


@dataclass(frozen=True, slots=True)
class Weight:
    """What is around a mention: messages and authors on its topic in the window, its chat's size and negative share."""

    messages: int
    authors: int
    group_size: int
    share: float
    loud: bool
    in_hand: bool
    """Its only author already has an open alert with an advisor."""


class Opinion:
    """The opinion section of alerts.yaml."""

    def __init__(self, data: Mapping[str, Any], calendar: TradingCalendar) -> None:
        self._cues = [(str(one["level"]), str(cue)) for one in data["severity"] for cue in one["cues"]]
        self._names = {str(one["level"]): str(one["name"]) for one in data["severity"]}
        self._notify = {str(one["level"]): tuple(map(str, one["notify"])) for one in data["severity"]}
        self._topics = [(str(name), re.compile(shape)) for name, shape in data["topics"].items()]
        self._minutes: Mapping[str, Mapping[str, float]] = data["clock"]["minutes"]
        self._hours = {level: Hours.load(str(text), calendar) for level, text in data["clock"]["hours"].items()}

    @classmethod
    def load(cls, data: Mapping[str, Any], calendar: TradingCalendar) -> Self:
        """From alerts.yaml."""
        return cls(data["opinion"], calendar)

    def mention(self, text: str, feeling: Feeling) -> Mention | None:
        """What the text says about the company, if anything bad."""
        plain = "".join(text.split())
        if HARMLESS.search(plain):
            return None
        level, cue = next(((level, cue) for level, cue in self._cues if cue in plain), ("", ""))
        topic = next((name for name, shape in self._topics if shape.search(plain)), "其他" if cue else "")
        if not topic or not (cue or feeling.negative >= NEGATIVE):
            return None
        return Mention(topic, level, cue, feeling.negative)

    def name_of(self, level: str) -> str:
        """重大, 较大, 一般, 关注."""
        return self._names.get(level, level)

    def notify(self, level: str) -> tuple[str, ...]:
        """Whom a level concerns, by function."""
        return self._notify[level]

    def steps(self, level: str) -> Sequence[str]:
        """The steps of the workflow, in order."""
        return tuple(self._minutes[level])

    def due(self, level: str, step: str, since: datetime) -> datetime:
        """By when a step must be done, counted in the hours of its level; a review always in working hours."""
        hours = self._hours["review" if step == "review" else level]
        return hours.after(since, timedelta(minutes=float(self._minutes[level][step])))


def level_of(found: Mention, weight: Weight) -> str:
    """The level of an incident, or nothing while it is none (alerts.yaml opinion.scoring).

    Words decide the base; without any it takes volume or a negative share to make an S3. Volume, influence and
    strong words each raise by one; a single author who is being looked after lowers by one.
    """
    volume = weight.messages >= MANY or weight.authors >= AUTHORS
    heavy = weight.share >= SHARE
    if not found.level:
        return "S3" if volume or heavy else ""
    raised = volume + (weight.group_size >= LARGE or weight.loud) + heavy
    lowered = weight.authors <= 1 and weight.in_hand
    at = LEVELS.index(found.level) - raised + lowered
    return LEVELS[min(max(at, 0), len(LEVELS) - 1)]


def graver(one: str, other: str) -> str:
    """The graver of two levels."""
    return min(one, other, key=LEVELS.index)
