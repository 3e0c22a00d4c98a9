"""Disguises undone, with the way back to the original letters."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from config import data
from rules.normalise import LONE, Normaliser

UNSEEN = ["\u200b", "\u200d", "\u202e", "\u2060", "\u2061", "\u2066", "\ufeff", "\u00ad", "\ufe0f", "\u0336", "\u3164"]
DISGUISED = st.lists(
    st.sampled_from([*data.variants()["phrase_map"], *data.variants()["char_map"], *UNSEEN, *"保本赚 -*·，。a1Ａ㈠ﬁİ"])
    | st.text(max_size=3),
    max_size=12,
).map("".join)
FEW = settings(max_examples=settings().max_examples // 3)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("保本", "保本"),
        ("ＱＱ：１２３", "qq:123"),
        ("穩賺不賠", "稳赚不赔"),
        ("稳\u200b赚\u200d不\ufeff赔", "稳赚不赔"),
        ("稳\u202e赚\u2066不\u2061赔", "稳赚不赔"),
        ("保̶本̶保̶息̶", "保本保息"),
        ("稳\u3164赚", "稳赚"),
        ("稳ﾠ赚", "稳赚"),
        ("保 本", "保本"),
        ("保-本", "保本"),
        ("内*幕*消*息", "内幕消息"),
        ("保***本", "保本"),
        ("保****本", "保本"),
        ("保*******本", "保*******本"),
        ("保👍🏽本", "保本"),
        ("吻赚布陪", "稳赚不赔"),
        ("保“本”保息", "保本保息"),
        ("引用“保本”二字", "引用“保本”二字"),
        ("bao 本", "bao 本"),
        ("bao本", "保本"),
        ("稳zhuan不赔", "稳赚不赔"),
        ("加 薇 信", "加微信"),
        ("买-gu票", "买股票"),
        ("保-ben", "保-ben"),
        ("保。本", "保。本"),
        ("保，本", "保,本"),
        ("保\n本", "保\n本"),
        ("T + 1", "t + 1"),
        ("①", "1"),
    ],
)
def test_a_disguise_is_undone(normalise: Normaliser, text: str, plain: str) -> None:
    assert normalise(text)[0] == plain


def test_every_look_alike_becomes_its_letter(normalise: Normaliser) -> None:
    letters = data.variants()["char_map"]
    assert {one: normalise(one)[0] for one in letters} == letters


def test_every_phrase_of_the_list_becomes_what_it_means(normalise: Normaliser) -> None:
    phrases = data.variants()["phrase_map"]
    left = {one: normalise(one)[0] for one, meant in phrases.items() if normalise(one)[0] != normalise(meant)[0]}
    assert left == {}


def test_the_longest_disguise_is_undone_first() -> None:
    phrases = {"宝本": "保本", "宝本宝": "保本保险", "ab": "甲", "abc": "乙"}
    small = Normaliser({"char_map": {}, "phrase_map": phrases, "squeeze": {"separators": " ", "max_run": 1}})
    assert small("宝本宝abcab")[0] == "保本保险乙甲"


@FEW
@given(DISGUISED)
def test_every_letter_knows_where_it_came_from(normalise: Normaliser, text: str) -> None:
    plain, places = normalise(text)
    assert len(places) == len(plain)
    assert places == sorted(places)
    assert all(0 <= place < len(text) for place in places)


@FEW
@given(st.lists(st.sampled_from([*UNSEEN, ""]), min_size=5, max_size=5), st.sampled_from(["稳赚不赔", "保本保息"]))
def test_letters_nobody_sees_change_nothing(normalise: Normaliser, hidden: list[str], word: str) -> None:
    text = "".join(one + letter for one, letter in zip(hidden, f"{word}。", strict=True))
    plain, places = normalise(text)
    assert plain == f"{word}。"
    assert "".join(text[place] for place in places) == f"{word}。"


@FEW
@given(st.text("今天开会，请准时参加。abc123\n", max_size=30))
def test_a_plain_text_stays_and_each_letter_keeps_its_place(normalise: Normaliser, text: str) -> None:
    assume(not LONE.search(text.replace("，", ",")))
    half = text.replace("，", ",")
    assert normalise(text) == (half, list(range(len(text))))


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("都说稳zhuan的", "稳赚", "稳zhuan"),
        ("这是月殳票啊", "股票", "月殳票"),
        ("加 v信 吧", "微信", "v信"),
        ("要保 - 本", "保本", "保 - 本"),
    ],
)
def test_a_word_leads_back_to_all_of_its_disguise(normalise: Normaliser, text: str, word: str, original: str) -> None:
    plain, places = normalise(text)
    start = plain.index(word)
    assert text[places[start] : places[start + len(word) - 1] + 1] == original
