"""What a portrait is drawn from: topics people speak of, the stage of the relation, the risk of losing somebody."""

import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class TagName:
    """A tag of the dictionary: `key` is ours and stays, group and name are what people see in WeCom."""

    key: str
    group: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What is known of a member's activity. Days since; counts of interactions in 30 and in the 30 days before."""

    known_days: int
    quiet_days: int
    recent: int
    before: int
    contact: bool


@dataclass(frozen=True, slots=True)
class Risk:
    """0-100, the level people see, and why."""

    score: int
    level: str
    why: str


@dataclass(frozen=True, slots=True)
class Portraits:
    """The dictionary and its rules (config/data/portrait.yaml)."""

    tags: Mapping[str, TagName]
    words: Mapping[str, str]
    least: int
    appetite: Mapping[str, float]
    styles_of: Mapping[str, str]
    _cutter: list[Any] = field(default_factory=list, compare=False)

    @classmethod
    def load(cls, data: Mapping[str, Any], tiers: Mapping[str, str]) -> Self:
        """From portrait.yaml and the names of tiers."""
        groups = {one["key"]: str(one["name"]) for one in data["groups"]}
        topics = data["topics"]["entries"]
        named = [("tier", code, name) for code, name in tiers.items() if code != "U"]
        named += [("topic", one["key"], one["name"]) for one in topics]
        for kind, source in (("stage", "stages"), ("churn", "churn"), ("style", "styles")):
            named += [(kind, key, name) for key, name in data[source].items()]
        return cls(
            tags={f"{kind}:{key}": TagName(f"{kind}:{key}", groups[kind], str(name)) for kind, key, name in named},
            words={str(word).lower(): str(one["key"]) for one in topics for word in one["words"]},
            least=int(data["topics"]["least"]),
            appetite={str(one["key"]): float(one["appetite"]) for one in topics},
            styles_of={str(key): str(value) for key, value in data["questionnaire"].items()},
        )

    def topics(self, text: str) -> tuple[str, ...]:
        """Keys of the topics a text speaks of, each once, in order. The longest known words win (jieba's best path)."""
        found = (self.words.get(word) for word in self._cut(text.lower()))
        return tuple(dict.fromkeys(key for key in found if key))

    def _cut(self, text: str) -> list[str]:
        """Jieba over the finance dictionary alone: a hundred words load in a millisecond, its own takes a second."""
        if not self._cutter:
            import jieba  # a tenth of a second, for the first text only

            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "finance.txt"
                path.write_text("".join(f"{word} {10 ** len(word)}\n" for word in self.words), encoding="utf-8")
                jieba.setLogLevel(logging.WARNING)  # it says on stderr that it has begun
                cutter = jieba.Tokenizer(str(path))
                cutter.tmp_dir = folder
                cutter.initialize()
            self._cutter.append(cutter)
        return list(self._cutter[0].cut(text, HMM=False))


def stage(signs: Signs) -> str:
    """new, growing, mature, fading, asleep or lost."""
    if not signs.contact and signs.quiet_days > 30:
        return "lost"
    if signs.known_days <= 14:
        return "new"
    if signs.quiet_days > 60:
        return "asleep"
    if signs.recent * 2 < signs.before:
        return "fading"
    return "mature" if signs.known_days > 90 and signs.recent >= 5 else "growing"


def churn(signs: Signs) -> Risk:
    """The risk of losing somebody: silence, a fall in interactions, a contact that ended. Each point has its reason."""
    parts = [
        (min(40, signs.quiet_days), f"{signs.quiet_days} 天没有互动" if signs.quiet_days >= 7 else ""),
        (_fall(signs), f"近 30 天互动 {signs.recent} 次，之前 30 天 {signs.before} 次" if _fall(signs) else ""),
        (0 if signs.contact else 30, "" if signs.contact else "已不是任何顾问的联系人"),
    ]
    score = min(100, sum(points for points, _ in parts))
    level = "high" if score >= 60 else "medium" if score >= 30 else "low"
    return Risk(score, level, "；".join(why for points, why in parts if points and why) or "互动正常")


def _fall(signs: Signs) -> int:
    if signs.before < 3 or signs.recent >= signs.before:
        return 0
    return round(30 * (1 - signs.recent / signs.before))


def days_between(earlier: datetime | None, later: datetime) -> int:
    """Whole days; a long time for never."""
    return max(0, (later - earlier).days) if earlier is not None else 999
