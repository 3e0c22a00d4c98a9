"""Lint of words going out or heard: forbidden promises and the like, each finding with rule, reason, law and rewrite.

Two layers. The lexicon names what it finds. The reader of wordings (`rules.wording`) judges whole sentences and finds
what no keyword names. An excuse (negation, warning) only lowers a finding of outbound text to review (13 of 20
sentences written to abuse excuses passed otherwise; compliance sheet 5); the second layer, trained on such abuses, may
then say that the text does warn: both keys are needed, and the finding stays on record as `warn`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Self

from rules.excuses import Excuses, merged
from rules.lexicon import Rule, Words, about_disguises
from rules.normalise import Normaliser
from rules.packs import Pack, pack_of
from rules.wording import Wording

SEVERITY = {"warn": 0, "review": 1, "block": 2}
VERDICTS = ("send", "review", "block")
MASK = "■"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One hit. `span` is the place in the original text; `pack` the rule pack and its version."""

    rule: str
    category: str
    severity: str
    span: tuple[int, int]
    text: str
    reason: str
    rewrite: str
    basis: str
    pack: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """send, review or block, with everything found."""

    verdict: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    rule: Rule


class Lexicon:
    """All rules compiled, and the second layer behind them."""

    def __init__(
        self,
        rows: Sequence[Mapping[str, str]],
        variants: Mapping[str, Any],
        packs: Sequence[Pack] = (),
        wording: Wording | None = None,
    ) -> None:
        self._normalise = Normaliser(variants)
        self.packs = tuple(packs)
        self.rules = tuple(rules := [Rule.load(row, pack_of(row["id"], packs)) for row in rows])
        self._words = Words(rules)
        self._disguised = about_disguises(rules, self._normalise.disguises)
        self._excuse = Excuses(variants["guards"])
        self._wording = wording
        self._named = {rule.category: rule for rule in reversed(rules)}
        self._known = lru_cache(maxsize=4096)(self.judge)

    @classmethod
    def load(
        cls,
        rows: Sequence[Mapping[str, str]],
        variants: Mapping[str, Any],
        packs: Sequence[Pack] = (),
        wording: Wording | None = None,
    ) -> Self:
        """From compliance_lexicon.tsv, lexicon_variants.yaml, rule_packs.yaml and lint_weights.npz."""
        return cls(rows, variants, packs, wording)

    def lint(self, text: str, direction: str = "out", on: date | None = None) -> Verdict:
        """The verdict on a text going `out` or coming `in`, by the packs in force `on` a Beijing day (None: all).

        The same text again costs nothing.
        """
        return self._known(text, direction, on)

    def judge(self, text: str, direction: str, on: date | None = None) -> Verdict:
        """As `lint`, worked out anew."""
        hits, plain = self._hits(text, direction, on)
        if not hits:
            places: list[int] = []
            findings: list[Finding] = []
        else:
            places = self._normalise(text)[1]
            findings = self._findings(hits, plain, places, text, direction)
        worst = max((SEVERITY[one.severity] for one in findings), default=0)
        if self._wording is not None and worst == 0:
            heard = self._heard(self._wording, text, plain, direction)
            findings += heard
            worst = SEVERITY["review"] if heard else worst
        return Verdict(VERDICTS[worst], tuple(findings))

    def first_layer(self, text: str) -> int:
        """How many rules a text going out touches: the lexicon alone, as the benchmark measures it."""
        return len(self._hits(text, "out", None)[0])

    def spans(self, plain: str) -> list[tuple[int, int]]:
        """Where the rules for outbound text hit a normalised text: what training masks."""
        return sorted({(start, end) for start, end, rule in self._words.find(plain) if rule.scope in ("both", "out")})

    def _hits(self, text: str, direction: str, on: date | None) -> tuple[list[_Hit], str]:
        """What the rules find, in order, and the normalised text it stands in."""
        folded, plain, disguised = self._normalise.read(text)
        found = [_Hit(*hit) for hit in self._words.find(plain)]
        if disguised:  # without one, the rules about them saw all there is in `plain`
            found += self._moved(self._disguised.find(folded), text)
        valid = [one for one in found if one.rule.scope in ("both", direction) and one.rule.in_force(on)]
        return sorted(valid, key=lambda hit: (hit.start, hit.end)), plain

    def _moved(self, hits: Sequence[tuple[int, int, Rule]], text: str) -> list[_Hit]:
        """Hits in the folded text, as places of the normalised one."""
        folded, places = self._normalise.places(text), self._normalise(text)[1]
        moved = []
        for start, end, rule in hits:
            at = min(bisect_left(places, folded[start]), len(places) - 1)
            moved.append(_Hit(at, max(bisect_right(places, folded[end - 1]), at + 1), rule))
        return moved

    def _findings(
        self, hits: Sequence[_Hit], plain: str, places: Sequence[int], text: str, direction: str
    ) -> list[Finding]:
        spans = merged([(one.start, one.end) for one in hits], plain)
        findings, bare = [], False
        for hit in hits:
            start, end = next(span for span in spans if span[0] <= hit.start and hit.end <= span[1])
            severity = hit.rule.severity
            excused = self._excuse(plain, (start, end), hit.rule.guard, direction)
            if excused and (direction == "in" or severity == "warn"):
                continue
            bare = bare or not excused
            findings.append(_finding(hit, "review" if excused else severity, text, places))
        if findings and not bare and self._warns(plain, spans):
            findings = [replace(one, severity="warn") for one in findings]
        return findings

    def _warns(self, plain: str, spans: Sequence[tuple[int, int]]) -> bool:
        """The second key: whether the words around excused hits really warn. Without the layer: never."""
        if self._wording is None:
            return False
        masked = plain
        for start, end in reversed(spans):
            masked = masked[:start] + MASK + masked[end:]
        return self._wording.warns(masked)

    def _heard(self, wording: Wording, text: str, plain: str, direction: str) -> list[Finding]:
        """What the second layer suspects, as findings for a person to read."""
        found = wording.suspects(plain, direction)
        if not found:
            return []
        places = self._normalise(text)[1]
        findings = []
        for one in found:
            known = self._named[one.category]
            hit = _Hit(one.start, one.end, replace(known, id=f"SENSE-{known.id.split('-')[0]}", severity="review"))
            findings.append(_finding(hit, "review", text, places))
        return findings


def _finding(hit: _Hit, severity: str, text: str, places: Sequence[int]) -> Finding:
    start, end = places[hit.start], places[hit.end - 1] + 1
    rule = hit.rule
    return Finding(
        rule=rule.id, category=rule.category, severity=severity, span=(start, end), text=text[start:end],
        reason=rule.reason, rewrite=rule.rewrite, basis=rule.basis, pack=rule.pack.name,
    )  # fmt: skip
