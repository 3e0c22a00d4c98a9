"""Trains the matcher of a base when it is published: classifier, detector of questions, calibrated gate.

Everything is judged by leave-one-out inside the base: a phrasing as if it were a new question (right or wrong), a
phrasing whose whole entry is missing (a question nobody has answered yet), and community talk.
"""

from collections.abc import Sequence

import numpy as np

from rules import asking, evidence, gate
from rules.gate import Sample
from rules.grams import Background, Grams, lines_of
from rules.learn import Array, Wide
from rules.match import Encoder, Entry
from rules.model import Model
from rules.postings import Postings

PRIORS = (
    np.array([2.0, 2.0, 3.0, 2.0, 0.3, 1.0, 1.0, 0.5, 1.0, 1.0, 1.0, 0.3, -6.0]),
    np.array([2.0, 1.0, 1.0, 0.0, 0.3, 1.0, 3.0, 2.0, 1.0, 1.0, 1.0, 0.3, -6.0]),
)
"""Gates (right, useful) before they have seen the base; one with few phrasings hardly moves them."""
MOST_TALK = 2_500
"""Lines of talk a base is trained against."""


def build(entries: Sequence[Entry], background: Background, encoder: Encoder | None = None) -> bytes:
    """The artefact of a base; with an encoder it serves with and without one."""
    ordered = sorted(entries, key=lambda entry: entry.id)
    phrased = [(one, lines_of([one.question, *one.paraphrases])) for one in ordered]
    phrased = [(one, lines) for one, lines in phrased if lines]
    phrases = [line for _, lines in phrased for line in lines]
    owner = np.repeat(np.arange(len(phrased)), [len(lines) for _, lines in phrased]).astype(np.intp)
    known = set(phrases)
    talk = sorted(line for line in lines_of(background.talk) if line not in known)
    grams = Grams.learn(background)
    vectors = [grams.weigh(phrase) for phrase in phrases]
    postings = Postings.of(vectors)
    odds = asking.Odds(phrases, talk)
    sentences, talk_sentences = _encoded(encoder, phrases), _encoded(encoder, talk)
    letters, talk_letters = _alike(postings, vectors), _alike(postings, [grams.weigh(one) for one in talk])
    own_odds = np.array([odds.of_question(one) for one in phrases])
    talk_odds = np.array([odds.of_talk(one) for one in talk])
    sense, heads = None, {}
    if phrases:
        own = Sample(letters, None, *[_other(phrases, own_odds)] * 2)
        heard = Sample(talk_letters, None, *[_other(talk, talk_odds)] * 2)
        heads["letters"] = gate.head(own, heard, owner, PRIORS)
    if len(sentences) and talk:
        sense, sensed = asking.sense(sentences, talk_sentences, owner)
        own = Sample(
            letters, sentences @ sentences.T,
            _other(phrases, own_odds, sensed.question), _other(phrases, own_odds, sensed.unknown),
        )  # fmt: skip
        heard = Sample(talk_letters, talk_sentences @ sentences.T, *[_other(talk, talk_odds, sensed.talk)] * 2)
        heads["sentences"] = gate.head(own, heard, owner, PRIORS)
    return Model(
        entries=tuple(one.id for one, _ in phrased), questions=tuple(lines[0] for _, lines in phrased),
        phrases=tuple(phrases), firsts=np.flatnonzero(np.diff(owner, prepend=-1)), grams=grams, postings=postings,
        asking=odds.table(), sense=sense, heads=heads,
    ).dump()  # fmt: skip


def _encoded(encoder: Encoder | None, texts: Sequence[str]) -> Array:
    if encoder is None or not texts:
        return np.zeros((0, 0), dtype=np.float32)
    return encoder.encode(texts)


def _alike(postings: Postings, vectors: Sequence[dict[str, float]]) -> Array:
    if not vectors:
        return np.zeros((0, postings.many), dtype=np.float32)
    return np.stack([postings.alike(vector) for vector in vectors])


def _other(texts: Sequence[str], odds: Wide, sensed: Array | None = None) -> Wide:
    lengths = np.array([min(len(text), evidence.LONG) / evidence.LONG for text in texts])
    return np.column_stack([odds, np.zeros(len(texts)) if sensed is None else sensed, lengths])
