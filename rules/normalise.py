"""Undoing disguises (full width, look-alikes, emoji, split words, pinyin, sound-alikes), places remembered."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import ahocorasick_rs

UNSEEN = frozenset({"Cf", "Mn", "Me"})
"""Unicode categories without a shape of their own: zero width, direction marks, variation selectors, overlays."""
PICTURES = frozenset({"So", "Sk"})
"""Emoji, skin tones and other pictures: between two Chinese characters they only hide a word."""
BLANKS = "\u115f\u1160"
"""Hangul fillers: letters by category, nothing to the eye (NFKC turns U+3164 and U+FFA0 into the second)."""
CJK = "\u4e00-\u9fff"
SEPARATOR = "·"
_MARK = "[，,。、.;；\n]"
SINGLE = re.compile(rf"{_MARK}[{CJK}]{_MARK}")
"""What LONE needs somewhere: quick to look for."""
LONE = re.compile(
    rf"(?<![{CJK}])[{CJK}](?:{_MARK}[{CJK}]){{2,}}(?![{CJK}])|[{CJK}](?:{_MARK}[{CJK}](?={_MARK})){{2,}}{_MARK}[{CJK}]"
)
"""Characters each alone between sentence marks: nobody writes 稳，赚，不，赔 but to hide it."""
ENCLOSED = re.compile(rf"[“‘「『《][{CJK}][”’」』》]")
"""Quotes around a single character split a word; around more they quote."""
NOT_CJK = re.compile(rf"[^{CJK}]")
SOUNDS = 0xE000
"""Private-use letters stand for syllables while words are compared by sound."""


class _Letters(dict[int, str]):
    """Code point -> what it stands for, worked out on first sight."""

    def __init__(self, same: Mapping[str, str]) -> None:
        super().__init__()
        self._same = str.maketrans(dict(same))

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).lower().translate(self._same)
        meant = "".join(_shown(one) for one in folded)
        self[code] = meant
        return meant


class Normaliser:
    """Text -> (normalised text, original position of each of its letters)."""

    def __init__(self, variants: Mapping[str, Any]) -> None:
        self._letters = _Letters(variants["char_map"])
        phrases = {one.translate(self._letters): meant for one, meant in variants["phrase_map"].items()}
        self._phrases = sorted(phrases.items(), key=lambda pair: -len(pair[0]))
        self._any_phrase = ahocorasick_rs.AhoCorasick(list(phrases) or ["\0"])
        squeeze = variants["squeeze"]
        marks = re.escape(squeeze["separators"])
        self._between = re.compile(f"[{marks}]+")
        self._longest = squeeze["max_run"]
        self._spoken = _Spoken(variants.get("homophones", {}), variants.get("sounded", ()))

    @property
    def disguises(self) -> list[str]:
        """Spellings that are rewritten: a rule about one of them must look at the text before that."""
        return [one for one, _ in self._phrases]

    def fold(self, text: str) -> str:
        """Letter by letter only: width, case, look-alikes, unseen marks. No word is put together."""
        return text.translate(self._letters)

    def plain(self, text: str) -> str:
        """The normalised text alone: what costs the places is left out."""
        return self.read(text)[1]

    def read(self, text: str) -> tuple[str, str, bool]:
        """Folded text, normalised text, and whether one of the disguised spellings stands in the first."""
        folded = self.fold(text)
        return folded, self._undone(folded, None)[0], bool(self._any_phrase.find_matches_as_indexes(folded))

    def __call__(self, text: str) -> tuple[str, list[int]]:
        """See the class."""
        return self._undone(self.fold(text), self.places(text))

    def places(self, text: str) -> list[int]:
        """Original position of each letter of the folded text."""
        letters = self._letters
        return [at for at, letter in enumerate(text) for _ in letters[ord(letter)]]

    def _undone(self, text: str, places: list[int] | None) -> tuple[str, list[int]]:
        at = places if places is not None else []
        for _ in range(2):  # squeezing can lay bare a phrase, and a phrase a separator
            before = text
            text = self._squeezed(text, at, keep=places is not None)
            text = self._rephrased(text, at, keep=places is not None)
            if text == before:
                break
        return self._spoken(text), at

    def _squeezed(self, text: str, places: list[int], *, keep: bool) -> str:
        cuts = [
            (start, end)
            for start, end in (match.span() for match in self._between.finditer(text))
            if end - start <= self._longest and _is_cjk(text[start - 1 : start]) and _is_cjk(text[end : end + 1])
        ]
        alone = LONE.finditer(text) if SINGLE.search(text) else ()
        for match in (*alone, *ENCLOSED.finditer(text)):
            cuts += [one.span() for one in NOT_CJK.finditer(text, *match.span())]
        for start, end in sorted(set(cuts), reverse=True):
            text = text[:start] + text[end:]
            if keep:
                del places[start:end]
        return text

    def _rephrased(self, text: str, places: list[int], *, keep: bool) -> str:
        if not self._any_phrase.find_matches_as_indexes(text):
            return text
        for disguised, meant in self._phrases:
            at = text.find(disguised)
            while at >= 0:
                end = at + len(disguised)
                if keep:
                    places[at:end] = _spread(places, at, len(disguised), len(meant))
                text = text[:at] + meant + text[end:]
                at = text.find(disguised, at + len(meant))
        return text


class _Spoken:
    """Words written with other characters of the same sound: 吻赚布陪 is 稳赚不赔. Every letter keeps its place."""

    def __init__(self, homophones: Mapping[str, str], words: tuple[str, ...] | list[str]) -> None:
        self._syllables = {
            ord(letter): SOUNDS + number for number, sound in enumerate(homophones.values()) for letter in sound
        }
        self._words = list(words)
        sounds = [word.translate(self._syllables) for word in self._words]
        self._automaton = ahocorasick_rs.AhoCorasick(sounds) if sounds else None
        letters, shortest = re.escape("".join(homophones.values())), min(map(len, words), default=1)
        self._may = re.compile(f"[{letters or '-'}]{{{shortest}}}")

    def __call__(self, text: str) -> str:
        if self._automaton is None or not self._may.search(text):
            return text
        found = self._automaton.find_matches_as_indexes(text.translate(self._syllables))
        for number, start, end in found:
            text = text[:start] + self._words[number] + text[end:]
        return text


def _is_cjk(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff"


def _shown(letter: str) -> str:
    """A letter as it counts: nothing for what has no shape, a separator for pictures."""
    kind = unicodedata.category(letter)
    if kind in UNSEEN or letter in BLANKS:
        return ""
    return SEPARATOR if kind in PICTURES else letter


def _spread(places: list[int], at: int, old: int, new: int) -> list[int]:
    """Original positions for a replaced stretch, of whatever new length: first to first, last to last."""
    return [places[at + index * (old - 1) // max(new - 1, 1)] for index in range(new)]
