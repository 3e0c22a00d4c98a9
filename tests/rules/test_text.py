"""What people type, cleaned for matching, and what counts as taking part."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.text import clean, counts_as_interaction, pieces

TYPED = st.text() | st.text("请问你好老师在吗开户@ ，。[强]１Ａ賬\u2005", max_size=30)
FEW = settings(max_examples=settings().max_examples // 3)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("怎么开户？", "怎么开户"),
        ("請問怎麼開戶？", "怎么开户"),
        ("驗證碼收不到，帳號被鎖", "验证码收不到账号被锁"),
        ("基金贖回手續費", "基金赎回手续费"),
        ("ＡＰＰ登录不上!!", "app登录不上"),
        ("T+1 是什么", "t1是什么"),
        ("@小助手 怎么开户", "怎么开户"),
        ("@小助手\u2005怎么开户", "怎么开户"),
        ("@小助手，@客户经理 开户", "开户"),
        ("[强][强]学到了[玫瑰]", "学到了"),
        ("您好，请问一下银证转账几点", "银证转账几点"),
        ("老师在吗 我想问一下 佣金", "佣金"),
        ("佣金问一下", "佣金问一下"),
        ("👍👍", ""),
        ("。。。", ""),
        ("", ""),
        ("在吗", ""),
    ],
)
def test_a_text_is_stripped_to_what_it_asks(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@FEW
@given(TYPED)
def test_what_is_left_is_letters_digits_and_chinese(text: str) -> None:
    assert re.fullmatch("[0-9a-z\u4e00-\u9fff]*", clean(text))


@FEW
@given(TYPED)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_a_very_long_text_is_read_up_to_its_five_hundredth_letter() -> None:
    assert clean("股" * 500 + "票" * 500) == "股" * 500


@pytest.mark.parametrize(
    "text",
    ["", "  ", "。。。", "？", "666", "+1", "１２３", "①", "3.14", "👍", "[强][玫瑰]", "@小助手 ", "你好", "在吗"],
)
def test_a_sticker_a_mark_a_number_or_a_greeting_is_no_interaction(text: str) -> None:
    assert not counts_as_interaction(text)


@pytest.mark.parametrize("text", ["怎么开户", "学到了[强]", "买了100股", "t1", "牛", "你好，佣金多少"])
def test_a_word_of_ones_own_is_an_interaction(text: str) -> None:
    assert counts_as_interaction(text)


@pytest.mark.parametrize("said", ["怎么开户啊在线等", "怎么开户，挺急的！", "怎么开户急急急", "请问怎么开户 求解答"])
def test_pressing_for_an_answer_does_not_change_the_question(said: str) -> None:
    assert clean(said) == "怎么开户"


@given(st.text(max_size=400), st.integers(4, 60))
def test_pieces_are_the_text_again_in_order_and_none_is_too_long(text: str, most: int) -> None:
    made = pieces(text, most)
    assert "".join(made) == text
    assert all(0 < len(one.encode()) <= most for one in made)


def test_a_text_is_cut_where_people_would() -> None:
    assert pieces("第一段话在这里。\n第二段话在这里。", 30) == ["第一段话在这里。\n", "第二段话在这里。"]
    assert pieces("甲乙丙丁。戊己庚辛壬癸", 24) == ["甲乙丙丁。", "戊己庚辛壬癸"]
