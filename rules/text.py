"""Cleaning what people type before it is matched."""

import re
import unicodedata
from functools import cache, lru_cache

import opencc

MENTION = re.compile(r"@[^\s@,，:：]{1,24}[\s:：,，\u2005]?")
EMOJI = re.compile(r"\[[^\[\]]{1,8}\]")
NOT_WORD = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
FILLERS = re.compile(
    r"^(?:请问一下|我想问一下|想问一下|想咨询一下|咨询一下|请教一下|请问|你好|您好|哈喽|在吗|老师|那个|呃|嗯|麻烦问下|问一下|问下)+"
)
PLEAS = re.compile(r"(?<=..)(?:[啊呀呢哈哦]*(?:在线等|挺急的|很急|急急+|求解答|求助))+$")
"""How people press for an answer: no part of what they ask."""


SAME_WORD = str.maketrans("帐", "账")
"""Two spellings of one word that the script conversion leaves apart."""


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """Simplified, lower-case, without mentions, stickers, punctuation and opening courtesies."""
    plain = _simplifier().convert(unicodedata.normalize("NFKC", text[:500]).lower()).translate(SAME_WORD)
    plain = EMOJI.sub(" ", MENTION.sub(" ", plain))
    return PLEAS.sub("", FILLERS.sub("", NOT_WORD.sub("", plain)))


@cache
def _simplifier() -> opencc.OpenCC:
    """Traditional to simplified script, by phrases where one character has two readings (2 µs a message)."""
    return opencc.OpenCC("t2s")


CUTS = ("\n", "。！？!?", "，；,; ")
"""Where a long text may be cut, the best first."""


def counts_as_interaction(text: str) -> bool:
    """Bare emoji, punctuation and pure numbers are not an interaction (alerts.yaml, rfm.definitions.F)."""
    plain = clean(text)
    return bool(plain) and not plain.isdigit()


def pieces(text: str, most: int) -> list[str]:
    """A text in pieces of at most `most` bytes (UTF-8, 4 or more), in order; together they are the text again.

    Cut at ends of lines, else of sentences, else of clauses, else between letters.
    """
    found, rest = [], text
    while len(rest.encode()) > most:
        head = rest.encode()[:most].decode(errors="ignore")
        places = (max(head.rfind(one) for one in mark) + 1 for mark in CUTS)
        at = next((cut for cut in places if cut > len(head) // 3), len(head))
        found.append(rest[:at])
        rest = rest[at:]
    return [*found, rest] if rest else found
