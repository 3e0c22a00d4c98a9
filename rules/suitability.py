"""适当性: the form's score and level, what may be shown to whom, and what a mismatch does (suitability.yaml).

Levels C1..C5 of persons against R1..R5 of products. Overrides only ever lower a level. Unknown or expired: no product
at all (适当性办法 18–22 条).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

LEVELS = ("C1", "C2", "C3", "C4", "C5")
RISKS = ("R1", "R2", "R3", "R4", "R5")
ALLOW, CONFIRM, FORBID = "allow", "confirm", "forbid"
_CONDITION = re.compile(r"(Q\d+)\s*(==|in)\s*(\[[A-E, ]+\]|[A-E])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What a filled form comes to."""

    score: int
    level: str
    lowest: bool
    """风险承受能力最低类别: nothing above R1, whatever the person asks for."""
    rules: tuple[str, ...]
    human_review: bool
    prompts: tuple[str, ...]
    """Contradictions the person should look at again; never a suggested answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the firm's own system says about a person. No level: unknown."""

    level: str = ""
    lowest: bool = False
    professional: bool = False
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whether a product of a risk may be shown. `code` is for records, `words` for people."""

    decision: str
    code: str
    words: str


NOT_ASKED = Match(decision=FORBID, code="SUIT-UNKNOWN", words="适当性等级未知：只发投教与服务内容")
EXPIRED = Match(decision=FORBID, code="SUIT-EXPIRED", words="适当性测评已过期：只发投教与服务内容")
LOWEST = Match(decision=FORBID, code="SUIT-LOWEST", words="风险承受能力最低类别：不得高于 R1")
ABOVE = Match(decision=FORBID, code="SUIT-ABOVE", words="产品风险等级高于客户两级及以上")
ONE_ABOVE = Match(decision=CONFIRM, code="SUIT-CONFIRM", words="高一级：仅客户主动并经人工书面特别警示")
FITS = Match(decision=ALLOW, code="SUIT-FIT", words="等级匹配")
PROFESSIONAL = Match(decision=ALLOW, code="SUIT-PROFESSIONAL", words="专业投资者：不强制匹配，照常留痕")
IN_GROUP = Match(decision=FORBID, code="SUIT-GROUP", words="群发不得含具体产品内容")


class Suitability:
    """The form, its bands and overrides, and the matrix."""

    def __init__(self, table: Mapping[str, Any], *, strict: bool = False) -> None:
        form = table["questionnaire"]
        self.version = str(table["version"])
        self._items: list[Mapping[str, Any]] = form["items"]
        self._bands: list[Mapping[str, Any]] = form["bands"]
        self._overrides: list[Mapping[str, Any]] = form["overrides"]
        self._conflicts: list[Mapping[str, Any]] = form["conflicts"]
        self._matrix: Mapping[str, Mapping[str, str]] = table["match"]
        self._strict = strict

    @classmethod
    def load(cls, table: Mapping[str, Any], *, strict: bool = False) -> Self:
        """From suitability.yaml; `strict` turns every `confirm` into `forbid` (strict_mismatch)."""
        return cls(table, strict=strict)

    def assess(self, answers: Sequence[str]) -> Assessment:
        """Letters in the order of the questions. ValueError names the first question without a usable answer."""
        given = dict(zip((one["id"] for one in self._items), answers, strict=False))
        score = 0
        for item in self._items:
            points = {option["k"]: option["s"] for option in item["options"]}
            if given.get(item["id"]) not in points:
                raise ValueError(f"{item['id']} 没有有效答案：可选 {'、'.join(points)}")
            score += points[given[item["id"]]]
        level = next(band["level"] for band in self._bands if band["min"] <= score <= band["max"])
        return self._lowered(given, score, level)

    def _lowered(self, given: Mapping[str, str], score: int, level: str) -> Assessment:
        lowest = review = False
        fired = []
        for one in self._overrides:
            then, cap = one["then"], one["then"].get("level") or one["then"]["cap"]
            lowers = LEVELS.index(level) > LEVELS.index(cap)
            if not _holds(one["when"], given) or not (lowers or then.get("lowest_class")):
                continue
            level = min(level, cap)
            lowest, review = lowest or then.get("lowest_class", False), review or then.get("human_review", False)
            fired.append(one["id"])
        prompts = tuple(one["prompt"] for one in self._conflicts if _holds(one["when"], given))
        return Assessment(
            score=score, level=level, lowest=lowest, rules=tuple(fired), human_review=review, prompts=prompts
        )

    def match(self, standing: Standing, risk: str, on: date) -> Match:
        """Whether a product of this risk may be shown on a day. ValueError for a risk that is none."""
        if risk not in RISKS:
            raise ValueError(f"产品风险等级 {risk} 不存在：应为 {'、'.join(RISKS)}")
        if standing.professional:
            return PROFESSIONAL
        if standing.level not in LEVELS:
            return NOT_ASKED
        if standing.expires_on is None or standing.expires_on <= on:
            return EXPIRED
        row = "C1_lowest" if standing.lowest else standing.level
        found = self._matrix[row][risk]
        if found == ALLOW:
            return FITS
        if standing.lowest:
            return LOWEST
        return ONE_ABOVE if found == CONFIRM and not self._strict else ABOVE


def _holds(when: str, given: Mapping[str, str]) -> bool:
    """`Q8==D and Q9 in [A,B]` of the answers."""
    return all(
        given.get(question) in wanted.strip("[]").replace(" ", "").split(",")
        for question, _, wanted in _CONDITION.findall(when)
    )
