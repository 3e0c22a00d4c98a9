"""The FAQ matcher: the right answer, a question back, or silence; never the opposite of what was asked."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import data
from rules.grams import Background
from rules.match import THRESHOLDS, Decision, Entry, Matcher, load
from rules.opposites import OPPOSITES
from rules.train import build

CHANNELS = ("private", "mention", "group")
FAQ = data.faq()["entries"]
PHRASES: dict[str, list[str]] = {one["id"]: [one["question"], *one["paraphrases"]] for one in FAQ}
ALL_PHRASES = [phrase for phrases in PHRASES.values() for phrase in phrases]
ASKED = st.builds(
    lambda phrase, drop, tail: phrase[:drop] + phrase[drop + 1 :] + tail,
    st.sampled_from(ALL_PHRASES), st.integers(0, 30), st.sampled_from(["", "啊", "呢，谢谢", "？急", "今天天气真好"]),
)  # fmt: skip
SMALL = [
    Entry(id="A", question="怎么开户", paraphrases=("开户流程",)),
    Entry(id="B", question="怎么销户", paraphrases=("账户不想要了",)),
    Entry(id="C", question="银行卡怎么绑定", paraphrases=("绑卡",)),
]
FEW = settings(max_examples=settings().max_examples // 3)


def trained(entries: list[Entry], talk: list[str]) -> Matcher:
    return load(build(entries, Background(talk=tuple(talk), hanzi=data.hanzi())))


def question_of(decision: Decision) -> str:
    return PHRASES[decision.entry_id][0] if decision.entry_id else ""


@pytest.mark.parametrize(
    ("text", "channel", "kind", "question"),
    [
        ("怎么销户", "private", "answer", "怎么销户？"),
        ("我要销户！", "group", "answer", "怎么销户？"),
        ("@小助手 创业板怎么开通", "mention", "answer", "怎么开通创业板？"),
        ("請問印花稅是多少", "group", "answer", "印花税是多少？"),
        ("基金贖回多久到賬", "group", "answer", "基金赎回多久到账？"),
        ("费用", "private", "clarify", ""),
        ("今天吃什么好呢", "private", "silent", ""),
        ("👍", "private", "silent", ""),
        ("", "private", "silent", ""),
        ("ＸＹＺ", "private", "silent", ""),
    ],
)
def test_a_question_is_answered_asked_back_or_left_alone(
    matcher: Matcher, text: str, channel: str, kind: str, question: str
) -> None:
    decision = matcher.decide(text, channel)
    assert (decision.kind, question_of(decision)) == (kind, question)


def test_a_shipped_question_and_its_last_paraphrase_find_their_answer_even_in_a_group(matcher: Matcher) -> None:
    found = {(entry_id, at): matcher.decide(PHRASES[entry_id][at], "group") for entry_id in PHRASES for at in (0, -1)}
    assert [PHRASES[entry_id][at] for (entry_id, at), one in found.items() if one.entry_id != entry_id] == []
    assert max(decision.score for decision in found.values()) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "人工", "转人工", "找人工", "我要人工", "我想转人工", "人工客服", "转人工服务", "找真人", "找客服",
        "请转人工", "麻烦转人工", "请帮我转人工", "帮我接人工", "转接人工客服", "联系客服", "您好，转人工吧！",
    ],
)  # fmt: skip
def test_whoever_asks_for_a_person_is_handed_over(matcher: Matcher, text: str) -> None:
    assert [matcher.decide(text, channel).kind for channel in ("private", "mention")] == ["handoff", "handoff"]
    assert matcher.decide(text, "group").kind != "handoff"


@pytest.mark.parametrize("text", ["人工智能股票", "人工费多少", "客服电话是多少", "客服", "不用转人工了"])
def test_speaking_of_people_is_not_asking_for_one(matcher: Matcher, text: str) -> None:
    assert [matcher.decide(text, channel).kind for channel in CHANNELS].count("handoff") == 0


def test_a_question_is_never_answered_with_its_opposite_even_in_private(matcher: Matcher) -> None:
    answered = {}
    for phrase in ALL_PHRASES:
        for said, opposite in [*OPPOSITES, *((other, one) for one, other in OPPOSITES)]:
            if said not in phrase or opposite in phrase:
                continue
            asked = phrase.replace(said, opposite)
            decision = matcher.decide(asked, "private")
            told = " ".join(PHRASES.get(decision.entry_id, ()))
            if decision.kind == "answer" and said in told and opposite not in told:
                answered[asked] = question_of(decision)
    assert answered == {}


@pytest.mark.parametrize(
    ("asked", "opposite"),
    [
        ("怎么取消创业板权限", "怎么开通创业板？"),
        ("关闭创业板", "怎么开通创业板？"),
        ("怎么注销融资融券", "怎么开通融资融券？"),
        ("关闭融资融券", "怎么开通融资融券？"),
        ("怎么开户", "怎么销户？"),
    ],
)
def test_the_opposite_is_not_even_offered(matcher: Matcher, asked: str, opposite: str) -> None:
    offered = [PHRASES[entry_id][0] for entry_id, _ in matcher.decide(asked, "private").candidates]
    assert opposite not in offered


def test_an_entry_that_speaks_of_both_may_answer_either() -> None:
    both = trained([Entry(id="A", question="转入转出收手续费吗", paraphrases=())], [])
    assert both.decide("转入收手续费吗", "private").entry_id == "A"
    assert both.decide("转出收手续费吗", "private").entry_id == "A"


def test_a_phrase_that_names_neither_stands_for_its_question() -> None:
    small = trained(SMALL, [])
    assert small.decide("账户不想要了", "private").entry_id == "B"
    assert "B" not in [entry_id for entry_id, _ in small.scores("开户，账户不想要了")]


def test_everyday_talk_is_left_alone(matcher: Matcher) -> None:
    lines = data.chatter()[::5]
    group = Counter(matcher.decide(line, "group").kind for line in lines)
    private = Counter(matcher.decide(line, "private").kind for line in lines)
    assert group["answer"] <= len(lines) / 300
    assert group["clarify"] <= len(lines) / 30
    assert private["answer"] <= len(lines) / 15


@pytest.mark.parametrize(
    "text",
    [
        "周末去哪儿玩", "孩子期末考试", "大家中午吃了吗", "又堵车了", "收到，谢谢老师", "哈哈哈哈笑死",
        "明天降温多穿点", "这电影真好看", "加班到十点", "祝大家生日快乐",
        "我家猫又胖了", "谁有充电器", "下雨了记得带伞", "晚安各位",
    ],
)  # fmt: skip
def test_talk_never_seen_before_is_left_alone_too(matcher: Matcher, text: str) -> None:
    assert [matcher.decide(text, channel).kind for channel in CHANNELS] == ["silent"] * 3


@FEW
@given(ASKED)
def test_what_is_answered_in_a_group_is_answered_the_same_to_fewer_people(matcher: Matcher, text: str) -> None:
    group, mention, private = (matcher.decide(text, channel) for channel in ("group", "mention", "private"))
    assert group.kind != "answer" or (mention.kind, mention.entry_id) == ("answer", group.entry_id)
    assert mention.kind != "answer" or (private.kind, private.entry_id) == ("answer", mention.entry_id)


@FEW
@given(ASKED | st.text(max_size=30))
def test_scores_lie_between_nought_and_one_best_first_and_three_are_shown(matcher: Matcher, text: str) -> None:
    scores = matcher.scores(text)
    values = [score for _, score in scores]
    assert values == sorted(values, reverse=True)
    assert all(0 < value <= 1 for value in values)
    assert len({entry_id for entry_id, _ in scores}) == len(scores)
    assert matcher.scores(text, 2) == scores[:2]
    decision = matcher.decide(text, "group")
    chances = [score for _, score in decision.candidates]
    assert len(chances) <= 3
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)


@FEW
@given(ASKED, st.sampled_from(CHANNELS))
def test_a_decision_keeps_to_its_thresholds(matcher: Matcher, text: str, channel: str) -> None:
    decision, limit = matcher.decide(text, channel), THRESHOLDS[channel]
    if decision.kind == "answer":
        assert decision.score >= limit.answer
        assert decision.entry_id == decision.candidates[0][0]
    elif decision.kind == "clarify":
        assert limit.answer > decision.score >= limit.clarify
        assert decision.entry_id == ""
    elif decision.kind == "silent":
        assert decision.score < limit.clarify


@pytest.fixture(scope="module")
def reversed_matcher(entries: list[Entry]) -> Matcher:
    return trained(entries[::-1], data.chatter()[::-1])


@FEW
@given(ASKED)
def test_the_order_of_the_base_decides_nothing(matcher: Matcher, reversed_matcher: Matcher, text: str) -> None:
    assert [reversed_matcher.decide(text, one) for one in CHANNELS] == [matcher.decide(text, one) for one in CHANNELS]


def test_two_entries_that_fit_equally_are_asked_about_and_not_guessed() -> None:
    twins = trained([Entry(id=one, question="开户要什么材料", paraphrases=()) for one in ("B", "A")], [])
    decision = twins.decide("开户要什么材料", "private")
    assert decision.kind == "clarify"
    assert [entry_id for entry_id, _ in decision.candidates] == ["A", "B"]


def test_everyday_words_count_for_less_when_everyday_talk_is_known() -> None:
    talk = ["今天怎么样", "怎么回事", "怎么办呀", "怎么又下雨"] * 5
    alone, among_talk = trained(SMALL, []), trained(SMALL, talk)
    heard = "今天怎么说"
    assert dict(among_talk.scores(heard))["A"] < dict(alone.scores(heard))["A"]


@pytest.mark.parametrize("base", [[], [Entry(id="A", question="？？", paraphrases=("[强]",))]])
def test_an_empty_base_keeps_silent(base: list[Entry]) -> None:
    assert trained(base, []).decide("怎么开户", "private").kind == "silent"


def test_the_larger_the_audience_the_surer_the_answer() -> None:
    limits = [THRESHOLDS[channel] for channel in CHANNELS]
    assert [one.answer for one in limits] == sorted(one.answer for one in limits)
    assert [one.clarify for one in limits] == sorted(one.clarify for one in limits)
