"""Topics of what people say, stages of a relation, and the risk of losing somebody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import data
from rules.portrait import Portraits, Signs, churn, stage


@pytest.fixture(scope="module")
def portraits() -> Portraits:
    return Portraits.load(data.portrait(), {"S": "重要价值", "U": "未知"})


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("今天打新中签了怎么缴款", ("ipo",)), ("国债逆回购和ETF哪个先买", ("repo", "etf")),
        ("融资融券的担保比例怎么算", ("margin",)), ("佣金能不能低一点", ("fee",)), ("大家早上好", ()), ("", ()),
        ("etf 定投", ("etf", "fund")), ("个人养老金怎么缴存", ("pension",)),
    ],
)  # fmt: skip
def test_topics_are_what_a_text_speaks_of(portraits: Portraits, text: str, topics: tuple[str, ...]) -> None:
    assert portraits.topics(text) == topics


def test_the_dictionary_has_one_name_for_each_tag(portraits: Portraits) -> None:
    names = [(one.group, one.name) for one in portraits.tags.values()]
    assert len(names) == len(set(names))
    assert "tier:S" in portraits.tags
    assert "tier:U" not in portraits.tags
    assert all(len(one.name) <= 30 and len(one.group) <= 30 for one in portraits.tags.values())


def signs(known: int = 200, quiet: int = 0, recent: int = 6, before: int = 6, *, contact: bool = True) -> Signs:
    return Signs(known_days=known, quiet_days=quiet, recent=recent, before=before, contact=contact)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (signs(known=3), "new"), (signs(), "mature"), (signs(recent=1, before=1), "growing"),
        (signs(recent=2, before=9), "fading"), (signs(quiet=70, recent=0, before=0), "asleep"),
        (signs(quiet=40, contact=False), "lost"),
    ],
)  # fmt: skip
def test_a_relation_has_a_stage(one: Signs, expected: str) -> None:
    assert stage(one) == expected


def test_the_risk_says_why() -> None:
    risk = churn(signs(quiet=35, recent=0, before=8, contact=False))
    assert (risk.level, risk.score) == ("high", 95)
    assert risk.why == "35 天没有互动；近 30 天互动 0 次，之前 30 天 8 次；已不是任何顾问的联系人"
    assert churn(signs()).why == "互动正常"


@given(
    st.integers(0, 300), st.integers(0, 300), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.booleans()
)
def test_more_silence_or_fewer_words_never_lower_the_risk(
    quiet: int, more: int, recent: int, fewer: int, before: int, contact: bool
) -> None:
    had = churn(signs(quiet=quiet, recent=recent, before=before, contact=contact))
    worse = churn(signs(quiet=quiet + more, recent=max(0, recent - fewer), before=before, contact=contact))
    assert 0 <= had.score <= worse.score <= 100
