"""Scores of a matcher on labelled lines: an intent, `-` for talk, `?` for a question the base cannot answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PRECISION = 0.95


@dataclass(frozen=True, slots=True)
class Judged:
    """What a matcher said of a line."""

    kind: str
    candidates: list[tuple[str, float]]
    us: float


def score(queries: Sequence[tuple[str, str]], judged: Sequence[Judged]) -> dict[str, float]:
    """Hits, separation from talk, coverage at 95 % precision, the matcher's own decisions, microseconds."""
    gold = np.array([one for one, _ in queries])
    asked, talk = (gold != "-") & (gold != "?"), gold == "-"
    best = np.array([one.candidates[0][1] if one.candidates else 0.0 for one in judged])
    first = np.array([bool(one.candidates) and one.candidates[0][0] == label for one, label in _with(judged, gold)])
    third = np.array([label in [name for name, _ in one.candidates[:3]] for one, label in _with(judged, gold)])
    kinds = np.array([one.kind for one in judged])
    us = np.array([one.us for one in judged])
    answered, offered = kinds == "answer", kinds == "clarify"
    figures = {
        "top1": first[asked].mean(), "top3": third[asked].mean(), "auroc": _auroc(best[asked], best[talk]),
        "p95_coverage": _coverage(best[gold != "?"], first[gold != "?"], asked[gold != "?"]),
        "us_talk_mean": us[talk].mean(), "us_p99": np.quantile(us, 0.99),
    }  # fmt: skip
    if kinds.any():
        figures |= {
            "resolved": ((answered & first) | (offered & third))[asked].mean(),
            "precision": first[answered].sum() / max(1, answered.sum()),
            "talk_answered_per_1000": 1000 * answered[talk].mean(),
            "talk_clarified_per_1000": 1000 * offered[talk].mean(),
        }
    return {name: round(float(value), 4) for name, value in figures.items()}


def _with(judged: Sequence[Judged], gold: np.ndarray) -> "zip[tuple[Judged, str]]":
    return zip(judged, gold.tolist(), strict=True)


def _auroc(high: np.ndarray, low: np.ndarray) -> float:
    """Chance that a question scores above a line of talk; ties count half."""
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, "left") + np.searchsorted(ordered, high, "right")
    return float(below.mean() / 2 / len(low))


def _coverage(best: np.ndarray, first: np.ndarray, asked: np.ndarray) -> float:
    """Threshold found on the even lines, share of the odd questions answered right with it."""
    order = np.argsort(-best[::2], kind="stable")
    right = np.cumsum(first[::2][order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right >= PRECISION)
    if not len(enough):
        return 0.0
    limit = best[::2][order[enough[-1]]]
    odd = asked[1::2]
    return float((odd & first[1::2] & (best[1::2] >= limit)).sum() / max(1, odd.sum()))
