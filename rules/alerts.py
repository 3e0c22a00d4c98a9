"""The advisor signals: which cue in a text, what excuses it, how urgent, which first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

SENTENCE = re.compile(r"[^。！？!?；;\n]+")
PART = "，,、：:"
"""What ends a part of a sentence: "我要投诉，流程是什么" means the complaint and only asks for the procedure."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A signal found. `cue` is what was heard, `rule` the entry of alerts.yaml that heard it."""

    signal: str
    cue: str
    level: str
    sla_minutes: int
    rule: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Guard:
    """What makes a cue harmless. `scope`: where it is looked for (before: directly before the cue)."""

    name: str
    pattern: re.Pattern[str]
    scope: str
    signals: frozenset[str]

    def excuses(self, heard: "Heard") -> bool:
        """Whether the cue means nothing here."""
        if self.scope == "before":
            return re.search(f"(?:{self.pattern.pattern})$", heard.before) is not None
        where = {"text": heard.text, "sentence": heard.sentence}.get(self.scope, heard.part)
        return self.pattern.search(where) is not None


@dataclass(frozen=True, slots=True)
class Heard:
    """A cue with what stands around it."""

    text: str
    sentence: str
    start: int
    end: int

    @property
    def part(self) -> str:
        """The part of the sentence it stands in."""
        begin = max(self.sentence.rfind(mark, 0, self.start) for mark in PART) + 1
        ends = [at for mark in PART if (at := self.sentence.find(mark, self.end)) >= 0]
        return self.sentence[begin : min(ends, default=len(self.sentence))]

    @property
    def before(self) -> str:
        """What leads up to it."""
        return self.sentence[: self.start]


@dataclass(frozen=True)
class Signal:
    """One of the thirteen: its literal cues and patterns, and the guards that bind it."""

    id: str
    level: str
    sla_minutes: int
    entries: tuple[tuple[str, re.Pattern[str]], ...]
    guards: tuple[Guard, ...]

    @cached_property
    def _any(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{pattern.pattern})" for _, pattern in self.entries))

    def find(self, text: str) -> Hit | None:
        """The first cue that nothing excuses."""
        for sentence in SENTENCE.finditer(text):
            for found in self._any.finditer(sentence[0]):
                heard = Heard(text, sentence[0], found.start(), found.end())
                if not any(guard.excuses(heard) for guard in self.guards):
                    return Hit(self.id, found[0], self.level, self.sla_minutes, self._rule(found[0]))
        return None

    def _rule(self, cue: str) -> str:
        return next(name for name, pattern in self.entries if pattern.search(cue))


class Cues:
    """The cue lists of alerts.yaml, in their order of precedence."""

    def __init__(
        self, signals: Sequence[Mapping[str, Any]], order: Sequence[str], guards: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self._names = {str(one["id"]): str(one["name"]) for one in signals}
        self._by_id = {str(one["id"]): one for one in signals}
        self.guards = tuple(
            Guard(str(one["name"]), re.compile(one["pattern"]), str(one["scope"]), frozenset(one["signals"]))
            for one in guards
        )
        self._ranked = [self._signal(name) for name in order if self._by_id.get(name, {}).get("cues")]

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """From alerts.yaml."""
        return cls(data["signals"], data["routing"]["order"], data.get("guards", ()))

    def _signal(self, name: str) -> Signal:
        one = self._by_id[name]
        literal = [str(cue) for cue in one["cues"]]  # YAML reads 12386 as a number
        entries = [(cue, re.compile(re.escape(cue))) for cue in literal]
        entries += [(f"{name}#{at}", re.compile(shape)) for at, shape in enumerate(one.get("patterns", ()), 1)]
        bound = tuple(guard for guard in self.guards if name in guard.signals)
        return Signal(name, str(one["level"]), int(one["sla_minutes"]), tuple(entries), bound)

    def name_of(self, signal: str) -> str:
        """What people call the signal."""
        return self._names.get(signal, signal)

    def guidance_of(self, signal: str) -> str:
        """How to act on it, and how not to."""
        return str(self._by_id.get(signal, {}).get("guidance", ""))

    def terms_of(self, signal: str) -> tuple[str, int]:
        """(level, minutes to answer in). KeyError for a signal nobody defined."""
        one = self._by_id[signal]
        return str(one["level"]), int(one["sla_minutes"])

    def find(self, text: str) -> tuple[Hit, ...]:
        """Signals in the text, most urgent first, one cue each."""
        plain = "".join(text.split())
        return tuple(hit for one in self._ranked if (hit := one.find(plain)) is not None)
