"""Which letters a pattern cannot match without: one pass over a text tells which of hundreds of patterns to try.

The scan of the text for these factors replaces running every pattern over it (0.5 ms a message before, measured).
"""

import importlib
from collections.abc import Callable
from itertools import product
from typing import Any

op: Any = importlib.import_module("re._constants")
_parser: Any = importlib.import_module("re._parser")
"""The parser of `re` itself: there is no second reading of patterns. By name, since type stubs do not know it."""

MOST = 400
"""Alternatives worth putting into the automaton for one pattern."""

Words = frozenset[str]


def factors(pattern: str) -> tuple[Words, ...]:
    """Sets of strings: every match holds one of each set. Empty when there is nothing to hold on to.

    Raises re.error for a pattern that is none.
    """
    found = sorted(_required(list(_parser.parse(pattern))), key=lambda words: -min(map(len, words)))
    return tuple(one for at, one in enumerate(found) if min(map(len, one)) > (at > 0))  # one letter only where it must


def _required(nodes: list[Any]) -> list[Words]:
    """The most telling run of neighbours, then what is left and right of it."""
    best, where = _best(nodes)
    if best is None:
        return []
    start, end = where
    return [best, *_required(nodes[:start]), *_required(nodes[end:])]


def _best(nodes: list[Any]) -> tuple[Words | None, tuple[int, int]]:
    """The most telling set over all runs of neighbours whose language is small, and where the run stands."""
    found: Words | None = None
    where = (0, 0)
    for start in range(len(nodes)):
        run: Words = frozenset({""})
        tries = [(_inside(nodes[start]), start + 1)]
        for end, node in enumerate(nodes[start:], start + 1):
            some = _language(node)
            if some is None or len(run) * len(some) > MOST:
                break
            run = frozenset(map("".join, product(run, some)))
            tries.append((run, end))
        for words, end in tries:
            if words is not None and words is not found and words is _better(found, words):
                found, where = words, (start, end)
    return found, where


def _better(one: Words | None, other: Words) -> Words:
    """Longer shortest word first, fewer words second."""
    if one is None:
        return other
    return max(one, other, key=lambda words: (min(map(len, words), default=0), -len(words)))


def _language(node: Any) -> Words | None:
    """Every string a node can match, or None when there are too many."""
    kind, value = node
    if kind is op.LITERAL:
        return frozenset({chr(value)})
    if kind in (op.ASSERT, op.ASSERT_NOT, op.AT):
        return frozenset({""})  # they take no letter: what is left still has to match
    known = _LANGUAGES.get(kind)
    return known(value) if known is not None else None


def _of_class(value: Any) -> Words | None:
    return frozenset(chr(one) for _, one in value) if all(tag is op.LITERAL for tag, _ in value) else None


def _of_repeat(value: Any) -> Words | None:
    optional = value[0] == 0 and value[1] == 1
    return _union([frozenset({""}), _sequence(list(value[2]))]) if optional else None


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
    if len(known) < len(parts) or sum(map(len, known)) > 4 * MOST:
        return None
    return frozenset[str]().union(*known)


def _inside(node: Any) -> Words | None:
    """What a node that must be there needs, though its own language is too large."""
    kind, value = node
    if kind is op.SUBPATTERN:
        return _best(list(value[-1]))[0]
    if kind is op.BRANCH:
        return _union([_best(list(one))[0] for one in value[1]])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0] >= 1:
        return _best(list(value[2]))[0]
    return None


_LANGUAGES: dict[Any, Callable[[Any], Words | None]] = {
    op.IN: _of_class,
    op.SUBPATTERN: lambda value: _sequence(list(value[-1])),
    op.BRANCH: lambda value: _union([_sequence(list(one)) for one in value[1]]),
    op.MAX_REPEAT: _of_repeat,
    op.MIN_REPEAT: _of_repeat,
}
"""Kind of node -> every string of it."""
