"""Tells a question of this base from talk, by its grams and by its sentence vector, before any entry is looked at."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from rules.grams import letters_and_pairs
from rules.learn import Array, Wide, ridge_line

SMOOTH = 0.5
DAMP = 3
"""A short text says little: its odds are drawn towards nought."""
SENTENCE_RIDGE = 1.0


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


def sentence_line(questions: Array, talk: Array) -> tuple[Wide, Wide, Wide]:
    """A line through sentence vectors (+1 question, -1 talk), and the value each of both gets without itself."""
    if not len(questions) or not len(talk):
        return np.zeros(questions.shape[1] + 1 if questions.size else 1), np.zeros(len(questions)), np.zeros(len(talk))
    rows = np.vstack([questions, talk]).astype(np.float64)
    signs = np.concatenate([np.ones(len(questions)), -np.ones(len(talk))])
    weights = np.concatenate([np.full(len(questions), 0.5 / len(questions)), np.full(len(talk), 0.5 / len(talk))])
    line, left_out = ridge_line(rows, signs, weights * len(rows), SENTENCE_RIDGE)
    return line, left_out[: len(questions)], left_out[len(questions) :]
