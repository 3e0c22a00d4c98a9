"""What speaks for an entry being the right answer; computed alike when a base is trained and when a message comes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.learn import Array, Wide, sigmoid, softmax

NEAR = np.float32(2.0)
"""How quickly a sentence vector's word fades with distance in the classifier's kernel (chosen by leave-one-out)."""
LETTERS_IN_KERNEL = np.float32(0.3)
LETTERS_IN_LIKENESS = np.float32(0.4)
PLAIN_SHARPNESS = 14.0
"""Turns likeness into shares where there is no classifier."""
OUT = np.float32(-1)
"""Likeness of an entry that is out of the question."""
LONG = 15.0
"""Letters from which a text counts as long."""
CHOICES = 3
FEATURES = (
    "like", "like_ahead", "share", "share_ahead", "agree", "letters", "likest", "shares_of_choices", "outright",
    "asking_letters", "asking_sentence", "length",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The classifier and gate of one mode: letters alone, or letters and sentence vectors."""

    coefficients: Array
    """Rows x entries; empty for a base too large or too small to train on."""
    sharpness: float
    trust: float
    """Share of the classifier beside plain likeness, 0..1."""
    right: Wide
    """Gate: the best entry is the right one."""
    useful: Wide
    """Gate: the right one is among the choices."""


def kernel(letters: Array, sentences: Array | None) -> Array:
    """Likeness as the classifier sees it."""
    if sentences is None:
        return letters
    mixed: Array = LETTERS_IN_KERNEL * letters + (1 - LETTERS_IN_KERNEL) * np.exp(NEAR * (sentences - 1))
    return mixed


def likeness(letters: Array, sentences: Array | None) -> Array:
    """Likeness of a text and a phrasing, 0..1."""
    if sentences is None:
        return letters.copy()
    return LETTERS_IN_LIKENESS * letters + (1 - LETTERS_IN_LIKENESS) * sentences


def by_entry(likenesses: Array, firsts: NDArray[np.intp]) -> Array:
    """The best phrasing of each entry; rows of one entry lie together and begin at `firsts`."""
    best: Array = np.maximum.reduceat(likenesses, firsts, axis=1)
    return best


def scores_of(head: Head, kernelled: Array, like: Array) -> Array:
    """What the classifier says of each entry; plain likeness where there is none."""
    return like if head.coefficients.size == 0 else kernelled @ head.coefficients


def shares_of(head: Head, scores: Array) -> Array:
    """The same, summing to one over the entries."""
    return softmax(np.float32(head.sharpness) * scores)


def blend(like: Array, shares: Array, trust: float) -> Array:
    """The score entries are ranked by."""
    return (1 - np.float32(trust)) * like + np.float32(trust) * shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Texts (rows) against entries (columns)."""

    like: Array
    letters: Array
    """Likeness by letters alone."""
    scores: Array
    """What the classifier says."""
    shares: Array
    ranked: Array
    """What entries are ordered by."""


def seen(head: Head, like: Array, letters: Array, scores: Array) -> Seen:
    """Everything about some texts that the evidence is drawn from."""
    shares = shares_of(head, scores)
    ranked = np.where(like > OUT, blend(like, shares, head.trust), OUT)
    return Seen(like=like, letters=letters, scores=scores, shares=shares, ranked=ranked)


def features(seen: Seen, other: Wide) -> tuple[Wide, NDArray[np.intp]]:
    """Evidence for each text (columns of FEATURES), and its entries best first.

    `other`: the columns asking_letters, asking_sentence and length.
    """
    like, shares = seen.like, seen.shares
    each = np.arange(len(like))
    order = np.argsort(-seen.ranked, axis=1, kind="stable")
    best = order[:, 0]
    columns = [
        like[each, best], like[each, best] - _second(like, best),
        shares[each, best], shares[each, best] - _second(shares, best),
        like.argmax(axis=1) == best, seen.letters[each, best], like.max(axis=1),
        np.take_along_axis(shares, order[:, :CHOICES], axis=1).sum(axis=1), seen.scores.max(axis=1),
    ]  # fmt: skip
    return np.column_stack([*columns, other]).astype(np.float64), order


def _second(scores: Array, best: NDArray[np.intp]) -> Array:
    if scores.shape[1] == 1:
        return np.zeros(len(scores), dtype=np.float32)
    rest = scores.copy()
    rest[np.arange(len(scores)), best] = -1
    second: Array = rest.max(axis=1)
    return second


def chance(gate: Wide, rows: Wide, addressed: float = 0.0) -> Wide:
    """How likely it is by one of the head's gates; `addressed` in log-odds where messages are rarely talk."""
    return sigmoid(rows @ gate[:-1] + gate[-1] + addressed)
