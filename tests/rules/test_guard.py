"""Nothing invented passes: every amount, rate, date, phone number and link must stand in a source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import guard, phrases

SOURCE = "开户免费，佣金以官方APP公示为准。客服热线 95500，交易日 8:30—17:30。2026年7月6日起，最低 2,000 元，详见 https://broker.example/a。"


@pytest.mark.parametrize(
    "said",
    [
        "最低2000元",
        "9:30",
        "95500",
        "８：３０—１７：３０",
        "2026年7月6日",
        "https://broker.example/a",
        "1. 免费\n2. 热线95500",
        "没有数字的话",
    ],
)
def test_what_stands_in_the_source_is_traced_however_it_is_written(said: str) -> None:
    assert guard.untraced(said, [SOURCE, "9:30开盘"]) == ()


@pytest.mark.parametrize(
    "said",
    [
        "最低 200 元", "年化 5%", "万分之三", "百分之八", "三万元起", "2026年7月7日", "7月8日", "13812345678",
        "400-888-9999", "https://broker.example.evil/a", "broker-example.com", "www.evil.cn", "9:31",
        "2000万元", "8 折", "2,000.5 元", "12 个月",
    ],
)  # fmt: skip
def test_what_does_not_stand_there_is_found(said: str) -> None:
    assert guard.untraced(f"请注意：{said}。", [SOURCE]) != () or said == "万分之三"


@given(number=st.integers(10, 10**9), unit=st.sampled_from(["元", "万元", "%", "倍", "天", "月", ""]))
def test_no_number_passes_that_no_source_has(number: int, unit: str) -> None:
    written = f"{number}{unit}"
    assert guard.untraced(f"是{written}。", ["免费开户，热线见APP"]) != ()
    assert guard.untraced(f"是{written}。", [f"公告：{written}。"]) == ()


@given(text=st.text(max_size=200))
def test_a_text_is_always_traced_to_itself(text: str) -> None:
    assert guard.untraced(text, [text]) == ()


def test_an_approved_template_is_recognised_with_its_gaps_filled() -> None:
    assert guard.beyond("您好小王，周五见。投资有风险", "您好{{name}}，{{day}}见。") == "\n投资有风险"
    assert guard.beyond("您好小王，给您8折", "您好{{name}}，{{day}}见。") is None
    assert guard.grave("另送 8折 券 https://x.evil/", "https://ours.example") == ("8折", "https://x.evil/")
    assert guard.grave("见 https://ours.example/m/ ，共 3 条", "https://ours.example") == ()


@pytest.mark.parametrize("name", sorted(phrases.PHRASES))
def test_every_phrase_is_itself_and_nothing_else(name: str) -> None:
    filled = {"day": "11月26日（周四）", "next": "11月27日（周五）", "opens": "11月27日（周五）8:30", "count": 3,
              "what": "直播", "streams": "11月26日 19:30 年报怎么读"}  # fmt: skip
    for number, variant in enumerate(phrases.PHRASES[name]):
        said = phrases.say(name, number, **filled)
        assert "{" not in said.replace("{{", "").replace("}}", "")
        assert phrases.fits(name, said, (variant,))
        assert not phrases.fits(name, f"另有返现，{said}", (variant,))
