"""Labelled lines to measure the matcher with, and the noise people type."""

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import opencc

from config import data

KNOWN, ASKED = 10, 60
"""Phrasings of an intent that are known, and most that are asked."""
SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """A base, and lines to judge: intent, `-` for talk, `?` for a question the base cannot answer."""

    name: str
    base: dict[str, list[str]]
    queries: list[tuple[str, str]]
    talk: list[str]
    """What to train against where the shipped talk is among the queries."""


def _digest(text: str) -> int:
    return int(hashlib.sha1(text.encode()).hexdigest(), 16)  # a fixed cut, no secret


def split(folder: Path) -> Cases:
    """From kb.tsv and queries.tsv, or cut from bank_intents.tsv (intent, rank, question) and chatter.tsv."""
    if (folder / "kb.tsv").exists():
        base: dict[str, list[str]] = defaultdict(list)
        for intent, text in _rows(folder / "kb.tsv"):
            base[intent].append(text)
        return Cases(name="kb.tsv", base=dict(base), queries=_rows(folder / "queries.tsv"), talk=[])
    ranked: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for intent, rest in _rows(folder / "bank_intents.tsv")[1:]:
        rank, _, text = rest.partition("\t")
        ranked[intent].append((int(rank), text))
    base, queries = {}, []
    for intent, texts in sorted(ranked.items()):
        ordered = [text for _, text in sorted(texts)]
        hidden = _digest(intent) % 4 == 0
        if not hidden:
            base[intent] = ordered[:KNOWN]
        queries += [("?" if hidden else intent, text) for text in ordered[KNOWN : KNOWN + ASKED]]
    talk = sorted((text for _, text in _rows(folder / "chatter.tsv")[1:]), key=_digest)
    queries += [("-", text) for text in talk[: 4 * len(queries)]]
    random.Random(SEED).shuffle(queries)
    return Cases(name="bank_intents.tsv", base=base, queries=queries, talk=[])


def _rows(path: Path) -> list[tuple[str, str]]:
    rows = (line.partition("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [(intent, text) for intent, _, text in rows]


def shipped() -> Cases:
    """The shipped base: every fourth phrasing is asked, the others are known; every other line of talk is heard."""
    base: dict[str, list[str]] = {}
    queries: list[tuple[str, str]] = []
    for entry in data.faq()["entries"]:
        phrases = [entry["question"], *entry["paraphrases"]]
        base[entry["id"]] = [text for at, text in enumerate(phrases) if at % 4 != 3]
        queries += [(entry["id"], text) for at, text in enumerate(phrases) if at % 4 == 3]
    queries += [("-", line) for line in data.chatter()[1::2]]
    random.Random(SEED).shuffle(queries)
    return Cases(name="shipped base", base=base, queries=queries, talk=data.chatter()[::2])


def noisy() -> dict[str, Callable[[str, int], str]]:
    """Kind of noise -> what it does to a text; the number makes it differ from text to text, never from run to run."""
    traditional = opencc.OpenCC("s2t")

    def dropped(text: str, at: int) -> str:
        return text if len(text) < 4 else text[: at % len(text)] + text[at % len(text) + 1 :]

    def swapped(text: str, at: int) -> str:
        place = at % max(1, len(text) - 1)
        return text[:place] + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :]

    return {
        "clean": lambda text, _: text,
        "traditional": lambda text, _: traditional.convert(text),
        "full_width_emoji": lambda text, _: text.translate({one: one + 0xFEE0 for one in range(33, 127)}) + "😂[捂脸]",
        "homophone": homophone,
        "dropped": dropped,
        "swapped": swapped,
        "filler_mention": lambda text, _: f"@小助手 你好，请问一下，{text}啊，谢谢",
    }


def homophone(text: str, at: int) -> str:
    """One character for another that sounds the same."""
    by_sound: dict[str, list[str]] = defaultdict(list)
    sounds = {}
    for gram, _, sound in data.hanzi()[:3500]:
        if sound:
            by_sound[sound].append(gram)
            sounds[gram] = sound
    places = [place for place, letter in enumerate(text) if len(by_sound[sounds.get(letter, "")]) > 1]
    if not places:
        return text
    place = places[at % len(places)]
    others = [one for one in by_sound[sounds[text[place]]] if one != text[place]]
    return text[:place] + others[at % len(others)] + text[place + 1 :]
