"""Which FAQ entry a text asks for: character 1-2-grams, background IDF, and a veto against the opposite meaning.

Characters beat jieba words on real questions by 5-10 points (measured); IDF from general chatter, not only from the
small base, keeps everyday words from counting. Silence beats a wrong answer, so thresholds rise with the audience.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as the matcher sees it."""

    id: str
    question: str
    paraphrases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """answer | clarify | silent | handoff, with the best entries and their scores in 0..1."""

    kind: str
    entry_id: str
    score: float
    candidates: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """From `answer` up it answers, from `clarify` up it asks back, `margin` ahead of the next entry."""

    answer: float
    clarify: float
    margin: float


THRESHOLDS: dict[str, Threshold] = {
    "private": Threshold(answer=0.58, clarify=0.36, margin=0.04),
    "mention": Threshold(answer=0.62, clarify=0.42, margin=0.05),
    "group": Threshold(answer=0.74, clarify=2.0, margin=0.06),
}
CHOICES = 3
HANDOFF = re.compile(
    r"^(?:请|麻烦|帮我|给我|我|要|想|需要)*"
    r"(?:(?:转接|转|找|换|接|联系)?(?:一下|一个|个|到)?(?:人工|真人)(?:客服|服务|坐席)?|(?:转接|转|找|联系)客服)"
    r"(?:吧|谢谢)?$"
)
OPPOSITES: tuple[tuple[str, str], ...] = (
    ("开户", "销户"), ("入金", "出金"), ("转入", "转出"), ("申购", "赎回"), ("买入", "卖出"),
    ("开通", "关闭"), ("开通", "取消"), ("绑定", "解绑"), ("上市", "退市"), ("融资", "融券"),
    ("开通", "注销"), ("开户", "注销"),
)  # fmt: skip


class Matcher:
    """Built once per published base; `decide` is pure and quick."""

    def __init__(self, entries: Sequence[Entry], idf: dict[str, float], unseen: float) -> None:
        self._idf = idf
        self._unseen = unseen
        self._rows: list[tuple[str, str, str]] = []
        self._index: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for entry in entries:
            question = clean(entry.question)
            for phrase in (entry.question, *entry.paraphrases):
                text = clean(phrase)
                if text:
                    self._add(entry.id, text, question)

    def _add(self, entry_id: str, text: str, question: str) -> None:
        row = len(self._rows)
        self._rows.append((entry_id, text, question))
        for gram, weight in self._vector(text).items():
            self._index[gram].append((row, weight))

    def _vector(self, text: str) -> dict[str, float]:
        weights = {
            gram: (1 + math.log(count)) * self._idf.get(gram, self._unseen) for gram, count in _grams(text).items()
        }
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {gram: weight / norm for gram, weight in weights.items()}

    def scores(self, text: str, most: int | None = None) -> list[tuple[str, float]]:
        """Entries by their best phrasing, best first; at most `most` of them."""
        cleaned = clean(text)
        sums: dict[int, float] = defaultdict(float)
        for gram, weight in self._vector(cleaned).items():
            for row, other in self._index.get(gram, ()):
                sums[row] += weight * other
        best: dict[str, float] = {}
        for row in sorted(sums, key=lambda row: (-sums[row], self._rows[row][0])):
            entry_id, phrase, question = self._rows[row]
            if entry_id not in best and not _opposed(cleaned, phrase, question):
                best[entry_id] = min(sums[row], 1.0)
                if len(best) == most:
                    break
        return list(best.items())

    def decide(self, text: str, channel: str) -> Decision:
        """What to do with a text heard in a private chat, a group, or a group with @."""
        cleaned = clean(text)
        if HANDOFF.match(cleaned) and channel != "group":
            return Decision(kind="handoff", entry_id="", score=1.0, candidates=())
        found = self.scores(text, CHOICES) if cleaned else []
        if not found:
            return Decision(kind="silent", entry_id="", score=0.0, candidates=())
        limit, (entry_id, score) = THRESHOLDS[channel], found[0]
        ahead = score - (found[1][1] if len(found) > 1 else 0.0)
        top = tuple(found)
        if score >= limit.answer and ahead >= limit.margin:
            return Decision(kind="answer", entry_id=entry_id, score=score, candidates=top)
        if score >= limit.clarify:
            return Decision(kind="clarify", entry_id="", score=score, candidates=top)
        return Decision(kind="silent", entry_id="", score=score, candidates=top)


def build(entries: Sequence[Entry], background: Iterable[str]) -> Matcher:
    """A matcher over a base; `background` is everyday talk whose words must not count for much."""
    documents = [set(_grams(clean(line))) for line in background]
    documents += [set(_grams(clean(phrase))) for entry in entries for phrase in (entry.question, *entry.paraphrases)]
    seen = Counter(gram for document in documents for gram in document)
    total = max(1, len(documents))
    idf = {gram: math.log((1 + total) / (1 + count)) + 1 for gram, count in seen.items()}
    return Matcher(entries, idf, math.log(1 + total) + 1)


def _grams(text: str) -> Counter[str]:
    grams = Counter(text)
    grams.update(text[at : at + 2] for at in range(len(text) - 1))
    return grams


def _opposed(asked: str, phrase: str, question: str) -> bool:
    """One says 开户, the other 销户: never the same question, however alike the rest.

    A phrase that names neither stands for its entry's question: “创业板权限怎么弄” is an entry about 开通.
    """
    for one, other in OPPOSITES:
        told = phrase if one in phrase or other in phrase else question
        if _side(asked, one, other) * _side(told, one, other) < 0:
            return True
    return False


def _side(text: str, one: str, other: str) -> int:
    return (one in text) - (other in text)
