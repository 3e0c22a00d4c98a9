"""Quizzes and votes as they are typed, and what answers are worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import engagement

QUIZ = """开户需要准备什么？
* 本人有效身份证
- 房产证
> 实名开户

下面哪些是真的？
* 交易日 9:15 开始集合竞价
* 周末休市
- 保本"""


def test_what_is_typed_is_read_and_written_again() -> None:
    made = engagement.parse(QUIZ, graded=True)
    assert [(len(one.choices), one.right, one.why) for one in made] == [(2, (0,), "实名开户"), (3, (0, 1), "")]
    assert engagement.parse(engagement.written(made), graded=True) == made
    assert engagement.load(engagement.dump(made)) == made


@pytest.mark.parametrize(
    ("answers", "right"), [([[0], [0, 1]], 2), ([[0], [0]], 1), ([[1], [0, 1, 2]], 0), ([[1], [1, 0]], 1)]
)
def test_only_exactly_right_counts(answers: list[list[int]], right: int) -> None:
    assert engagement.score(engagement.parse(QUIZ, graded=True), answers) == right


@pytest.mark.parametrize(
    ("text", "graded", "why"),
    [
        ("", True, "还没有题目"), ("- 甲\n- 乙", False, "第 1 行是选项"), ("问\n- 甲", False, "第 1 题有 1 个选项"),
        ("问\n- 甲\n- 乙", True, "没有标出正确选项"), ("问\n* 甲\n- 乙", False, "投票没有对错"),
        ("问\n- 甲\n- 甲", False, "重复的选项"), ("问\n甲\n乙", False, "第 2 行须以"),
        ("问\n" + "\n".join(f"- {at}" for at in range(7)), False, "7 个选项"),
        ("\n\n".join(["问\n- 甲\n- 乙"] * 21), False, "21 道题"), ("问" * 121, False, "第 1 行 121 字"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text: str, graded: bool, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        engagement.parse(text, graded=graded)


@given(st.text(max_size=200))
def test_nothing_typed_breaks_it(text: str) -> None:
    try:
        made = engagement.parse(text, graded=False)
    except ValueError:
        return
    assert engagement.parse(engagement.written(made), graded=False) == made


@pytest.mark.parametrize(("right", "of", "done"), [(4, 5, True), (3, 5, False), (0, 0, False), (8, 10, True)])
def test_eight_of_ten_pass_a_lesson(right: int, of: int, done: bool) -> None:
    assert engagement.passed(right, of) is done
