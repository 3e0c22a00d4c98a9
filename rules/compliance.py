"""Lint of words going out or heard: forbidden promises and the like, each finding with rule, reason, law and rewrite.

A lexicon is a floor, not a gate: for outbound text an excuse (negation, warning) only lowers a finding to review, it
never clears it (13 of 20 sentences written to abuse excuses passed otherwise; compliance sheet 5).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import ahocorasick_rs

from rules.normalise import Normaliser

SEVERITY = {"warn": 0, "review": 1, "block": 2}
VERDICTS = ("send", "review", "block")
CLAUSE = re.compile(r"[，,。；;！!？?\n]")
STOP = re.compile(r"[。！!？?\n]")
SENTENCE = re.compile(r"[^。！!？?\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One hit. `span` is the place in the original text."""

    rule: str
    category: str
    severity: str
    span: tuple[int, int]
    text: str
    reason: str
    rewrite: str
    basis: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """send, review or block, with everything found."""

    verdict: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    id: str
    category: str
    severity: str
    scope: str
    guard: str
    reason: str
    rewrite: str
    basis: str


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    rule: _Rule


class Lexicon:
    """All rules compiled: literals in one automaton, patterns each for itself."""

    def __init__(self, rows: Sequence[Mapping[str, str]], variants: Mapping[str, Any]) -> None:
        self._normalise = Normaliser(variants)
        self._literal: list[_Rule] = []
        words: list[str] = []
        self._patterns: list[tuple[re.Pattern[str], _Rule]] = []
        for row in rows:
            rule = _Rule(**{name: row[name] for name in _Rule.__slots__})
            if row["type"] == "lit":
                words.append(row["pattern"])
                self._literal.append(rule)
            else:
                pattern = _spelled(row["pattern"]) if row["type"] == "py" else row["pattern"]
                self._patterns.append((re.compile(pattern), rule))
        self._automaton = ahocorasick_rs.AhoCorasick(words)
        self._excuse = _Excuses(variants["guards"])
        self._known = lru_cache(maxsize=4096)(self._judge)

    @classmethod
    def load(cls, rows: Sequence[Mapping[str, str]], variants: Mapping[str, Any]) -> Self:
        """From compliance_lexicon.tsv and lexicon_variants.yaml."""
        return cls(rows, variants)

    def lint(self, text: str, direction: str = "out") -> Verdict:
        """The verdict on a text going `out` or coming `in`; the same text again costs nothing."""
        return self._known(text, direction)

    def _judge(self, text: str, direction: str) -> Verdict:
        plain, places = self._normalise(text)
        hits = [hit for hit in self._hits(plain) if hit.rule.scope in ("both", direction)]
        spans = _merged(hits, plain)
        findings, worst = [], 0
        for hit in hits:
            start, end = next(span for span in spans if span[0] <= hit.start and hit.end <= span[1])
            severity = hit.rule.severity
            if self._excuse(plain, start, end, hit.rule.guard, direction):
                if direction == "in" or severity == "warn":
                    continue
                severity = "review"
            worst = max(worst, SEVERITY[severity])
            findings.append(_finding(hit, severity, text, places))
        return Verdict(VERDICTS[worst], tuple(findings))

    def _hits(self, plain: str) -> list[_Hit]:
        found = [
            _Hit(start, end, self._literal[at])
            for at, start, end in self._automaton.find_matches_as_indexes(plain, overlapping=True)
        ]
        for pattern, rule in self._patterns:
            found += [_Hit(start, end, rule) for start, end in _within_sentences(pattern, plain) if end > start]
        return sorted(found, key=lambda hit: (hit.start, hit.end))


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


def _finding(hit: _Hit, severity: str, text: str, places: Sequence[int]) -> Finding:
    start, end = places[hit.start], places[hit.end - 1] + 1
    rule = hit.rule
    return Finding(
        rule=rule.id, category=rule.category, severity=severity, span=(start, end), text=text[start:end],
        reason=rule.reason, rewrite=rule.rewrite, basis=rule.basis,
    )  # fmt: skip


def _merged(hits: Sequence[_Hit], plain: str) -> list[list[int]]:
    """Overlapping or touching hits as one span: an excuse is judged from where the whole span begins."""
    spans: list[list[int]] = []
    for hit in hits:
        if spans and hit.start <= spans[-1][1] + 1 and not CLAUSE.search(plain, spans[-1][1], hit.start):
            spans[-1][1] = max(spans[-1][1], hit.end)
        else:
            spans.append([hit.start, hit.end])
    return spans


class _Excuses:
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

    def __call__(self, plain: str, start: int, end: int, guard: str, direction: str) -> bool:
        if guard == "none":
            return False
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
        sentence = max(plain.rfind(mark, 0, start) for mark in "。！!？?\n") + 1
        colon = max(plain.rfind("：", sentence, start), plain.rfind(":", sentence, start))
        return colon > 0 and _any(self._before, plain[sentence:colon])


def _any(words: Sequence[str], text: str) -> bool:
    return any(word in text for word in words)
