"""An inverted index over phrasings: which ones share grams with a text, and how alike they are (cosine)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rules.learn import Array

LONGEST = 4_096
"""Of a gram that more phrasings share than this, only the weightiest are kept: it tells hardly anything."""


class Postings:
    """Gram -> rows and weights, in three flat arrays."""

    def __init__(
        self, grams: Sequence[str], starts: NDArray[np.int64], rows: NDArray[np.int32], weights: Array
    ) -> None:
        self.grams = list(grams)
        self.starts, self.rows, self.weights = starts, rows, weights
        self._at = {gram: at for at, gram in enumerate(self.grams)}
        self.many = int(rows.max()) + 1 if len(rows) else 0

    @classmethod
    def of(cls, vectors: Sequence[Mapping[str, float]]) -> "Postings":
        """Over the vectors of all phrasings."""
        lists: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for row, vector in enumerate(vectors):
            for gram, weight in vector.items():
                lists[gram].append((weight, row))
        kept = {gram: sorted(found, reverse=True)[:LONGEST] for gram, found in lists.items()}
        sizes = [len(found) for found in kept.values()]
        flat = [pair for found in kept.values() for pair in found]
        return cls(
            list(kept),
            np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            np.array([row for _, row in flat], dtype=np.int32),
            np.array([weight for weight, _ in flat], dtype=np.float32),
        )

    def alike(self, vector: Mapping[str, float]) -> Array:
        """Cosine with every phrasing."""
        found = [(self._at[gram], weight) for gram, weight in vector.items() if gram in self._at]
        if not found:
            return np.zeros(self.many, dtype=np.float32)
        spans = [slice(self.starts[at], self.starts[at + 1]) for at, _ in found]
        rows = np.concatenate([self.rows[span] for span in spans])
        weights = np.concatenate([self.weights[span] * weight for span, (_, weight) in zip(spans, found, strict=True)])
        return np.bincount(rows, weights, minlength=self.many).astype(np.float32)
