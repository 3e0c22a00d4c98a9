"""The matcher beside character TF-IDF, jieba + BM25 and the sentence encoder alone, on the same questions in one run.

With --data a folder of labelled questions (bank_intents.tsv, chatter.tsv: cut as a benchmark of retrieval with
rejection; or kb.tsv and queries.tsv as they are). Without: the shipped base, every fourth phrasing held out.
"""

import time
from pathlib import Path

from bench.faq_cases import Cases, noisy, shipped, split
from bench.faq_peers import Bm25, CharTfidf, EncoderAlone, Peer
from bench.faq_score import Judged, score
from commands.trained import background
from config import data as shipped_data
from gateways.encoder import UseEncoder
from rules.grams import Background, Grams
from rules.match import Entry, Matcher, load
from rules.postings import Postings
from rules.text import clean
from rules.train import build

CHANNEL = "group"
QUICK_LINES = 1_200
NOISY = 300
MANY = 100_000


class Ours:
    """The product's matcher, its decisions included."""

    name = "ours"

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def judge(self, text: str) -> tuple[str, list[tuple[str, float]]]:
        """Decision and candidates."""
        decision = self._matcher.decide(text, CHANNEL)
        return decision.kind, list(decision.candidates)


def measure(*, quick: bool, data: Path | None = None) -> dict[str, object]:
    """The report of `run.py bench faq`."""
    cases = shipped() if data is None else split(data)
    queries = cases.queries[:QUICK_LINES] if quick else cases.queries
    encoder = UseEncoder()
    encoder.load()
    talk = cases.talk or shipped_data.chatter()
    entries = [Entry(id=one, question=own[0], paraphrases=tuple(own[1:])) for one, own in cases.base.items()]
    started = time.perf_counter()
    artefact = build(entries, Background(talk=tuple(talk), hanzi=shipped_data.hanzi()), encoder)
    publish = time.perf_counter() - started
    matcher = load(artefact, encoder)
    peers: list[Peer] = [Ours(matcher), CharTfidf(cases.base), Bm25(cases.base), EncoderAlone(cases.base, encoder)]
    table = {peer.name: score(queries, [_judged(peer, text) for _, text in queries]) for peer in peers}
    ours, plain = table["ours"]["top1"], table[CharTfidf.name]["top1"]
    detail: dict[str, object] = {
        "questions": cases.name, "known": sum(map(len, cases.base.values())), "queries": len(queries),
        "table": table, "publish_seconds": round(publish, 1), "artefact_kb": len(artefact) // 1024,
        "noise_top1": _noise(matcher, queries),
    }  # fmt: skip
    if not quick:
        detail["screen_us_at_100000"] = _screen()
    return {
        "name": "faq", "ours": ours, "peer": plain, "peer_name": "character TF-IDF (scikit-learn)", "unit": "top-1",
        "ratio": round(ours / plain, 3), "detail": detail,
    }  # fmt: skip


def _judged(peer: Peer, text: str) -> Judged:
    started = time.perf_counter()
    kind, candidates = peer.judge(text)
    return Judged(kind, candidates, (time.perf_counter() - started) * 1e6)


def _noise(matcher: Matcher, queries: list[tuple[str, str]]) -> dict[str, float]:
    """Share of questions whose right entry comes first, by kind of noise."""
    asked = [(gold, text) for gold, text in queries if gold not in "-?"][:NOISY]
    found = {}
    for kind, change in noisy().items():
        right = 0
        for at, (gold, text) in enumerate(asked):
            top = matcher.decide(change(text, at), "private").candidates[:1]
            right += bool(top) and top[0][0] == gold
        found[kind] = round(right / max(1, len(asked)), 4)
    return found


def _screen() -> float:
    """Microseconds a line of talk costs against a hundred thousand entries, by letters alone."""
    talk = shipped_data.chatter()
    phrases = [f"{one}{other}" for one in talk[:317] for other in talk[-317:]][:MANY]
    grams = Grams.learn(background())
    postings = Postings.of([grams.weigh(clean(phrase)) for phrase in phrases])
    started = time.perf_counter()
    for line in talk[400:500]:
        postings.alike(grams.weigh(clean(line)))
    return round((time.perf_counter() - started) * 1e4, 1)


__all__ = ["Cases", "measure"]
