"""Undoing disguises (full width, zero width, look-alikes, split words, mixed pinyin), places remembered."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\ufe00-\ufe0f]")
CJK = "\u4e00-\u9fff"


class Normaliser:
    """Text -> (normalised text, original position of each of its letters)."""

    def __init__(self, variants: Mapping[str, Any]) -> None:
        self._letters = str.maketrans(dict(variants["char_map"]))
        self._phrases = sorted(variants["phrase_map"].items(), key=lambda pair: -len(pair[0]))
        squeeze = variants["squeeze"]
        marks = re.escape(squeeze["separators"])
        self._between = re.compile(f"(?<=[{CJK}])[{marks}]{{1,{squeeze['max_run']}}}(?=[{CJK}])")

    def __call__(self, text: str) -> tuple[str, list[int]]:
        """See the class."""
        letters: list[str] = []
        places: list[int] = []
        for at, letter in enumerate(text):
            if ZERO_WIDTH.match(letter):
                continue
            for plain in unicodedata.normalize("NFKC", letter).lower().translate(self._letters):
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
    """Original positions for a replaced stretch, of whatever new length."""
    return [places[at + min(index * old // new, old - 1)] for index in range(new)]
