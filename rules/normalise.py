"""Undoing disguises (full width, zero width, look-alikes, split words, mixed pinyin), places remembered."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

UNSEEN = frozenset({"Cf", "Mn", "Me"})
"""Unicode categories without a shape of their own: zero width, direction marks, variation selectors, overlays."""
BLANKS = "\u115f\u1160"
"""Hangul fillers: letters by category, nothing to the eye (NFKC turns U+3164 and U+FFA0 into the second)."""
CJK = "\u4e00-\u9fff"


class Normaliser:
    """Text -> (normalised text, original position of each of its letters)."""

    def __init__(self, variants: Mapping[str, Any]) -> None:
        self._letters = str.maketrans(dict(variants["char_map"]))
        phrases = ((one.translate(self._letters), meant) for one, meant in variants["phrase_map"].items())
        self._phrases = sorted(phrases, key=lambda pair: -len(pair[0]))
        squeeze = variants["squeeze"]
        marks = re.escape(squeeze["separators"])
        self._between = re.compile(f"(?<=[{CJK}])[{marks}]{{1,{squeeze['max_run']}}}(?=[{CJK}])")

    def __call__(self, text: str) -> tuple[str, list[int]]:
        """See the class."""
        letters: list[str] = []
        places: list[int] = []
        for at, letter in enumerate(text):
            for plain in unicodedata.normalize("NFKC", letter).lower().translate(self._letters):
                if unicodedata.category(plain) not in UNSEEN and plain not in BLANKS:
                    letters.append(plain)
                    places.append(at)
        plain_text = "".join(letters)
        for _ in range(2):  # squeezing can lay bare a phrase, and a phrase a separator
            plain_text, places = self._squeezed(plain_text, places)
            plain_text, places = self._rephrased(plain_text, places)
        return plain_text, places

    def _squeezed(self, text: str, places: list[int]) -> tuple[str, list[int]]:
        for match in reversed(list(self._between.finditer(text))):
            text = text[: match.start()] + text[match.end() :]
            places = places[: match.start()] + places[match.end() :]
        return text, places

    def _rephrased(self, text: str, places: list[int]) -> tuple[str, list[int]]:
        for disguised, meant in self._phrases:
            at = text.find(disguised)
            while at >= 0:
                text = text[:at] + meant + text[at + len(disguised) :]
                places = places[:at] + _spread(places, at, len(disguised), len(meant)) + places[at + len(disguised) :]
                at = text.find(disguised, at + len(meant))
        return text, places


def _spread(places: list[int], at: int, old: int, new: int) -> list[int]:
    """Original positions for a replaced stretch, of whatever new length: first to first, last to last."""
    return [places[at + index * (old - 1) // max(new - 1, 1)] for index in range(new)]
