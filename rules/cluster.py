"""Groups alike questions, by the matcher's own likeness and its veto against opposites."""

from collections.abc import Sequence
from dataclasses import dataclass

from rules.match import Entry, build

ALIKE = 0.45
"""Likeness from which two questions lie in one group."""


@dataclass(frozen=True, slots=True)
class Group:
    """A cleaned text and how often it was said."""

    text: str
    count: int


def clusters(said: Sequence[Group], alike: float = ALIKE) -> list[list[str]]:
    """Texts by group, most frequent text first; each text is in one group. The frequent gather the rare around them."""
    ordered = sorted(said, key=lambda one: (-one.count, one.text))
    matcher = build([Entry(id=one.text, question=one.text, paraphrases=()) for one in ordered], ())
    left = {one.text for one in ordered}
    found: list[list[str]] = []
    for one in ordered:
        if one.text in left:
            near = [text for text, score in matcher.scores(one.text) if score >= alike and text in left]
            group = [one.text, *(text for text in near if text != one.text)]
            left -= set(group)
            found.append(group)
    return found
