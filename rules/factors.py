"""Which letters a pattern cannot match without: one pass over a text tells which of hundreds of patterns to try.

The scan of the text for these factors replaces running every pattern over it (0.5 ms a message before, measured).
"""

from itertools import product
from re import _constants as op  # type: ignore[attr-defined]  # the parser of `re` itself: no second reading of patterns
from re import _parser  # type: ignore[attr-defined]  # the same
from typing import Any

MOST = 400
"""Alternatives worth putting into the automaton for one pattern."""

Words = frozenset[str]


def factors(pattern: str) -> Words | None:
    """Strings of which every match holds at least one, as long as can be; None when there is nothing to hold on to.

    Raises re.error for a pattern that is none.
    """
    best = _best(list(_parser.parse(pattern)))
    return best if best and min(map(len, best)) > 0 else None


def _best(nodes: list[Any]) -> Words | None:
    """The most telling set over all runs of neighbours whose language is small."""
    found: Words | None = None
    for start in range(len(nodes)):
        run: Words = frozenset({""})
        for node in nodes[start:]:
            some = _language(node)
            if some is None or len(run) * len(some) > MOST:
                break
            run = frozenset(map("".join, product(run, some)))
            found = _better(found, run)
        inner = _inside(nodes[start])
        if inner is not None:
            found = _better(found, inner)
    return found


def _better(one: Words | None, other: Words) -> Words:
    """Longer shortest word first, fewer words second."""
    if one is None:
        return other
    return max(one, other, key=lambda words: (min(map(len, words)), -len(words)))


def _language(node: Any) -> Words | None:
    """Every string a node can match, or None when there are too many."""
    kind, value = node
    if kind is op.LITERAL:
        return frozenset({chr(value)})
    if kind is op.IN:
        return frozenset(chr(one) for _, one in value) if all(tag is op.LITERAL for tag, _ in value) else None
    if kind is op.SUBPATTERN:
        return _sequence(list(value[-1]))
    if kind is op.BRANCH:
        return _union([_sequence(list(one)) for one in value[1]])
    if kind in (op.ASSERT, op.ASSERT_NOT, op.AT):
        return frozenset({""})  # they take no letter: what is left still has to match
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0] == 0 and value[1] == 1:
        return _union([frozenset({""}), _sequence(list(value[2]))])
    return None


def _sequence(nodes: list[Any]) -> Words | None:
    whole: Words = frozenset({""})
    for node in nodes:
        some = _language(node)
        if some is None or len(whole) * len(some) > MOST:
            return None
        whole = frozenset(map("".join, product(whole, some)))
    return whole


def _union(parts: list[Words | None]) -> Words | None:
    known = [one for one in parts if one is not None]
    if len(known) < len(parts) or sum(map(len, known)) > MOST:
        return None
    return frozenset[str]().union(*known)


def _inside(node: Any) -> Words | None:
    """What a node that must be there needs, though its own language is too large."""
    kind, value = node
    if kind is op.SUBPATTERN:
        return _best(list(value[-1]))
    if kind is op.BRANCH:
        return _union([_best(list(one)) for one in value[1]])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0] >= 1:
        return _best(list(value[2]))
    return None

