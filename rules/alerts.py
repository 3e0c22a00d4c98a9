"""The advisor signals: which cue in a text, how urgent, which first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

ASKING_FOR_OTHERS = re.compile(
    r"(?:我爸|我妈|我朋友|同事|别人|人家|邻居|亲戚).{0,6}(?:问|想知道)|(?:流程|步骤|手续|材料)是?(?:什么|啥|哪些)"
)
"""Asking how something is done, or for somebody else, is not meaning to do it (alerts.yaml false_friends)."""
SOFT = frozenset({"AL-CHURN", "AL-DUE", "AL-LARGE-IN"})
"""Signals that a question about procedure does not raise; a crisis or fraud cue always does."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A signal found."""

    signal: str
    cue: str
    level: str
    sla_minutes: int


class Cues:
    """The cue lists of alerts.yaml, in their order of precedence."""

    def __init__(self, signals: Sequence[Mapping[str, Any]], order: Sequence[str]) -> None:
        self._names = {str(one["id"]): str(one["name"]) for one in signals}
        by_id = {str(one["id"]): one for one in signals}
        self._ranked = [by_id[name] for name in order if name in by_id and by_id[name].get("cues")]

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """From alerts.yaml."""
        return cls(data["signals"], data["routing"]["order"])

    def name_of(self, signal: str) -> str:
        """What people call the signal."""
        return self._names.get(signal, signal)

    def find(self, text: str) -> tuple[Hit, ...]:
        """Signals in the text, most urgent first, one cue each."""
        plain = "".join(text.split())
        asking = ASKING_FOR_OTHERS.search(plain) is not None
        hits = []
        for one in self._ranked:
            if asking and one["id"] in SOFT:
                continue
            cue = next((str(cue) for cue in one["cues"] if str(cue) in plain), None)  # YAML reads 12386 as a number
            if cue is not None:
                hits.append(Hit(str(one["id"]), cue, str(one["level"]), int(one["sla_minutes"])))
        return tuple(hits)
