"""How a text sounds: a hand-written finance lexicon with negation and degree, and n-grams weighed on our own texts.

    p, n = sums of positive and negative term weights; z_class = bias + n-gram weights + weights of the lexicon figures

Plain dictionaries: no model library is imported where messages are handled. commands.opinion_model makes the weights.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ahocorasick_rs import AhoCorasick, MatchKind

CLASSES = ("negative", "neutral", "positive")
LONGEST = 300
"""Letters that are read: opinions are short, and nobody may buy time with a long text."""
GRAMS = (1, 2, 3)
SCALE, CAP, SHARE = 4.0, 8.0, 0.3
NEGATION = re.compile("(?:不|没|没有|别|未|无|难|莫|不会|不是|不再|哪|哪有|谁说|何时)$")
DEGREE = re.compile("(?:太|很|真|超|非常|特别|巨|极|最|好|更|越来越|大)$")
FLIPPED, RAISED, REACH = -0.7, 1.3, 3


class Lexicon:
    """Terms with weights from -3 to 3; the longest term at a place counts."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._terms = list(weights)
        self._weights = [weights[term] for term in self._terms]
        self._find = AhoCorasick(self._terms, matchkind=MatchKind.LeftmostLongest)

    @classmethod
    def load(cls, rows: Iterable[Sequence[str]]) -> Self:
        """From rows of (weight, terms separated by spaces)."""
        return cls({term: float(weight) for weight, terms in rows for term in terms.split()})

    def sums(self, text: str) -> tuple[float, float]:
        """(positive, negative) weight of the terms, each at least 0."""
        positive = negative = 0.0
        for term, start, _ in self._find.find_matches_as_indexes(text):
            weight, before = self._weights[term], text[max(0, start - REACH) : start]
            weight *= RAISED if DEGREE.search(before) else 1.0
            weight *= FLIPPED if NEGATION.search(before) else 1.0
            if weight > 0:
                positive += weight
            else:
                negative -= weight
        return positive, negative

    def figures(self, text: str) -> tuple[float, float, float]:
        """Balance, positive and negative strength, on the scale the weights were made for."""
        positive, negative = self.sums(text)
        balance = (positive - negative) / (positive + negative + 2)
        return SCALE * balance, SCALE * SHARE * min(positive, CAP) / CAP, SCALE * SHARE * min(negative, CAP) / CAP


@dataclass(frozen=True, slots=True)
class Feeling:
    """Probabilities of the three classes; `tone`: log-odds of positive over negative."""

    negative: float
    neutral: float
    positive: float
    tone: float


class Sentiment:
    """The trained classifier. `weights`: n-gram -> weight per class; `figures`: per class, for the lexicon's three."""

    def __init__(self, lexicon: Lexicon, model: Mapping[str, Any]) -> None:
        self._lexicon = lexicon
        self._bias: tuple[float, ...] = tuple(model["bias"])
        self._figures: list[list[float]] = model["figures"]
        self._grams: dict[str, list[float]] = model["grams"]

    def read(self, text: str) -> Feeling:
        """How the text sounds."""
        plain = text.lower()[:LONGEST]
        odds = list(self._bias)
        for gram in grams_of(plain):
            found = self._grams.get(gram)
            if found is not None:
                for at, weight in enumerate(found):
                    odds[at] += weight
        figures = self._lexicon.figures(plain)
        for at, weights in enumerate(self._figures):
            odds[at] += sum(weight * figure for weight, figure in zip(weights, figures, strict=True))
        top = max(odds)
        shares = [math.exp(one - top) for one in odds]
        total = sum(shares)
        negative, neutral, positive = (one / total for one in shares)
        return Feeling(negative, neutral, positive, tone=odds[2] - odds[0])


def grams_of(text: str) -> set[str]:
    """Every run of one to three letters, once."""
    return {text[at : at + size] for size in GRAMS for at in range(len(text) - size + 1)}
