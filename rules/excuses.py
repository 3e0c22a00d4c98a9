"""What may excuse forbidden words: negation, warning, report, question — judged from the whole span they stand in."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

CLAUSE = re.compile(r"[，,。；;！!？?\n]")
STOPS = "。！!？?\n"
QUOTES = {"“": "”", "「": "」", "『": "』", "《": "》", '"': '"', "'": "'", "‘": "’"}

Span = tuple[int, int]


def merged(hits: Sequence[Span], plain: str) -> list[Span]:
    """Overlapping or touching hits (in order) as one span: an excuse is judged from where the whole span begins."""
    spans: list[Span] = []
    for start, end in hits:
        if spans and start <= spans[-1][1] + 1 and not CLAUSE.search(plain, spans[-1][1], start):
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans


class Excuses:
    """Negation, warning and (inbound) question frames around a span."""

    def __init__(self, guards: Mapping[str, Any]) -> None:
        negators = "|".join(sorted(map(re.escape, guards["direct_negation"]["negators"]), key=len, reverse=True))
        self._negated = re.compile(f"(?:{negators}){guards['direct_negation']['filler']}$")
        self._blockers = tuple(guards["negation_blockers"])
        self._before, self._after = tuple(guards["warning_frames"]["before"]), tuple(guards["warning_frames"]["after"])
        self._breakers = tuple(guards["warning_frame_breakers"])
        self._reported = tuple(guards["before_in_only"])
        self._question = tuple(guards["member_question"]["markers"])
        self._tails = tuple(guards["member_question"]["tail_markers"])

    def __call__(self, plain: str, span: Span, guard: str, direction: str) -> bool:
        """Whether the words in the span are excused. `guard` none: never; q: a member's question counts too."""
        if guard == "none":
            return False
        start, end = span
        left = max((match.end() for match in CLAUSE.finditer(plain, 0, start)), default=0)
        stop = CLAUSE.search(plain, end)
        right = stop.end() if stop else len(plain)
        clause = plain[left:right]
        if not _any(self._breakers, clause) and self._framed(plain, (left, start, end, right), direction):
            return True
        asks = _any(self._question, clause) or clause.rstrip("，,。；;！!？?\n ").endswith(self._tails)
        return guard == "q" and direction == "in" and asks

    def _framed(self, plain: str, at: tuple[int, int, int, int], direction: str) -> bool:
        left, start, end, right = at
        before, after = plain[left:start], plain[end:right]
        if self._negated.search(before) and not _any(self._blockers, before):
            return True
        if _any(self._before, before) or _any(self._after, after):
            return True
        if direction == "in" and _any(self._reported, before):
            return True
        first = max(plain.rfind(mark, 0, start) for mark in STOPS) + 1
        colon = max(plain.rfind("：", first, start), plain.rfind(":", first, start))
        if colon > 0 and _any(self._before, plain[first:colon]):
            return True
        return self._quoted(plain, (first, start, end))

    def _quoted(self, plain: str, at: tuple[int, int, int]) -> bool:
        """Somebody else's words in quotation marks, in a sentence that warns somewhere."""
        first, start, end = at
        last = min((place for mark in STOPS if (place := plain.find(mark, end)) >= 0), default=len(plain))
        opened = max(plain.rfind(mark, first, start + 1) for mark in QUOTES)
        if opened < 0:
            return False
        closed = plain.find(QUOTES[plain[opened]], max(opened + 1, end))
        if not 0 <= closed <= last:
            return False
        sentence = plain[first:opened] + plain[closed + 1 : last]
        return _any(self._before, sentence) or _any(self._after, sentence)


def _any(words: Sequence[str], text: str) -> bool:
    return any(word in text for word in words)
