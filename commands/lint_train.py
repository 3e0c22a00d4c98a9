"""`run.py lint-train`: builds the lint's second layer from the labelled sentences, and says how well it reads new ones.

The figures are out of fold by family: no phrasing of a sentence is judged by weights that saw another phrasing of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from commands.say import result
from config import data
from rules import packs
from rules.compliance import MASK, Lexicon
from rules.excuses import merged
from rules.normalise import Normaliser
from rules.wording import BETWEEN, grams_of, sentences

STRENGTH = 3.0
"""C of the regression."""
OTHER_WAY = 0.3
"""Weight of sentences going the other direction."""
OURS = 4.0
"""Weight of shipped warnings: each has been read by people."""
LIMITS = {"out": 0.6, "in": 0.6, "warn": 0.65}
"""From which probability an output counts."""
FOLDS = 6
SHIPPED = "shipped"

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sample:
    """A labelled sentence, normalised."""

    family: str
    bad: bool
    direction: str
    category: str
    plain: str


def samples() -> list[Sample]:
    """The labelled sentences, and everything we ship as examples of what is right."""
    normalise = Normaliser(data.variants())
    written = [
        Sample(one["family"], one["label"] == "violation", one["direction"], one["category"], one["text"])
        for one in data.lint_sentences()
    ]
    ours = [Sample(SHIPPED, bad=False, direction=way, category="-", plain=text) for way, text in _shipped()]
    return [
        Sample(one.family, one.bad, one.direction, one.category, normalise.plain(one.plain)) for one in written + ours
    ]


def _shipped() -> list[tuple[str, str]]:
    """(direction, sentence): what the product says, and what members ask it or each other."""
    faq = data.faq()
    said = [one["answer"] for one in faq["entries"]] + list(faq["risk_tips"].values())
    said += [one["body"] for one in data.calendar()["content"]] + list(data.referral()["disclosures"])
    asked = [text for one in faq["entries"] for text in (one["question"], *one["paraphrases"])] + data.chatter()
    parts = [text[start:end] for text in said for start, end in sentences(text)]
    return [("out", text) for text in dict.fromkeys(parts)] + [("in", text) for text in dict.fromkeys(asked)]


def masked(lexicon: Lexicon, found: Sequence[Sample]) -> list[Sample]:
    """Outbound sentences in which the lexicon finds something, its words masked: do the words around them warn?"""
    kept = []
    for one in found:
        spans = lexicon.spans(one.plain) if one.direction == "out" else []
        text = one.plain
        for start, end in reversed(merged(spans, text)):
            text = text[:start] + MASK + text[end:]
        if spans:
            kept.append(Sample(one.family, one.bad, one.direction, one.category, text))
    return kept


class Reader:
    """Features of sentences over one vocabulary, and the regressions on them."""

    def __init__(self, texts: Sequence[str], cues: Mapping[str, Sequence[str]]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectors = TfidfVectorizer(analyzer=lambda text: grams_of(text, cues), sublinear_tf=True, min_df=2)
        self._vectors.fit(texts)
        self.grams: list[str] = list(self._vectors.get_feature_names_out())
        self.idf = np.asarray(self._vectors.idf_)

    def __call__(self, texts: Sequence[str]) -> Any:
        """A sparse row a text."""
        return self._vectors.transform(texts)


def fit(rows: Any, wanted: Flags, weight: npt.NDArray[np.float64]) -> Any:
    """A regression of one yes-or-no output."""
    from sklearn.linear_model import LogisticRegression

    made = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
    return made.fit(rows, wanted, sample_weight=weight)


def out_of_fold(rows: Any, wanted: Flags, weight: npt.NDArray[np.float64], families: Sequence[str]) -> Any:
    """Probability of each sample by weights that saw no other phrasing of its family."""
    from sklearn.model_selection import GroupKFold

    groups = [f"{one}{at}" if one == SHIPPED else one for at, one in enumerate(families)]
    found = np.zeros(len(wanted))
    for known, new in GroupKFold(FOLDS).split(rows, wanted, groups):
        found[new] = fit(rows[known], wanted[known], weight[known]).predict_proba(rows[new])[:, 1]
    return found


def train(*, figures: bool) -> dict[str, Any]:
    """Everything that goes into lint_weights.npz, and the figures under `report` where they are wanted."""
    cues = data.variants()["cues"]
    lexicon = Lexicon.load(data.lexicon(), data.variants(), packs.load(data.rule_packs()))
    told = samples()
    frames = masked(lexicon, told)
    read = Reader([one.plain for one in (*told, *frames)], cues)
    rows = read([one.plain for one in told])
    bad = np.array([one.bad for one in told])
    families = [one.family for one in told]
    models, report = [], {}
    for way in ("out", "in"):
        mine = np.array([one.direction == way for one in told])
        weight = np.where(mine, 1.0, OTHER_WAY)
        models.append(fit(rows, bad, weight))
        if figures:
            report[way] = _figures(out_of_fold(rows, bad, weight, families)[mine], bad[mine], LIMITS[way])
    framed, good = read([one.plain for one in frames]), np.array([not one.bad for one in frames])
    trust = np.where([one.family == SHIPPED for one in frames], OURS, 1.0)
    models.append(fit(framed, good, trust))
    if figures:
        found = out_of_fold(framed, good, trust, [one.family for one in frames])
        report["warn"] = _figures(found, good, LIMITS["warn"])
    kinds = sorted({one["category"] for one in data.lexicon()})
    named = np.array([one.category if one.bad else "-" for one in told])
    chosen = np.isin(named, kinds)
    models += [fit(rows[chosen], named[chosen] == kind, np.ones(int(chosen.sum()))) for kind in kinds]
    return {**_packed(read, models, kinds), "report": report, "sentences": len(data.lint_sentences())}


def _figures(found: Any, wanted: Flags, limit: float) -> dict[str, float]:
    hit = found >= limit
    return {"recall": round(float(hit[wanted].mean()), 3), "false_alarms": round(float(hit[~wanted].mean()), 3)}


def _packed(read: Reader, models: Sequence[Any], kinds: Sequence[str]) -> dict[str, Any]:
    """Columns of int8 with a scale each; grams that move nothing by a hundredth are left out."""
    table = np.stack([model.coef_[0] for model in models], axis=1)
    kept = np.flatnonzero(np.abs(table[:, :3]).max(axis=1) > np.abs(table[:, :3]).max() / 300)
    table = table[kept]
    scale = np.abs(table).max(axis=0) / 127
    return {
        "grams": np.array(BETWEEN.join(read.grams[at] for at in kept)),
        "idf": read.idf[kept].astype(np.float16),
        "table": np.round(table / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": np.array([model.intercept_[0] for model in models], dtype=np.float32),
        "outputs": np.array("\n".join(("out", "in", "warn", *kinds))),
        "limits": np.array(list(LIMITS.values()), dtype=np.float32),
    }


@click.command("lint-train")
@click.option("--figures/--no-figures", default=True, help="同时给出折外召回与误报（用时多数倍）")
@click.option("--json", "as_json", is_flag=True)
def lint_train(*, figures: bool, as_json: bool) -> None:
    """用 config/data/lint_sentences.tsv 重新训练合规检查的第二层。"""
    made = train(figures=figures)
    report, sentences = made.pop("report"), made.pop("sentences")
    save: Callable[..., None] = np.savez_compressed
    save(data.LINT_WEIGHTS, **made)
    size = data.LINT_WEIGHTS.stat().st_size
    facts = {"sentences": sentences, "grams": len(made["idf"]), "bytes": size, "out_of_fold": report}
    lines = [f"  {way}：召回 {one['recall']}，误报 {one['false_alarms']}" for way, one in report.items()]
    result(facts, "\n".join([f"{sentences} 句，{len(made['idf'])} 个特征，{size} 字节", *lines]), as_json=as_json)
