"""No figure, date, phone number or link goes out that does not stand in an approved source.

Every number and every address of a text is a fact; it is traced when the same fact, with the same unit, stands in one
of the sources. Numbers of a list ("1. …") are order, not facts.
"""

import re
import unicodedata
from collections.abc import Iterable

LINK = re.compile(
    r"(?:https?://|www\.)[^\s\u4e00-\u9fff，。；、）》”\"'<>]+"
    r"|(?<![\w.@-])(?:[a-z0-9-]+\.)+(?:com|cn|net|org|io|cc|top|xyz|vip|link|app|info|co|me|site|shop|club)"
    r"(?:/[^\s\u4e00-\u9fff，。；、）》”\"'<>]*)?(?![\w-])",
    re.IGNORECASE,
)
MARKER = re.compile(r"^\s*\d{1,2}[.、]\s*(?=\S)", re.MULTILINE)
ASKED_AT = re.compile(r"\n（\d\d:\d\d:\d\d 的提问）$")
"""What tells two identical answers in the app apart (wecom-outbound 3.1)."""
GRAVE = re.compile(
    r"(?:元|万|亿|%|‰|bp|倍|折|成|个点)$|^百分之|^1[3-9]\d{9}$|^0\d{2,3}-?\d{7,8}$|^[48]00-?\d|"
    r"^https?:|^www\.|\.[a-z]{2,4}(?:/|$)"
)
"""Facts that cost somebody money or lead them elsewhere."""
UNIT = (
    r"(?:亿元|万元|千元|百元|块钱|元|块|万股|万份|万|亿|千|百|%|‰|bp|倍|折|成|个点|点|个交易日|个工作日|个自然日|工作日|"
    r"年|个?月|周|日|号|天|小时|分钟|秒|时|分|股|手|份|岁|次|笔|位|页|级|档)?"
)
NUMBER = re.compile(rf"(?<![a-z0-9])[+-]?\d(?:[\d,.:/\- ]*\d)?\s*{UNIT}")
DATE = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]|\d{4}年\d{1,2}月|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")
SPELLED = re.compile(
    r"百分之[零〇一二两三四五六七八九十百点]+"
    r"|[零〇一二两三四五六七八九十百千万亿半]+(?:多|几)?(?:亿元|万元|千元|百元|块钱|元|块|个点|成|折|倍|个交易日|个工作日)"
    r"|[一二两三四五六七八九十]+(?:十|百|千)?(?:万|亿)(?![一事全])"
)


def facts(text: str) -> frozenset[str]:
    """The facts of a text, in one way of writing each."""
    plain = unicodedata.normalize("NFKC", text).lower()
    found = {one.rstrip(".,:;!?)") for one in LINK.findall(plain)}
    rest = MARKER.sub("", ASKED_AT.sub("", LINK.sub(" ", plain).replace("（", "(")))
    found |= {_written(one).replace("号", "日") for one in DATE.findall(rest)}
    found |= {_written(one) for one in NUMBER.findall(DATE.sub(" ", rest))}
    return frozenset(found | {one.replace("块钱", "元").replace("块", "元") for one in SPELLED.findall(rest)})


def _written(number: str) -> str:
    """2,000 元 and 2000元 are one fact; so are 9:30 and 09:30."""
    bare = re.sub(r"(?<=\d)[, ](?=\d)", "", number).replace(" ", "").replace("块钱", "元").replace("块", "元")
    return re.sub(r"(?<![\d.:])0(?=\d[:月日年])", "", bare)


def grave(text: str, ours: str) -> tuple[str, ...]:
    """Facts that no sentence built in code may carry: money, rates, phone numbers, and links that are not `ours`."""
    return tuple(sorted(one for one in facts(text) if GRAVE.search(one) and not one.startswith(ours.lower())))


def beyond(text: str, template: str) -> str | None:
    """What a text says besides an approved template, whose `{{gaps}}` may hold anything; None when it is not in it."""
    pattern = ".{0,400}?".join(re.escape(part) for part in re.split(r"\{\{\w+\}\}", template))
    found = re.search(pattern, text, re.DOTALL)
    return None if found is None else f"{text[: found.start()]}\n{text[found.end() :]}"


def untraced(text: str, sources: Iterable[str]) -> tuple[str, ...]:
    """The facts of a text that no source has, sorted; empty when all are traced."""
    known: set[str] = set()
    for one in sources:
        known |= facts(one)
    return tuple(sorted(facts(text) - known))
