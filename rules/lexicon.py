"""The rules of the lexicon in two searchable sets: words and patterns, found in one pass and few tries."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import ahocorasick_rs

from rules.factors import factors
from rules.packs import Pack

STOP = re.compile(r"[。！!？?\n]")
SENTENCE = re.compile(r"[^。！!？?\n]+")

SHORT = 120
"""Letters up to which a text is searched as one."""

Found = list[tuple[int, int, "Rule"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of compliance_lexicon.tsv. `guard`: which excuses count (none, neg, q)."""

    id: str
    pattern: str
    type: str
    category: str
    severity: str
    scope: str
    guard: str
    reason: str
    rewrite: str
    basis: str
    pack: Pack

    @classmethod
    def load(cls, row: Mapping[str, str], pack: Pack) -> Self:
        """From a row of the file."""
        return cls(**{name: row[name] for name in cls.__slots__ if name != "pack"}, pack=pack)

    def in_force(self, on: date | None) -> bool:
        """Whether its pack binds on a day."""
        return self.pack.in_force(on)


class Words:
    """Rules ready to search a text with: literals by automaton, patterns only where all their factors occur."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._literal: dict[str, list[Rule]] = defaultdict(list)
        self._patterns: list[tuple[re.Pattern[str], Rule, int]] = []
        self._waiting: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._always: list[int] = []
        for rule in rules:
            if rule.type == "lit":
                self._literal[rule.pattern].append(rule)
            else:
                self._add(rule, _spelled(rule.pattern) if rule.type == "py" else rule.pattern)
        words = sorted({*self._literal, *self._waiting})
        self._of = [(self._literal.get(word, []), self._waiting.get(word, [])) for word in words]
        self._automaton = ahocorasick_rs.AhoCorasick(words or ["\0"])

    def _add(self, rule: Rule, pattern: str) -> None:
        number, needed = len(self._patterns), factors(pattern)
        self._patterns.append((re.compile(pattern), rule, (1 << len(needed)) - 1))
        if not needed:
            self._always.append(number)
        for bit, words in enumerate(needed):
            for word in words:
                self._waiting[word].append((number, 1 << bit))

    def find(self, text: str) -> Found:
        """(start, end, rule) of every hit, unordered. No hit of a pattern crosses the end of a sentence."""
        if len(text) <= SHORT:
            return self._find(text, 0)
        return [hit for one in SENTENCE.finditer(text) for hit in self._find(one.group(), one.start())]

    def _find(self, text: str, at: int) -> Found:
        found: Found = []
        seen: dict[int, int] = dict.fromkeys(self._always, 0)
        for word, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            literal, waiting = self._of[word]
            for rule in literal:
                found.append((at + start, at + end, rule))
            for number, bit in waiting:
                seen[number] = seen.get(number, 0) | bit
        for number, bits in seen.items():
            pattern, rule, full = self._patterns[number]
            if bits == full or not full:
                hits = _within_sentences(pattern, text)
                found += [(at + start, at + end, rule) for start, end in hits if end > start]
        return found


def about_disguises(rules: Sequence[Rule], disguises: Sequence[str]) -> Words:
    """Rules whose own pattern the normaliser would rewrite: they search the text before that (and after it too)."""
    return Words([one for one in rules if any(word in one.pattern for word in disguises)])


def _within_sentences(pattern: re.Pattern[str], plain: str) -> list[tuple[int, int]]:
    """Where a pattern matches; one that ran across a full stop is matched again, sentence by sentence."""
    matches = list(pattern.finditer(plain))
    if any(STOP.search(match.group()) for match in matches):
        matches = [found for one in SENTENCE.finditer(plain) for found in pattern.finditer(plain, *one.span())]
    return [match.span() for match in matches]


def _spelled(pinyin: str) -> str:
    """Pinyin as a word of its own, with or without gaps: baoben, bao ben, b-a-o-b-e-n."""
    gapped = re.sub(r"(?<=[a-z])(?=[a-z])", "[ ._*·-]?", pinyin)
    return f"(?<![a-z])(?:{gapped})(?![a-z])"
