"""Expand the opinion classifier's own training texts: hand-written lines, and templates filled from slots."""

import hashlib
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SLOT = re.compile(r"\{(\w+)\}")
EACH = 24
"""Fillings of a template: a few hundred combinations of one would only teach the template."""
SEED = 20261126


def expand(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(label, text) of every line and filling, each text once, the same at every call."""
    rng = random.Random(SEED)  # noqa: S311 the same sample each time, no secret
    seen: set[str] = set()
    for label, text in _all(data, rng):
        if text not in seen:
            seen.add(text)
            yield label, text


def digest(data: Mapping[str, Any], lexicon: Sequence[Sequence[str]]) -> str:
    """SHA-256 of all a training sees: weights that name another one are of other texts."""
    seen = json.dumps([list(expand(data)), [list(row) for row in lexicon]], ensure_ascii=False)
    return hashlib.sha256(seen.encode()).hexdigest()


def _all(data: Mapping[str, Any], rng: random.Random) -> Iterator[tuple[str, str]]:
    for label, lines in data["lines"].items():
        for line in str(lines).splitlines():
            yield str(label), line.strip()
    for label, templates in data["templates"].items():
        for template in templates:
            for _ in range(EACH):
                yield str(label), _filled(str(template), data["slots"], rng)


def _filled(template: str, slots: Mapping[str, Any], rng: random.Random) -> str:
    return SLOT.sub(lambda found: str(rng.choice(slots[found[1]])), template)
