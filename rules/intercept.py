"""What employees may not type to customers, out of the rule packs in force, in the form WeCom keeps (敏感词).

Only plain words can be given to WeCom; patterns and the reader of wordings stay with us. A word our own approved texts
use (没有稳赚不赔的投资) only warns its writer, because WeCom sees no negation; any other does not leave.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rules.lexicon import Rule

PREFIX = "合规-"
"""Of the rules that are ours among the corp's."""
WORDS, WORD, NAME = 300, 32, 20
"""Most words of a rule, letters of a word and of a name (wecom-outbound 2.11)."""
BLOCK, WARN = 1, 2
KINDS = {BLOCK: "拦截", WARN: "提醒"}


@dataclass(frozen=True, slots=True)
class Intercept:
    """One rule. `kind`: BLOCK stops the message, WARN asks the employee."""

    name: str
    kind: int
    words: tuple[str, ...]


def wanted(rules: Sequence[Rule], on: date, approved: Sequence[str] = ()) -> list[Intercept]:
    """The rules WeCom should have on a Beijing day, by category: what we would block. `approved`: texts in use."""
    said = "\n".join(approved)
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for one in rules:
        fits = one.type == "lit" and one.severity == "block" and one.scope in ("both", "out") and one.in_force(on)
        if fits and 0 < len(one.pattern) <= WORD:
            found[one.category, WARN if one.pattern in said else BLOCK].add(one.pattern)
    return [each for (category, kind), words in sorted(found.items()) for each in _parts(category, kind, words)]


def _parts(category: str, kind: int, words: set[str]) -> Iterator[Intercept]:
    ordered = sorted(words)
    for start in range(0, len(ordered), WORDS):
        number = f"{start // WORDS + 1}" if start else ""
        title = f"{PREFIX}{category[: NAME - len(PREFIX) - 4]}-{KINDS[kind]}{number}"
        yield Intercept(title, kind, tuple(ordered[start : start + WORDS]))
