"""Tells a question of this base from talk, by its grams and by its sentence vector, before any entry is looked at."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.grams import letters_and_pairs
from rules.learn import Array, kernel_ridge

SMOOTH = 0.5
DAMP = 3
"""A short text says little: its odds are drawn towards nought."""
SENSE_RIDGE = 0.3
SENSE_NEAR = np.float32(3.0)


class Odds:
    """Log-odds of each gram, as naive Bayes has it."""

    def __init__(self, questions: Sequence[str], talk: Sequence[str]) -> None:
        self._ours = Counter(gram for text in questions for gram in letters_and_pairs(text))
        self._talk = Counter(gram for text in talk for gram in letters_and_pairs(text))
        self._many = (len(questions), len(talk))

    def table(self) -> dict[str, float]:
        """Gram -> log-odds, for those heard more than once."""
        both = self._ours + self._talk
        return {gram: self._of(gram, 0, 0) for gram, many in both.items() if many > 1}

    def of_question(self, text: str) -> float:
        """As if this question of the base had never been seen."""
        return mean({gram: self._of(gram, 1, 0) for gram in letters_and_pairs(text)}, text)

    def of_talk(self, text: str) -> float:
        """As if this line of talk had never been heard."""
        return mean({gram: self._of(gram, 0, 1) for gram in letters_and_pairs(text)}, text)

    def _of(self, gram: str, less_ours: int, less_talk: int) -> float:
        ours, talk = self._ours[gram] - less_ours, self._talk[gram] - less_talk
        if ours + talk <= 1:
            return 0.0
        all_ours, all_talk = self._many
        return math.log((max(ours, 0) + SMOOTH) / (all_ours + 1)) - math.log((max(talk, 0) + SMOOTH) / (all_talk + 1))


def mean(odds: Mapping[str, float], text: str) -> float:
    """The text's odds of being a question of the base."""
    grams = letters_and_pairs(text)
    return sum(odds.get(gram, 0.0) for gram in grams) / (len(grams) + DAMP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """Whether a sentence vector lies among the base's questions (towards 1) or among talk (towards -1)."""

    vectors: Array
    coefficients: Array

    def heard(self, cosines: Array) -> Array:
        """For each text, given its cosines with `vectors`."""
        found: Array = sense_kernel(cosines) @ self.coefficients
        return found[:, 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensed:
    """What a base's own texts would be taken for had they not been seen."""

    question: Array
    unknown: Array
    """Each question without its whole entry."""
    talk: Array


def sense(questions: Array, talk: Array, owner: NDArray[np.intp]) -> tuple[Sense, Sensed]:
    """Trained on both; `owner` the entry of each question."""
    vectors = np.vstack([questions, talk])
    signs = np.concatenate([np.ones(len(questions)), -np.ones(len(talk))]).astype(np.float32)[:, None]
    groups = np.concatenate([owner, np.full(len(talk), -1)])
    ridge = kernel_ridge(sense_kernel(vectors @ vectors.T), signs, groups, SENSE_RIDGE)
    many = len(questions)
    sensed = Sensed(question=ridge.row_out[:many, 0], unknown=ridge.group_out[:many, 0], talk=ridge.row_out[many:, 0])
    return Sense(vectors=vectors, coefficients=ridge.coefficients), sensed


def sense_kernel(cosines: Array) -> Array:
    """Fades with distance."""
    near: Array = np.exp(SENSE_NEAR * (cosines - 1))
    return near
