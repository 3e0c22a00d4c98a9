"""Questions of a quiz or a vote as operators type them, and what answers to them are worth.

    开户需要准备什么？            a question, then its choices
    * 本人有效身份证             right
    - 房产证                    wrong
    > 按监管要求实名开户即可      what is said after answering

An empty line ends a question. No chance in it anywhere: the same answers give the same score.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

MOST, CHOICES, LONGEST = 20, 6, 120
"""Questions, choices of one, and letters of a line."""
PASSED = 80
"""Per cent right with which a lesson of an internal course counts as done."""


@dataclass(frozen=True, slots=True)
class Question:
    """`right`: the choices that are right, by place; none in a vote."""

    text: str
    choices: tuple[str, ...] = ()
    right: tuple[int, ...] = ()
    why: str = ""


def parse(text: str, *, graded: bool) -> tuple[Question, ...]:
    """Questions from their text; `graded`: each needs a right choice. ValueError names the line and what is wrong."""
    found = tuple(_questions(text))
    if not found:
        raise ValueError("还没有题目：第一行写问题，下面每行一个选项，以 - 或 * 开头")
    if len(found) > MOST:
        raise ValueError(f"{len(found)} 道题，最多 {MOST} 道")
    for number, one in enumerate(found, 1):
        if not 2 <= len(one.choices) <= CHOICES:  # noqa: PLR2004 a choice needs two
            raise ValueError(f"第 {number} 题有 {len(one.choices)} 个选项，须为 2 到 {CHOICES} 个")
        if len(set(one.choices)) < len(one.choices):
            raise ValueError(f"第 {number} 题有重复的选项")
        if graded and not one.right:
            raise ValueError(f"第 {number} 题没有标出正确选项：在正确的选项前写 *")
        if not graded and one.right:
            raise ValueError(f"第 {number} 题标了正确选项，投票没有对错：选项都用 - 开头")
    return found


def _questions(text: str) -> Iterator[Question]:
    open_one: Question | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if len(line) > LONGEST:
            raise ValueError(f"第 {number} 行 {len(line)} 字，最多 {LONGEST} 字")
        if not line:
            if open_one is not None:
                yield open_one
            open_one = None
        elif open_one is None:
            if line[0] in "*->":
                raise ValueError(f"第 {number} 行是选项或解析，前面没有问题")
            open_one = Question(line)
        else:
            open_one = _with(open_one, line, number)
    if open_one is not None:
        yield open_one


def _with(one: Question, line: str, number: int) -> Question:
    mark, words = line[0], line[1:].strip()
    if mark not in "*->" or not words:
        raise ValueError(f"第 {number} 行须以 *（正确选项）、-（其他选项）或 >（解析）开头，题目之间空一行")
    if mark == ">":
        return replace(one, why=words)
    right = (*one.right, len(one.choices)) if mark == "*" else one.right
    return replace(one, choices=(*one.choices, words), right=right)


def dump(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """For a JSON column."""
    return [
        {"text": one.text, "choices": list(one.choices), "right": list(one.right), "why": one.why} for one in questions
    ]


def load(rows: Sequence[dict[str, Any]]) -> tuple[Question, ...]:
    """From a JSON column."""
    return tuple(
        Question(str(one["text"]), tuple(one["choices"]), tuple(one["right"]), str(one["why"])) for one in rows
    )


def written(questions: Sequence[Question]) -> str:
    """The text they could have been typed as."""
    return "\n\n".join("\n".join(_lines(one)) for one in questions)


def _lines(one: Question) -> Iterator[str]:
    yield one.text
    yield from (f"{'*' if at in one.right else '-'} {words}" for at, words in enumerate(one.choices))
    if one.why:
        yield f"> {one.why}"


def score(questions: Sequence[Question], answers: Sequence[Sequence[int]]) -> int:
    """How many questions were answered exactly right."""
    pairs = zip(questions, answers, strict=True)
    return sum(bool(one.right) and set(given) == set(one.right) for one, given in pairs)


def passed(right: int, questions: int) -> bool:
    """Whether a lesson counts as done."""
    return questions > 0 and right * 100 >= questions * PASSED
