"""What a text is made of for the matcher: characters, character pairs and toneless-pinyin pairs, weighed by rarity.

Rarity comes from Chinese at large and from community talk, never from the small base alone: there 怎么 looks rare and
开户 common (measured: AUROC against chatter .97 instead of .93). Pinyin pairs forgive homophones (开护 for 开户).
"""

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from rules.text import clean

LETTERS_A_LINE = 10.0
"""A typical message; turns a share of letters into the chance that a message holds the gram."""
FLOOR = 1e-5
"""No gram counts as rarer than this share of messages."""
TALK_SHARE = 0.5
"""How much community talk weighs beside Chinese at large."""
LETTER, PAIR, SOUND = 0.6, 1.0, 0.5
"""How much a character, a pair and a pair of syllables count (measured)."""
UNIT = re.compile("[a-z]+|[0-9]+|.")
MOST_REMEMBERED = 200_000
"""A bound on memory, whatever people type."""
LIFT = 3.0
"""Unlisted pairs occur this much more often than chance would have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is not special about a question: community talk, and how often characters and pairs occur at large."""

    talk: tuple[str, ...]
    hanzi: tuple[tuple[str, float, str], ...]
    """Character or pair, its share of all characters, and the pinyin of a character."""


class Grams:
    """Weighs the grams of a text."""

    def __init__(self, shares: Mapping[str, float], pinyin: Mapping[str, str]) -> None:
        self._shares = dict(shares)
        self._pinyin = dict(pinyin)
        self._idf: dict[str, float] = {}
        self._sounds: dict[str, float] = defaultdict(float)
        for gram, share in shares.items():
            self._sounds[" ".join(self._pinyin.get(letter, letter) for letter in letters_of(gram))] += share

    @classmethod
    def learn(cls, background: Background) -> Self:
        """Shares from Chinese at large and from talk."""
        shares: dict[str, float] = defaultdict(float)
        for gram, share, _ in background.hanzi:
            shares[gram] += (1 - TALK_SHARE) * share
        talk = [letters_and_pairs(clean(line)) for line in background.talk]
        for grams in talk:
            for gram in grams:
                shares[gram] += TALK_SHARE / len(talk) / LETTERS_A_LINE
        return cls(shares, {gram: sound for gram, _, sound in background.hanzi if sound})

    def weigh(self, text: str) -> dict[str, float]:
        """Gram -> weight of a cleaned text, of length one."""
        letters = letters_of(text)
        weights = {}
        for letter, many in Counter(letters).items():
            weights[letter] = LETTER * (1 + math.log(many)) * self._rarity(letter, "", "", self._shares)
        for (one, other), many in Counter(itertools.pairwise(letters)).items():
            weights[one + other] = PAIR * (1 + math.log(many)) * self._rarity(one + other, one, other, self._shares)
            sounds = self._pinyin.get(one, one), self._pinyin.get(other, other)
            sound = " ".join(sounds)
            weights["~" + sound] = SOUND * self._rarity(sound, *sounds, self._sounds)
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {gram: weight / norm for gram, weight in weights.items()}

    def by_sound(self, grams: Iterable[str]) -> dict[str, str]:
        """Sound of a pair -> the base's pair that sounds so, where only one does."""
        pairs: dict[str, set[str]] = defaultdict(set)
        for gram in grams:
            if len(gram) == 2 and all(letter in self._pinyin for letter in gram):  # noqa: PLR2004 a pair
                pairs[self._sound(gram)].add(gram)
        return {sound: min(found) for sound, found in pairs.items() if len(found) == 1}

    def repaired(self, text: str, by_sound: Mapping[str, str]) -> str:
        """A pair nobody writes that sounds like one of the base's is that one: 开护 is 开户.

        One letter may differ, and only one that makes no word with its other neighbour: 板注销 stays as it is.
        """
        for at in range(len(text) - 1):
            pair = text[at : at + 2]
            meant = by_sound.get(self._sound(pair), pair)
            if pair in self._shares or meant == pair or (meant[0] != pair[0] and meant[1] != pair[1]):
                continue
            beside = text[at + 1 : at + 3] if meant[0] == pair[0] else text[max(0, at - 1) : at + 1]
            if len(beside) < 2 or beside not in self._shares:  # noqa: PLR2004 at either end
                text = text[:at] + meant + text[at + 2 :]
        return text

    def _sound(self, pair: str) -> str:
        return " ".join(self._pinyin.get(letter, letter) for letter in pair)

    def _rarity(self, gram: str, one: str, other: str, shares: Mapping[str, float]) -> float:
        known = self._idf.get(gram)
        if known is None:
            share = shares.get(gram, 0.0) or LIFT * shares.get(one, 0.0) * shares.get(other, 0.0)
            known = -math.log(min(1.0, LETTERS_A_LINE * share + FLOOR))
            if len(self._idf) < MOST_REMEMBERED:
                self._idf[gram] = known
        return known

    def dump(self) -> tuple[str, list[float]]:
        """Lines `gram<TAB>pinyin`, and their shares."""
        lines = [f"{gram}\t{self._pinyin.get(gram, '')}" for gram in self._shares]
        return "\n".join(lines), list(self._shares.values())

    @classmethod
    def restore(cls, lines: str, shares: Iterable[float]) -> Self:
        """What `dump` gave."""
        rows = [line.split("\t") for line in lines.split("\n")] if lines else []
        by_gram = dict(zip((gram for gram, _ in rows), shares, strict=True))
        return cls(by_gram, {gram: sound for gram, sound in rows if sound})


def letters_of(text: str) -> list[str]:
    """Chinese characters one by one, Latin words and numbers whole: “app” and “drop” have nothing in common."""
    return UNIT.findall(text)


def letters_and_pairs(text: str) -> Counter[str]:
    """Letters and neighbouring pairs."""
    letters = letters_of(text)
    grams = Counter(letters)
    grams.update(one + other for one, other in itertools.pairwise(letters))
    return grams


def lines_of(phrases: Sequence[str]) -> list[str]:
    """Cleaned, without doubles and empties, in order."""
    return [text for text in dict.fromkeys(clean(phrase) for phrase in phrases) if text]
