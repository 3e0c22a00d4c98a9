"""Tone of a text: lexicon, negation, our own training texts; the weights shipped are the ones trained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import data
from rules import opinion_texts
from rules.sentiment import LONGEST, Lexicon, Sentiment

SENTIMENT = Sentiment(Lexicon.load(data.opinion_lexicon()), data.opinion_weights())


@pytest.mark.parametrize(
    "text",
    ["软件又卡死了，客服没人接", "今天又跌停，心态崩了", "真是好系统，一开盘就崩", "感谢你们，让我又亏了一个月",
     "不看好，快跑", "佣金这么高服务还这么差"],
)  # fmt: skip
def test_complaints_losses_and_sarcasm_sound_negative(text: str) -> None:
    assert SENTIMENT.read(text).negative > 0.6


@pytest.mark.parametrize("text", ["今天涨停了，开心", "客服很耐心，问题解决了", "业绩超预期，继续拿住", "终于解套了"])
def test_gains_and_thanks_sound_positive(text: str) -> None:
    assert SENTIMENT.read(text).positive > 0.6


@pytest.mark.parametrize("text", ["请问开户需要什么材料", "明天几点开盘", "佣金是怎么收的"])
def test_questions_sound_neutral(text: str) -> None:
    feeling = SENTIMENT.read(text)
    assert feeling.neutral > max(feeling.negative, feeling.positive)


def test_a_negation_turns_a_term() -> None:
    lexicon = Lexicon({"看好": 2.0})
    assert lexicon.sums("看好") == (2.0, 0.0)
    assert lexicon.sums("不看好")[1] == pytest.approx(1.4)
    assert lexicon.sums("非常看好")[0] == pytest.approx(2.6)


def test_there_are_enough_texts_of_our_own_of_every_kind() -> None:
    rows = list(opinion_texts.expand(data.opinion_texts()))
    assert len(rows) >= 1000
    assert rows == list(opinion_texts.expand(data.opinion_texts()))
    assert {label for label, _ in rows} == {"positive", "negative", "neutral"}
    assert sum(len(terms.split()) for _, terms in data.opinion_lexicon()) >= 600


def test_the_shipped_weights_were_trained_on_the_shipped_texts() -> None:
    made_of = data.opinion_weights()["texts"]
    assert made_of == opinion_texts.digest(data.opinion_texts(), data.opinion_lexicon()), (
        "run python -m commands.opinion_model"
    )


@given(st.text(max_size=400))
def test_any_text_has_a_tone_and_only_its_beginning_is_read(text: str) -> None:
    feeling = SENTIMENT.read(text)
    assert feeling.negative + feeling.neutral + feeling.positive == pytest.approx(1)
    assert SENTIMENT.read(text.lower()[:LONGEST] + "跌" * 500).tone is not None
