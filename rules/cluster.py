"""Groups alike questions, by the matcher's own likeness and its veto against opposites."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rules.grams import Grams
from rules.opposites import Sides
from rules.postings import Postings
from rules.text import clean

ALIKE = 0.45
"""Likeness from which two questions lie in one group."""


@dataclass(frozen=True, slots=True)
class Group:
    """A cleaned text and how often it was said."""

    text: str
    count: int


def clusters(said: Sequence[Group], grams: Grams, alike: float = ALIKE) -> list[list[str]]:
    """Texts by group, most frequent text first; each text is in one group. The frequent gather the rare around them."""
    ordered = sorted(said, key=lambda one: (-one.count, one.text))
    texts = [clean(one.text) for one in ordered]
    vectors = [grams.weigh(text) for text in texts]
    postings, sides = Postings.of(vectors), Sides([[text] for text in texts])
    left, found = set(range(len(ordered))), []
    for row, vector in enumerate(vectors):
        if row in left:
            likeness = postings.alike(vector)
            likeness[sides.barred(texts[row])] = 0
            near = [int(other) for other in np.argsort(-likeness, kind="stable") if likeness[other] >= alike]
            group = [row, *(other for other in near if other in left and other != row)]
            left -= set(group)
            found.append([ordered[other].text for other in group])
    return found
