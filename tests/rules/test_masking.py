"""Numbers that identify a person are starred out, and nothing else is touched."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.masking import mask

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
HALF_WIDTH = str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")
UNMASKED = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx]|\d{13,})(?!\d)")

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
IDENTITIES = st.from_regex(r"[1-9][0-9]{16}[0-9Xx]", fullmatch=True)
DIGITS = st.text("0123456789", min_size=1, max_size=20)
BETWEEN = st.sampled_from(["", " ", "-", "，", "电话", "+86", "86 ", "abc", "X", "\n", "/", "："])
PIECES = MOBILES | IDENTITIES | DIGITS | BETWEEN | MOBILES.map(lambda one: one.translate(FULL_WIDTH))
TEXTS = st.lists(PIECES, max_size=8).map("".join)
FEW = settings(max_examples=settings().max_examples // 3)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13812345678", "138****5678"),
        ("我的手机是13812345678，请回电", "我的手机是138****5678，请回电"),
        ("１３８１２３４５６７８", "１３８****５６７８"),
        ("138 1234 5678", "138 **** 5678"),
        ("138-1234-5678", "138-****-5678"),
        ("+86 138-1234-5678", "+86 138-****-5678"),
        ("8613812345678", "86138****5678"),
        ("008613812345678", "0086*******5678"),
        ("tel:13812345678abc", "tel:138****5678abc"),
        ("13812345678/13987654321", "138****5678/139****4321"),
        ("11010119900307123X", "110***********123X"),
        ("11010119900307123x", "110***********123x"),
        ("110101199003071234", "110***********1234"),
        ("110101 19900307 1234", "110*** ******** 1234"),
        ("11010119900307123X是我的", "110***********123X是我的"),
        ("6222021234567890", "6222********7890"),
        ("6222021234567890123", "6222***********0123"),
        ("6222 0212 3456 7890", "6222 **** **** 7890"),
        ("6222-0212-3456-7890-123", "6222-****-****-***0-123"),
        ("6222 0212 3456 7890 138-1234-5678", "6222 **** **** 7890 138-****-5678"),
        ("021-12345678", "021-******78"),
        ("013812345678", "013*******78"),
        ("订单2026112512345", "订单2026*****2345"),
    ],
)
def test_a_number_that_identifies_somebody_keeps_its_ends_only(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "", "600519", "2026-11-25 19:30", "400-820-8820", "12386", "我买了1000股，成本12.35", "12812345678",
        "1381234567", "沪指3900.12点", "２０２６年",
    ],
)  # fmt: skip
def test_a_number_that_identifies_nobody_stays(text: str) -> None:
    assert mask(text) == text


@FEW
@given(TEXTS)
@example("1111 2222 3333 4444 138-1234-5678")
@example("123456-13812345678-9")
def test_no_mobile_number_identity_number_or_card_number_survives(text: str) -> None:
    assert UNMASKED.search(mask(text).translate(HALF_WIDTH)) is None


@FEW
@given(TEXTS | st.text(max_size=40))
def test_only_digits_are_starred_and_every_letter_keeps_its_place(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    for was, now in zip(text, masked, strict=True):
        assert now == was or (now == "*" and (was.isdecimal() or was in "XxＸｘ"))


@FEW
@given(st.text(st.characters(exclude_categories=["Nd"]), max_size=40))
def test_a_text_without_digits_stays_as_it_is(text: str) -> None:
    assert mask(text) == text


@FEW
@given(MOBILES, BETWEEN.filter(lambda one: not one.isascii()), BETWEEN.filter(lambda one: not one.isascii()))
def test_a_mobile_number_keeps_three_digits_and_four_wherever_it_stands(number: str, before: str, after: str) -> None:
    assert mask(before + number + after) == f"{before}{number[:3]}****{number[7:]}{after}"
