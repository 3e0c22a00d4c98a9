"""Trains what decides whether the best entry is good enough: the classifier's part in it, and a calibrated chance."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rules import evidence
from rules.evidence import Head
from rules.learn import Array, Ridge, Wide, kernel_ridge, logistic, one_hot, softmax

RIDGE = 0.1
MOST_TRAINED = 4_000
"""Phrasings beyond which the classifier is left out: its cost grows with their cube."""
TALK_WEIGHT = 4.0
"""Four of five lines are talk."""
UNKNOWN_RIGHT, UNKNOWN_USEFUL = 1.0, 0.08
"""How much a question nobody has answered weighs: answering it is wrong, asking back a small nuisance."""
PRIOR_STRENGTH = 0.3
SHARPNESS = (4.0, 6.0, 8.0, 10.0, 14.0, 18.0)
TRUST = (0.2, 0.35, 0.5, 0.65, 0.8)
NEVER = np.float32(-9)
"""Classifier's score of an entry that is not there."""
NOTHING = np.zeros((0, 0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Sample:
    """Texts as the gate sees them: likeness to every phrasing by letters and by sentence, and columns of their own."""

    letters: Array
    sentences: Array | None
    other: Wide
    """asking_letters, asking_sentence, length."""
    other_unknown: Wide
    """The same had the text's whole entry never been seen."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Evidence, what was true, and how much each case weighs in either gate."""

    rows: Wide
    right: Wide
    useful: Wide
    weights: Wide
    weights_useful: Wide


def head(own: Sample, talk: Sample, owner: NDArray[np.intp], prior: tuple[Wide, Wide]) -> Head:
    """The head of one mode, trained on the base's phrasings left out one by one, and on talk."""
    many, firsts = int(owner.max()) + 1, np.flatnonzero(np.diff(owner, prepend=-1))
    ridge = None
    if many > 1 and len(owner) <= MOST_TRAINED and np.mean(np.bincount(owner) >= 3) > 0.5:  # noqa: PLR2004 enough to learn from
        ridge = kernel_ridge(evidence.kernel(own.letters, own.sentences), one_hot(owner), owner, RIDGE)
    like = evidence.by_entry(_without(evidence.likeness(own.letters, own.sentences), _itself(owner)), firsts)
    sharpness, trust = _tuned(ridge, like, owner)
    draft = Head(
        coefficients=NOTHING if ridge is None else ridge.coefficients,
        sharpness=sharpness, trust=trust, right=prior[0], useful=prior[1],
    )  # fmt: skip
    cases = [_own(draft, ridge, own, owner, firsts), _unknown(draft, ridge, own, owner, firsts)]
    if len(talk.letters):
        cases.append(_talk(draft, talk, firsts, TALK_WEIGHT * len(owner) / len(talk.letters)))
    rows = np.vstack([one.rows for one in cases])
    right, useful = (np.concatenate([getattr(one, name) for one in cases]) for name in ("right", "useful"))
    weights = np.concatenate([one.weights for one in cases])
    weights_useful = np.concatenate([one.weights_useful for one in cases])
    return replace(
        draft,
        right=logistic(rows, right, weights, prior[0], PRIOR_STRENGTH),
        useful=logistic(rows, useful, weights_useful, prior[1], PRIOR_STRENGTH),
    )


def _tuned(ridge: Ridge | None, like: Array, owner: NDArray[np.intp]) -> tuple[float, float]:
    """Sharpness by likelihood, trust by hits, both on left-out rows."""
    if ridge is None:
        return evidence.PLAIN_SHARPNESS, 0.0
    each = np.arange(len(owner))
    sharpness = max(SHARPNESS, key=lambda one: float(np.log(softmax(one * ridge.row_out)[each, owner] + 1e-6).mean()))
    shares = softmax(np.float32(sharpness) * ridge.row_out)
    hits = {one: float(np.mean(evidence.blend(like, shares, one).argmax(axis=1) == owner)) for one in TRUST}
    return sharpness, max(TRUST, key=lambda one: (hits[one], -abs(one - 0.5)))


def _own(draft: Head, ridge: Ridge | None, own: Sample, owner: NDArray[np.intp], firsts: NDArray[np.intp]) -> Cases:
    """Each phrasing as if it were a new question; those that stand alone have nothing to be found by."""
    like = evidence.by_entry(_without(evidence.likeness(own.letters, own.sentences), _itself(owner)), firsts)
    letters = evidence.by_entry(_without(own.letters, _itself(owner)), firsts)
    seen = evidence.seen(draft, like, letters, like if ridge is None else ridge.row_out)
    rows, order = evidence.features(seen, own.other)
    keep = np.bincount(owner)[owner] > 1
    right = (order[:, 0] == owner).astype(np.float64)[keep]
    useful = (order[:, : evidence.CHOICES] == owner[:, None]).any(axis=1).astype(np.float64)[keep]
    return Cases(rows[keep], right, useful, np.ones(len(right)), np.ones(len(right)))


def _unknown(draft: Head, ridge: Ridge | None, own: Sample, owner: NDArray[np.intp], firsts: NDArray[np.intp]) -> Cases:
    """Each phrasing as if its whole entry were missing: a question nobody has answered yet."""
    hidden = owner[:, None] == owner[None, :]
    like = evidence.by_entry(_without(evidence.likeness(own.letters, own.sentences), hidden), firsts)
    letters = evidence.by_entry(_without(own.letters, hidden), firsts)
    column = owner[:, None] == np.arange(len(firsts))[None, :]
    scores = like if ridge is None else np.where(column, NEVER, ridge.group_out)
    rows, _ = evidence.features(evidence.seen(draft, like, letters, scores), own.other_unknown)
    none = np.zeros(len(rows))
    return Cases(rows, none, none, none + UNKNOWN_RIGHT, none + UNKNOWN_USEFUL)


def _talk(draft: Head, talk: Sample, firsts: NDArray[np.intp], weight: float) -> Cases:
    like = evidence.by_entry(evidence.likeness(talk.letters, talk.sentences), firsts)
    scores = evidence.scores_of(draft, evidence.kernel(talk.letters, talk.sentences), like)
    rows, _ = evidence.features(evidence.seen(draft, like, evidence.by_entry(talk.letters, firsts), scores), talk.other)
    none = np.zeros(len(rows))
    return Cases(rows, none, none, none + weight, none + weight)


def _without(likeness: Array, hidden: NDArray[np.bool_]) -> Array:
    return np.where(hidden, evidence.OUT, likeness)


def _itself(owner: NDArray[np.intp]) -> NDArray[np.bool_]:
    return np.eye(len(owner), dtype=np.bool_)
