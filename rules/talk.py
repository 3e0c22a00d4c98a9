"""How people write in a chat: in pieces, with numbers for choices, and when a line is surely finished."""

import re
from collections.abc import Sequence
from datetime import timedelta

from rules.text import clean

LISTEN = timedelta(seconds=2)
"""How long one waits for the rest of a line that may not be finished."""
FINISHED = re.compile(r"[?？!！。;；~～]\s*$")
NUMBER = re.compile(
    r"^\s*(?:我?(?:选|要|问|是)的?(?:是)?)?\s*(?:第)?\s*([1-9１-９一二三四五六七八九])\s*(?:个|项|条|号)?\s*[.。、)）]?\s*$"
)
NUMERALS = {one: at for at, one in enumerate("一二三四五六七八九", 1)}
NONE_OF_THEM = frozenset({"都不是", "都不对", "不是这些", "没有我要的", "都没有"})


def pause_after(text: str, *, tapped: bool) -> timedelta:
    """How long to wait whether more follows: not after a tap, a number, or a sentence with its end."""
    said = text.strip()
    if tapped or not said or said.isdigit() or FINISHED.search(said):
        return timedelta(0)
    return LISTEN


def picked(text: str, choices: Sequence[str], none: str) -> str:
    """The id behind "2", "选第二个" or "都不是" of what was offered last; "" for anything else."""
    if not choices:
        return ""
    if clean(text) in NONE_OF_THEM:
        return none
    found = NUMBER.match(text)
    if found is None:
        return ""
    number = NUMERALS.get(found[1]) or int(found[1])
    return choices[number - 1] if number <= len(choices) else ""


def pieces(lines: Sequence[str]) -> list[str]:
    """The different lines of one burst, in order: whoever sends a line three times asks once."""
    seen: dict[str, str] = {}
    for line in lines:
        seen.setdefault(clean(line) or line.strip(), line)
    return [line for key, line in seen.items() if key]
