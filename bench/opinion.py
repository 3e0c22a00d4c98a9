"""The opinion classifier on labelled stock comments (split, 0/1/2, text), beside snownlp and a bare lexicon.

The texts are given by `--data FOLDER` (finfe.tsv in it): they measure and are never trained on or shipped.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from config import data as shipped
from rules.sentiment import Lexicon, Sentiment

FILE = "finfe.tsv"
QUICK = 400
"""snownlp takes milliseconds a text."""
Labelled = Sequence[tuple[bool, str]]


def measure(*, quick: bool, data: Path | None = None) -> dict[str, object]:
    """The report of `run.py bench opinion`: area under the curve, positive against negative."""
    if data is None or not (data / FILE).exists():
        raise SystemExit(f"需要 --data 目录，其中有 {FILE}（split、0/1/2、文本，三列）")
    train, rows = _read(data / FILE)
    rows = rows[:QUICK] if quick else rows
    fresh = [one for one in rows if one[1] not in train]
    weights = Lexicon.load(shipped.opinion_lexicon())
    model = Sentiment(weights, shipped.opinion_weights())
    ours, took = _scored(rows, lambda text: model.read(text).tone)
    bare, bare_took = _scored(rows, lambda text: weights.sums(text)[0] - weights.sums(text)[1])
    peer, peer_took = _scored(rows, _snownlp())
    area, peer_area = area_of(rows, ours), area_of(rows, peer)
    at = [index for index, one in enumerate(rows) if one[1] not in train]
    detail = {
        "texts": len(rows), "us_a_text": took, "snownlp_us": peer_took,
        "lexicon_alone": round(area_of(rows, bare), 3), "lexicon_us": bare_took,
        "texts_not_in_its_train_split": len(fresh), "ours_there": round(area_of(fresh, [ours[one] for one in at]), 3),
        "snownlp_there": round(area_of(fresh, [peer[one] for one in at]), 3),
    }  # fmt: skip
    return {
        "name": "opinion", "ours": round(area, 3), "peer": round(peer_area, 3), "peer_name": "snownlp 0.12.3",
        "unit": "AUC", "ratio": round(area / peer_area, 2), "detail": detail,
    }  # fmt: skip


def _read(path: Path) -> tuple[set[str], list[tuple[bool, str]]]:
    """Texts of the train split, and the eval split without its neutral texts."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    known = {row[2] for row in rows if len(row) == 3 and row[0] == "train"}
    return known, [(row[1] == "2", row[2]) for row in rows if len(row) == 3 and row[0] == "eval" and row[1] in "02"]


def _scored(rows: Labelled, score: Callable[[str], float]) -> tuple[list[float], float]:
    """Scores, and microseconds a text."""
    began = time.perf_counter()
    scores = [score(text) for _, text in rows]
    return scores, round((time.perf_counter() - began) / len(rows) * 1e6, 1)


def _snownlp() -> Callable[[str], float]:
    from snownlp import SnowNLP

    def score(text: str) -> float:
        return float(SnowNLP(text).sentiments) if text.strip() else 0.5

    return score


def area_of(rows: Labelled, scores: Sequence[float]) -> float:
    """How often a positive text scores above a negative one, ties counting half (Mann and Whitney's U)."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks, at = [0.0] * len(scores), 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and scores[order[end + 1]] == scores[order[at]]:
            end += 1
        for index in range(at, end + 1):
            ranks[order[index]] = (at + end) / 2 + 1
        at = end + 1
    good = [rank for rank, (positive, _) in zip(ranks, rows, strict=True) if positive]
    return (sum(good) - len(good) * (len(good) + 1) / 2) / (len(good) * (len(rows) - len(good)))
