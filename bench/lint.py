"""Lint speed: characters a second of the first layer, milliseconds a message of both, against one regex at a time.

Processor time, not the clock on the wall: other work on the machine is not ours to measure.
"""

import re
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from commands.product import lint_rules
from config import data
from rules.compliance import Lexicon
from rules.normalise import Normaliser

MESSAGE = 60
"""Letters of a usual message."""


def measure(*, quick: bool) -> dict[str, Any]:
    """One JSON object as `run.py bench` prints it; `ratio` above 1 means faster than the peer."""
    texts = _messages(400 if quick else 4000)
    lexicon = lint_rules()
    ours = _speed(lexicon.first_layer, texts)
    peer = _speed(_one_by_one(), texts[: 60 if quick else 400])
    took = [_took(lexicon, text) for text in texts]
    return {
        "name": "lint", "ours": round(ours), "peer": round(peer), "peer_name": "re, one rule at a time",
        "unit": "characters/s, first layer", "ratio": round(ours / peer, 2),
        "detail": {
            "size": len(texts), "quick": quick, "both_layers_ms_median": round(statistics.median(took), 3),
            "both_layers_ms_p99": round(sorted(took)[len(took) * 99 // 100], 3),
        },
    }  # fmt: skip


def _messages(count: int) -> list[str]:
    """What people and we really say, cut to messages; all different, so that nothing is remembered."""
    faq = data.faq()["entries"]
    said = [one["answer"] for one in faq] + [one["body"] for one in data.calendar()["content"]]
    whole = "".join(said + [one["text"] for one in data.lint_sentences()])
    step = max(1, (len(whole) - MESSAGE) // count)
    return [whole[at : at + MESSAGE] for at in range(0, step * count, step)]


def _speed(lint: Callable[[str], object], texts: Sequence[str]) -> float:
    for text in texts[:50]:
        lint(text)
    started = time.process_time()
    for text in texts:
        lint(text)
    return sum(map(len, texts)) / (time.process_time() - started)


def _took(lexicon: Lexicon, text: str) -> float:
    started = time.process_time()
    lexicon.judge(text, "out")
    return (time.process_time() - started) * 1000


def _one_by_one() -> Callable[[str], object]:
    """The plain way: the same normalisation, then every rule as a regular expression of its own."""
    normalise = Normaliser(data.variants())
    rules = [
        re.compile(re.escape(row["pattern"]) if row["type"] == "lit" else row["pattern"]) for row in data.lexicon()
    ]

    def lint(text: str) -> object:
        plain = normalise(text)[0]
        return [found for rule in rules for found in rule.finditer(plain)]

    return lint
