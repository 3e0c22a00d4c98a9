"""What others would do: characters in TF-IDF, words in BM25, a sentence encoder's cosine. None of them can refuse."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from gateways.encoder import UseEncoder

Candidates = list[tuple[str, float]]


class Peer(Protocol):
    """A matcher in the benchmark."""

    name: str

    def judge(self, text: str) -> tuple[str, Candidates]:
        """Its decision, empty where it takes none, and the best entries."""
        ...


def _best(scores: np.ndarray, owners: Sequence[str]) -> Candidates:
    found: dict[str, float] = {}
    for at in np.argsort(-scores, kind="stable")[:60]:
        found.setdefault(owners[at], float(scores[at]))
    return list(found.items())[:3]


def _flat(base: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    rows = [(intent, text) for intent, texts in base.items() for text in texts]
    return [intent for intent, _ in rows], [text for _, text in rows]


class CharTfidf:
    """scikit-learn's TfidfVectorizer on characters and pairs."""

    name = "char_tfidf"

    def __init__(self, base: Mapping[str, Sequence[str]]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._owners, texts = _flat(base)
        self._vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
        self._rows = self._vectors.fit_transform(texts)

    def judge(self, text: str) -> tuple[str, Candidates]:
        """Cosine."""
        return "", _best((self._rows @ self._vectors.transform([text]).T).toarray()[:, 0], self._owners)


class Bm25:
    """jieba's words in bm25s."""

    name = "jieba_bm25s"

    def __init__(self, base: Mapping[str, Sequence[str]]) -> None:
        import bm25s
        import jieba

        jieba.setLogLevel("ERROR")
        self._owners, texts = _flat(base)
        self._cut = jieba.lcut
        self._index = bm25s.BM25()
        self._index.index([self._cut(text) for text in texts], show_progress=False)

    def judge(self, text: str) -> tuple[str, Candidates]:
        """BM25, which grows with the length of the question."""
        return "", _best(np.asarray(self._index.get_scores(self._cut(text) or [""])), self._owners)


class EncoderAlone:
    """Cosine of sentence vectors."""

    name = "encoder_alone"

    def __init__(self, base: Mapping[str, Sequence[str]], encoder: UseEncoder) -> None:
        self._owners, texts = _flat(base)
        self._encoder = encoder
        self._rows = encoder.encode(texts)

    def judge(self, text: str) -> tuple[str, Candidates]:
        """Cosine."""
        return "", _best(self._rows @ self._encoder.encode([text])[0], self._owners)
