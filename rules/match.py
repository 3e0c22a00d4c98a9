"""Which FAQ entry a text asks for: answer, ask back, hand over, or silence; silence beats a wrong answer.

`rules.train.build` makes the artefact when a base is published; `load` makes a Matcher of it, which needs numpy alone.
A message is first judged by its letters (about 0.25 ms); three in ten lines of community talk are worth the
sentence encoder (2-4 ms). Without an encoder the letters decide alone.
"""

import itertools
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rules import evidence
from rules.asking import mean as asking_mean
from rules.grams import Grams
from rules.learn import Array
from rules.model import Model
from rules.opposites import Sides
from rules.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as the matcher sees it."""

    id: str
    question: str
    paraphrases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """answer | clarify | silent | handoff, with the best entries; scores lie in 0..1."""

    kind: str
    entry_id: str
    score: float
    candidates: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """From `answer` up it answers, from `clarify` up it asks back."""

    answer: float
    clarify: float
    addressed: float
    """Log-odds by which a message here is likelier meant for the bot than in a group, where four of five are talk."""


class Encoder(Protocol):
    """Sentence vectors, when they are ready."""

    @property
    def ready(self) -> bool:
        """Whether encode answers at once."""
        ...

    def load(self) -> None:
        """Be ready, however long it takes."""
        ...

    def encode(self, texts: Sequence[str]) -> Array:
        """One unit vector a text."""
        ...


THRESHOLDS: dict[str, Threshold] = {
    "private": Threshold(answer=0.75, clarify=0.13, addressed=1.5),
    "mention": Threshold(answer=0.80, clarify=0.13, addressed=1.0),
    "group": Threshold(answer=0.92, clarify=0.20, addressed=0.0),
}
SHOWN = 5
TELLING = 3
"""Letters a text needs to be answered; “费用” alone is asked back."""
VERBATIM = 0.99
"""Chance given to a text that is an approved phrasing."""
EVEN = 0.5
"""From this chance up the best entry may be answered with; two that fit equally never get there."""
FAINT, ASKING_IN_SCREEN = 0.16, 0.2
"""Likeness of the nearest phrasing, with some of the odds of being a question, below which a line is talk: three of
four lines of talk, two of a thousand questions (measured)."""
UNSEEN = 1e-5
"""Scale of the scores of such lines: below all that was looked at."""
WORTH_A_LOOK = 0.005
"""Score by letters alone below which nobody asks the sentence encoder."""
HANDOFF = re.compile(
    r"^(?:请|麻烦|帮我|给我|我|要|想|需要)*"
    r"(?:(?:转接|转|找|换|接|联系)?(?:一下|一个|个|到)?(?:人工|真人)(?:客服|服务|坐席)?|(?:转接|转|找|联系)客服)"
    r"(?:吧|谢谢)?$"
)
LEANING = re.compile(r"(?:那么?|那个|这个|它的?|还有|另外)(.{1,10}?)(?:呢|怎么说)?|(.{1,8}?)呢")
"""“那费用呢”: a question only after another one."""
SILENT = Decision(kind="silent", entry_id="", score=0.0, candidates=())


class Matcher:
    """Decides about messages; pure apart from the encoder, read-only, shared by threads."""

    def __init__(self, model: Model, encoder: Encoder | None = None) -> None:
        self._model = model
        self._encoder = encoder if model.sense is not None else None
        sizes = np.diff([*model.firsts, len(model.phrases)])
        self._owner = np.repeat(np.arange(len(model.entries)), sizes)
        said: dict[str, list[str]] = defaultdict(list)
        for row, phrase in enumerate(model.phrases):
            said[phrase].append(model.entries[self._owner[row]])
        self._said = {phrase: owners[0] for phrase, owners in said.items() if len(owners) == 1}
        self._by_sound = model.grams.by_sound(model.postings.grams)
        bounds = [*model.firsts, len(model.phrases)]
        self._sides = Sides([model.phrases[one:other] for one, other in itertools.pairwise(bounds)])

    @property
    def grams(self) -> Grams:
        """How it weighs a text, for whoever compares texts with each other."""
        return self._model.grams

    @property
    def mode(self) -> str:
        """`sentences` when the encoder takes part, else `letters`."""
        return "sentences" if self._encoder is not None and self._encoder.ready else "letters"

    def begin(self) -> None:
        """Have something to decide with, before anybody asks in a transaction of theirs."""

    def wait(self) -> None:
        """Be ready with all that may take part, for callers with time."""
        if self._encoder is not None:
            self._encoder.load()

    def decide(self, text: str, channel: str, context: Sequence[str] = ()) -> Decision:
        """What to do with a text heard in a private chat, a group, or a group with @ (`mention`).

        `context`: what the same person asked in the last minutes, oldest first; “那费用呢？” leans on it.
        """
        cleaned = clean(text)
        if HANDOFF.match(cleaned) and channel != "group":
            return Decision(kind="handoff", entry_id="", score=1.0, candidates=())
        limit = THRESHOLDS[channel]
        if not self._sides.barred(cleaned):  # who takes a side is taken at his word
            cleaned = self._model.grams.repaired(cleaned, self._by_sound)
        found = self._approved(cleaned, self._scores(cleaned, limit.addressed))
        if context and (rest := LEANING.fullmatch(cleaned)):
            found = self._leaning(rest[1] or rest[2], clean(context[-1]), found, limit.addressed)
        if not found:
            return SILENT
        entry_id, score = found[0]
        top = tuple(found[: evidence.CHOICES])
        if score >= limit.answer:
            return Decision(kind="answer", entry_id=entry_id, score=score, candidates=top)
        kind = "clarify" if score >= limit.clarify else "silent"
        return Decision(kind=kind, entry_id="", score=score, candidates=top)

    def scores(self, text: str, most: int | None = None) -> list[tuple[str, float]]:
        """Entries by how alike their nearest phrasing is, by letters alone (cosine, 0..1), best first."""
        cleaned = clean(text)
        letters = self._model.postings.alike(self._model.grams.weigh(cleaned))[None, :]
        if not letters.any():
            return []
        letters[:, self._sides.barred(cleaned)] = -1
        like = evidence.by_entry(letters, self._model.firsts)[0]
        order = np.argsort(-like, kind="stable")[:most]
        return [(self._model.entries[at], min(1.0, float(like[at]))) for at in order if like[at] > 0]

    def _approved(self, cleaned: str, found: list[tuple[str, float]]) -> list[tuple[str, float]]:
        """An approved phrasing, word for word, means its entry."""
        entry_id = self._said.get(cleaned)
        if entry_id is None:
            return found
        rest = [(one, min(score, 1 - VERBATIM)) for one, score in found if one != entry_id]
        return [(entry_id, max([VERBATIM, *(score for one, score in found if one == entry_id)])), *rest]

    def _leaning(
        self, rest: str, before: str, alone: list[tuple[str, float]], addressed: float
    ) -> list[tuple[str, float]]:
        """The question before, completed by this one; never simply the same answer again."""
        joined, earlier = self._scores(before + rest, addressed), self._scores(before, addressed)
        again = earlier[0][0] if earlier else ""
        best = [(one, score) for one, score in joined if one != again]
        return best if best and (not alone or best[0][1] > alone[0][1]) else alone

    def _scores(self, cleaned: str, addressed: float) -> list[tuple[str, float]]:
        if not cleaned or not self._model.entries:
            return []
        letters = self._model.postings.alike(self._model.grams.weigh(cleaned))[None, :]
        asking = asking_mean(self._model.asking, cleaned)
        nearest = float(letters.max())
        if nearest <= 0:
            return []
        barred = self._sides.barred(cleaned)
        if nearest + ASKING_IN_SCREEN * asking < FAINT:
            letters[:, barred] = evidence.OUT
            like = evidence.by_entry(letters, self._model.firsts)[0]
            order = np.argsort(-like, kind="stable")[: evidence.CHOICES]
            return [(self._model.entries[at], UNSEEN * float(like[at])) for at in order if like[at] > 0]
        found = self._judge(cleaned, letters, None, barred, asking, addressed)
        if self._encoder is None or not self._encoder.ready:
            return found
        if found and found[0][1] < WORTH_A_LOOK:
            return [(one, score * WORTH_A_LOOK) for one, score in found]
        return self._judge(cleaned, letters, self._encoder.encode([cleaned]), barred, asking, addressed)

    def _judge(
        self, cleaned: str, letters: Array, vector: Array | None, barred: list[int], asking: float, addressed: float
    ) -> list[tuple[str, float]]:
        model, mode = self._model, "letters" if vector is None else "sentences"
        head = model.heads[mode]
        alike, sensed = None, 0.0
        if vector is not None and model.sense is not None:
            cosines = vector @ model.sense.vectors.T
            alike, sensed = cosines[:, : len(model.phrases)], float(model.sense.heard(cosines)[0])
        likeness = evidence.likeness(letters, alike)
        likeness[:, barred] = evidence.OUT
        like = evidence.by_entry(likeness, model.firsts)
        scores = evidence.scores_of(head, evidence.kernel(letters, alike), like)
        seen = evidence.seen(head, like, evidence.by_entry(letters, model.firsts), scores)
        length = min(len(cleaned), evidence.LONG) / evidence.LONG
        rows, order = evidence.features(seen, np.array([[asking, sensed, length]]))
        right, useful = (float(evidence.chance(gate, rows, addressed)[0]) for gate in (head.right, head.useful))
        score, ranked = _score(right, useful), seen.ranked[0]
        best = [at for at in order[0, :SHOWN] if ranked[at] > 0]
        if len(cleaned) < TELLING or _twins(ranked[best]):
            score = min(score, EVEN / 2)
        return [(model.entries[at], score * float(ranked[at] / ranked[best[0]])) for at in best]


class LateMatcher(Matcher):
    """Made when the first text comes: commands that never ask do not pay for training. A better one may follow."""

    def __init__(self, make: Callable[[], Matcher], better: Callable[[], Matcher] | None = None) -> None:
        self._make = make
        self._better = better
        self._lock = threading.Lock()
        self._made: Matcher | None = None

    @property
    def grams(self) -> Grams:
        """See Matcher."""
        return self._matcher().grams

    @property
    def mode(self) -> str:
        """See Matcher."""
        return self._matcher().mode

    def begin(self) -> None:
        """See Matcher."""
        self._matcher()

    def wait(self) -> None:
        """See Matcher."""
        if self._better is None:
            self._matcher().wait()
        else:
            self._improve(self._better)

    def decide(self, text: str, channel: str, context: Sequence[str] = ()) -> Decision:
        """See Matcher."""
        return self._matcher().decide(text, channel, context)

    def scores(self, text: str, most: int | None = None) -> list[tuple[str, float]]:
        """See Matcher."""
        return self._matcher().scores(text, most)

    def _matcher(self) -> Matcher:
        with self._lock:
            if self._made is None:
                self._made = self._make()
                if self._better is not None:
                    threading.Thread(target=self._improve, args=(self._better,), daemon=True).start()
            return self._made

    def _improve(self, better: Callable[[], Matcher]) -> None:
        made = better()
        made.wait()
        with self._lock:
            self._made, self._better = made, None


def _score(right: float, useful: float) -> float:
    """One scale: above EVEN how sure the best is, below it how useful the choices are."""
    return 0.5 + 0.5 * right if right >= EVEN else 0.5 * useful


def _twins(ranked: Array) -> bool:
    """The best two fit equally well."""
    return len(ranked) > 1 and bool(ranked[1] >= 0.99 * ranked[0])


def load(artefact: bytes, encoder: Encoder | None = None) -> Matcher:
    """The matcher of a published base; OldArtefact when another version of the product trained it."""
    return Matcher(Model.restore(artefact), encoder)
