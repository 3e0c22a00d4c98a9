"""What one FAQ entry consists of, and everything that can be wrong with a set of them before it is taken in."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, Self

from rules.text import clean

FLAGS = (
    "alert_churn", "alert_margin", "alert_vip", "complaint", "complaint_watch", "consent_optout", "no_advice",
    "no_broadcast", "opinion_watch", "privacy", "refer_rule", "sensitive",
)  # fmt: skip
CHANNELS = ("kf", "group", "app", "aibot")
ENTRY_ID = re.compile(r"^[A-Z][A-Z0-9]{0,11}-[A-Z0-9]{1,12}$")
LONGEST = {"id": 32, "category": 32, "question": 200, "answer": 2000, "phrasing": 100, "risk_tip": 16}
"""Characters the columns hold."""
PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}")
LINK = re.compile(r"https?://|www\.|\{\{edu_url\}\}", re.IGNORECASE)
ENOUGH = 8
"""Phrasings below which an entry is found badly (faq-matching: top-1 .63 with one, .84 with ten)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An entry as its author wrote it. Dates are days in Beijing: the first it holds, the last it holds."""

    id: str
    category: str
    question: str
    phrasings: tuple[str, ...]
    answer: str
    keywords: tuple[str, ...] = ()
    needs_human: bool = False
    suitability: bool = False
    urgent: bool = False
    flags: tuple[str, ...] = ()
    risk_tip: str = "none"
    verify: bool = False
    channels: tuple[str, ...] = ()
    effective_from: date | None = None
    effective_until: date | None = None
    source: tuple[str, ...] = ()

    def kept(self) -> dict[str, Any]:
        """As a JSON column holds it."""
        made = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in made.items()}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Back from a JSON column; names this version does not know are left out."""
        known = {one.name for one in fields(cls)}
        made: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()
        }
        for name in ("effective_from", "effective_until"):
            made[name] = date.fromisoformat(made[name]) if made.get(name) else None
        return cls(**{name: value for name, value in made.items() if name in known})

    @property
    def asked(self) -> tuple[str, ...]:
        """The question and every other way of asking it."""
        return (self.question, *self.phrasings)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one row. `row` is what the editor shows: a line of YAML, a row of a sheet."""

    row: int
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a file with the place it came from."""

    number: int
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a base is checked against."""

    risk_tips: Mapping[str, str]
    placeholders: frozenset[str]
    bytes_of: Callable[[Body], int]
    """Bytes of the answer as people get it."""
    byte_limit: int
    blocked: Callable[[str], str]
    """Why compliance blocks a text; empty when it does not."""
    taken: Mapping[str, str] = field(default_factory=dict)
    """Cleaned phrasing -> entry that has it already, of entries the file does not bring."""


def tidy(body: Body) -> Body:
    """Spaces trimmed, a phrasing said twice kept once; the question is no phrasing of itself."""
    seen = {clean(body.question)}
    kept: list[str] = []
    for phrase in (one.strip() for one in body.phrasings):
        if phrase and clean(phrase) not in seen:
            kept.append(phrase)
            seen.add(clean(phrase))
    return replace(body, phrasings=tuple(kept), question=body.question.strip(), answer=body.answer.strip())


def check(rows: Sequence[Row], house: House) -> list[Fault]:
    """Every fault of every row, in the order of rows; empty when all may be taken in."""
    found = [Fault(row.number, *one) for row in rows for one in faults_of(row.body, house)]
    return sorted([*found, *_twice(rows, house.taken)], key=lambda one: (one.row, one.field))


def faults_of(body: Body, house: House) -> Iterator[tuple[str, str]]:
    """(field, what is wrong and what to do) of one entry by itself."""
    if not ENTRY_ID.match(body.id):
        yield "id", f"编号「{body.id[:20]}」不合格式：大写字母开头，形如 OPEN-001"
    for name in ("category", "question", "answer"):
        value = getattr(body, name)
        if not value.strip():
            yield name, f"缺少{LABELS[name]}"
        elif len(value) > LONGEST[name]:
            yield name, f"{LABELS[name]}有 {len(value)} 字，超过 {LONGEST[name]} 字"
    yield from _words(body)
    yield from _names(body, house)
    yield from _sendable(body, house)


def _sendable(body: Body, house: House) -> Iterator[tuple[str, str]]:
    """What would keep the answer from ever going out as it is."""
    if body.effective_from and body.effective_until and body.effective_until < body.effective_from:
        yield "effective_until", f"失效日 {body.effective_until} 早于生效日 {body.effective_from}"
    if body.suitability and LINK.search(body.answer):
        yield "answer", "需适当性的条目不得附带链接：成员须先过适当性校验（证券期货投资者适当性管理办法）"
    if (size := house.bytes_of(body)) > house.byte_limit:
        over = (size - house.byte_limit + 2) // 3
        yield "answer", f"答案连同提示共 {size} 字节，超过渠道上限 {house.byte_limit} 字节，约需删去 {over} 个汉字"
    for name in ("question", "answer"):
        if reason := house.blocked(getattr(body, name)):
            yield name, f"合规拦截：{reason}"


def _words(body: Body) -> Iterator[tuple[str, str]]:
    if body.question.strip() and not clean(body.question):
        yield "question", "标准问只有符号或客套话，无法匹配"
    for phrase in body.phrasings:
        if not clean(phrase):
            yield "phrasings", f"相似问「{phrase[:20]}」只有符号或客套话，无法匹配"
        elif len(phrase) > LONGEST["phrasing"]:
            yield "phrasings", f"相似问「{phrase[:12]}…」有 {len(phrase)} 字，超过 {LONGEST['phrasing']} 字"


def _names(body: Body, house: House) -> Iterator[tuple[str, str]]:
    for flag in sorted(set(body.flags) - set(FLAGS)):
        yield "flags", f"未知标记「{flag}」，可用：{'、'.join(FLAGS)}"
    for channel in sorted(set(body.channels) - set(CHANNELS)):
        yield "channels", f"未知渠道「{channel}」，可用：{'、'.join(CHANNELS)}；留空表示全部"
    if body.risk_tip not in house.risk_tips:
        yield "risk_tip", f"未知风险提示「{body.risk_tip}」，可用：{'、'.join(house.risk_tips)}"
    for name in sorted(set(PLACEHOLDER.findall(body.answer)) - house.placeholders):
        yield "answer", f"占位符 {{{{{name}}}}} 没有设置值，可用：{'、'.join(sorted(house.placeholders))}"


def _twice(rows: Sequence[Row], taken: Mapping[str, str]) -> Iterator[Fault]:
    """An id or a phrasing that appears in two places: the matcher could not tell them apart."""
    ids: dict[str, int] = {}
    asked: dict[str, tuple[str, int]] = {}
    for row in rows:
        entry = row.body.id
        if entry in ids:
            yield Fault(row.number, "id", f"编号 {entry} 与第 {ids[entry]} 行重复")
            continue
        ids[entry] = row.number
        for phrase in row.body.asked:
            key = clean(phrase)
            if not key:
                continue
            owner, line = asked.setdefault(key, (entry, row.number))
            if owner != entry:
                yield Fault(
                    row.number, "phrasings", f"「{phrase[:30]}」已属于第 {line} 行的 {owner}，一种问法只能归一条"
                )
            elif taken.get(key, entry) != entry:
                yield Fault(row.number, "phrasings", f"「{phrase[:30]}」已属于库中的 {taken[key]}，一种问法只能归一条")


LABELS: dict[str, str] = {
    "id": "编号", "category": "分类", "question": "标准问", "phrasings": "相似问", "answer": "答案",
    "keywords": "关键词", "needs_human": "需人工", "suitability": "需适当性", "urgent": "紧急", "flags": "标记",
    "risk_tip": "风险提示",
    "verify": "需核对", "channels": "渠道", "effective_from": "生效日", "effective_until": "失效日", "source": "来源",
}  # fmt: skip
"""Field -> what people call it: headings of sheets, names in messages."""
