"""`python -m commands.opinion_model`: train the opinion classifier on our own texts and write its weights."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from config import data
from rules import opinion_texts, sentiment
from rules.sentiment import CLASSES, GRAMS, Lexicon

REGULARISATION = 0.05
SEEN_IN = 3
"""Texts an n-gram must occur in."""
SMALLEST = 0.004
"""N-grams that weigh less than this in every class are left out: half of the file, nothing of the result."""
WEIGHTS = Path(data.FOLDER) / "opinion_weights.json"


def train() -> dict[str, Any]:
    """Weights as rules.sentiment reads them."""
    rows = list(opinion_texts.expand(data.opinion_texts()))
    labels, texts = [label for label, _ in rows], [text.lower() for _, text in rows]
    lexicon = Lexicon.load(data.opinion_lexicon())
    counter = CountVectorizer(
        analyzer=lambda text: list(sentiment.grams_of(text)), min_df=SEEN_IN, binary=True
    )  # fmt: skip
    grams = counter.fit_transform(texts)
    figures = csr_matrix(np.array([lexicon.figures(text) for text in texts]))
    model = LogisticRegression(C=REGULARISATION, max_iter=500).fit(hstack([grams, figures]), labels)
    order = [list(model.classes_).index(name) for name in CLASSES]
    coefficients, names = model.coef_[order], counter.get_feature_names_out()
    known = {
        str(name): [round(float(one), 4) for one in coefficients[:, at]]
        for at, name in sorted(enumerate(names), key=lambda one: str(one[1]))
        if np.abs(coefficients[:, at]).max() >= SMALLEST
    }
    if max(GRAMS) != max(map(len, known)):
        raise ValueError("n-grams of training and serving differ")
    return {
        "texts": opinion_texts.digest(data.opinion_texts(), data.opinion_lexicon()),
        "bias": [round(float(one), 4) for one in model.intercept_[order]],
        "figures": [[round(float(one), 4) for one in row] for row in coefficients[:, len(names) :]],
        "grams": known,
    }


def main() -> None:
    """Write the weights."""
    text = json.dumps(train(), ensure_ascii=False, separators=(",", ":"))
    WEIGHTS.write_text(text.replace("],", "],\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
