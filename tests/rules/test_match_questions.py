"""Twenty things people type: typos, dialect, traditional script, talk; and a question that leans on the one before."""

import pytest

from rules.match import LateMatcher, Matcher

ASKED = [
    ("怎么开护啊在线等", "private", "answer", "OPEN-003"),
    ("咋开户呀", "private", "answer", "OPEN-003"),
    ("請問印花稅是多少", "group", "answer", "TRADE-012"),
    ("銀證轉帳幾點可以轉", "private", "answer", "FUND-001"),
    ("@小助手 创业板咋个开通嘛", "mention", "answer", "TRADE-014"),
    ("俺想把户销咯咋整", "private", "answer", "OPEN-019"),
    ("佣金能不能便宜点", "private", "answer", "OPEN-014"),
    ("打新中签了啥时候交钱", "private", "answer", "TRADE-023"),
    ("风险测平过期了", "private", "answer", "ACCT-006"),
    ("身份正过期了怎么更新", "private", "answer", "ACCT-001"),
    ("两融咋开", "private", "answer", "TRADE-027"),
    ("北交所开通条件", "group", "answer", "TRADE-016"),
    ("手机号换了怎么改", "private", "answer", "ACCT-002"),
    ("费用", "private", "clarify", ""),
    ("吃了吗各位", "group", "silent", ""),
    ("今天大盘又绿了", "group", "silent", ""),
    ("哈哈哈哈", "private", "silent", ""),
    ("周末一起去爬山", "private", "silent", ""),
    ("茅台能不能买", "group", "silent", ""),
    ("抖音怎么注销账号", "group", "silent", ""),
]


@pytest.mark.parametrize(("text", "channel", "kind", "entry_id"), ASKED)
def test_each_is_answered_asked_back_or_left_alone(
    matcher: Matcher, text: str, channel: str, kind: str, entry_id: str
) -> None:
    decision = matcher.decide(text, channel)
    assert (decision.kind, decision.entry_id) == (kind, entry_id)


def test_a_question_that_leans_on_the_one_before_is_completed_by_it(matcher: Matcher) -> None:
    alone = matcher.decide("那要多久", "private")
    after = matcher.decide("那要多久", "private", ("怎么开户",))
    assert after.kind in ("answer", "clarify")
    assert after.score >= alone.score
    assert "OPEN-003" not in [entry_id for entry_id, _ in after.candidates]  # not the same answer once more


def test_a_whole_question_does_not_lean_on_anything(matcher: Matcher) -> None:
    assert matcher.decide("怎么销户", "private", ("怎么开户",)) == matcher.decide("怎么销户", "private")


def test_a_matcher_made_late_is_made_once_and_decides_alike(matcher: Matcher) -> None:
    made = []

    def make() -> Matcher:
        made.append(1)
        return matcher

    late = LateMatcher(make)
    assert made == []
    assert late.decide("怎么销户", "private") == matcher.decide("怎么销户", "private")
    assert late.scores("怎么销户", 2) == matcher.scores("怎么销户", 2)
    assert late.mode == "letters"
    late.wait()
    assert made == [1]
