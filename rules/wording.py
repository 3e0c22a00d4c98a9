"""The second layer: how much a sentence sounds like an offence or like a warning, whatever words it uses.

Logistic regression on character grams and a few cues, trained by `run.py lint-train` on sentences written for this
product (config/data/lint_sentences.tsv). It only ever asks for a person's eye (`review`), it never blocks.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

LONGEST = 3
"""Letters of the longest gram."""
CUE, NO_CUE = "\x01", "\x02"
BETWEEN = "\x1f"
"""Between grams in the stored list: no text we read holds it."""
MOST_CUES = 3
CUE_WEIGHT = 2
SENTENCE = re.compile(r"[^。！!？?；;\n]+[。！!？?；;\n]*")
SHORTEST = 4
"""Letters below which a sentence says too little to be judged."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A stretch of the normalised text, what it sounds like, and how surely (0..1)."""

    start: int
    end: int
    category: str
    sureness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A trained reader. `table`: a row a gram, a column an output; see OUTPUTS."""

    grams: Mapping[str, int]
    idf: Floats
    table: Floats
    bias: Floats
    outputs: tuple[str, ...]
    """out, in, warn, then the categories of offences."""
    limits: Mapping[str, float]
    """Probability from which an output counts."""
    cues: Mapping[str, Sequence[str]]

    @classmethod
    def load(cls, stored: Mapping[str, Any], cues: Mapping[str, Sequence[str]]) -> Self:
        """From lint_weights.npz (int8 columns with a scale each)."""
        grams = str(stored["grams"]).split(BETWEEN)
        return cls(
            grams={gram: at for at, gram in enumerate(grams)},
            idf=stored["idf"].astype(np.float32),
            table=stored["table"].astype(np.float32) * stored["scale"],
            bias=stored["bias"].astype(np.float32),
            outputs=tuple(str(stored["outputs"]).split("\n")),
            limits=dict(zip(("out", "in", "warn"), map(float, stored["limits"]), strict=True)),
            cues=cues,
        )


class Wording:
    """Reads sentences with trained weights."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._at = {name: number for number, name in enumerate(weights.outputs)}
        self._first = self._at["warn"] + 1

    def suspects(self, plain: str, direction: str) -> list[Suspicion]:
        """Sentences of a normalised text that sound like an offence, going `out` or coming `in`."""
        limit, column = self._weights.limits[direction], self._at[direction]
        found = []
        for start, end in sentences(plain):
            scores = self._scores(plain[start:end])
            sureness = _probability(float(scores[column]))
            if sureness >= limit:
                kind = self._first + int(scores[self._first :].argmax())
                found.append(Suspicion(start, end, self._weights.outputs[kind], sureness))
        return found

    def warns(self, masked: str) -> bool:
        """Whether words around masked offences warn of them, sentence by sentence: one that sells spoils all."""
        limit, column = self._weights.limits["warn"], self._at["warn"]
        parts = [masked[start:end] for start, end in sentences(masked)]
        telling = [one for one in parts if "■" in one]
        return bool(telling) and all(_probability(float(self._scores(one)[column])) >= limit for one in telling)

    def _scores(self, sentence: str) -> Floats:
        """Log odds of every output."""
        weights = self._weights
        counted = Counter(grams_of(sentence, weights.cues))
        known = [(weights.grams[gram], times) for gram, times in counted.items() if gram in weights.grams]
        if not known:
            return weights.bias
        rows = np.fromiter((row for row, _ in known), dtype=np.intp, count=len(known))
        times = np.fromiter((times for _, times in known), dtype=np.float32, count=len(known))
        value = (1 + np.log(times)) * weights.idf[rows]
        value /= np.sqrt((value * value).sum())
        scores: Floats = value @ weights.table[rows] + weights.bias
        return scores


def grams_of(sentence: str, cues: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """Character grams with the edges marked, and which kinds of cue words occur: the features of a sentence."""
    edged = f"^{sentence.strip()}$"
    for size in range(1, LONGEST + 1):
        for at in range(len(edged) - size + 1):
            yield edged[at : at + size]
    for kind, words in cues.items():
        times = min(sum(word in sentence for word in words), MOST_CUES)
        for _ in range(times * CUE_WEIGHT):
            yield CUE + kind
        if not times:
            yield NO_CUE + kind


def sentences(plain: str) -> list[tuple[int, int]]:
    """Where the sentences of a text stand, those too short to judge left out."""
    spans = [match.span() for match in SENTENCE.finditer(plain)]
    return [(start, end) for start, end in spans if end - start >= SHORTEST]


def _probability(odds: float) -> float:
    return 1 / (1 + float(np.exp(-odds)))
