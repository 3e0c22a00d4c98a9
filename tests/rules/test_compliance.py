"""The lexicon: what it stops, what it lets through, and that an excuse never clears words going out."""

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import data
from rules.compliance import SEVERITY, VERDICTS, Lexicon, Verdict

FILE = Path(__file__).parent.parent / "data" / "compliance_cases.tsv"
with FILE.open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
LITERALS = [one for one in data.lexicon() if one["type"] == "lit"]
SPEECH = st.lists(
    st.sampled_from([one["pattern"] for one in LITERALS])
    | st.sampled_from(
        [*"，。！？：不吗 -*\u200b\n", "谨防", "稳zhuan", "我们", "月殳票", "bao ben", "保证三个月盈利", "Ａ"]
    )
    | st.text(max_size=3),
    max_size=10,
).map("".join)
FEW = settings(max_examples=settings().max_examples // 3)


def cases(label: str, *directions: str) -> list[dict[str, str]]:
    found = [one for one in CASES if one["label"] == label and one["direction"] in directions]
    return [one for one in found if one["split"] != "bypass"]


def verdict_on(lexicon: Lexicon, case: Mapping[str, str]) -> str:
    return lexicon.lint(case["text"], case["direction"]).verdict


def weight(verdict: Verdict) -> int:
    return VERDICTS.index(verdict.verdict)


def test_there_are_as_many_cases_as_the_figures_below_were_measured_on() -> None:
    assert Counter(one["split"] for one in CASES) == {"dev": 225, "dev2": 100, "bypass": 20}


def test_no_violation_of_the_collection_goes_unseen(lexicon: Lexicon) -> None:
    missed = [one["text"] for one in cases("violation", "in", "out") if verdict_on(lexicon, one) == "send"]
    assert missed == []


def test_all_but_three_violations_of_the_collection_are_taken_as_seriously_as_they_are(lexicon: Lexicon) -> None:
    violations = cases("violation", "in", "out")
    lenient = [
        one["id"] for one in violations
        if VERDICTS.index(verdict_on(lexicon, one)) < SEVERITY[one["min_severity"]]
    ]  # fmt: skip
    assert set(lenient) <= {"CASE-044", "CASE-105", "CASE-273"}
    assert len(violations) == 165


def test_all_but_one_violation_are_called_by_their_name(lexicon: Lexicon) -> None:
    misnamed = [
        one["id"] for one in cases("violation", "in", "out")
        if one["category"] not in {finding.category for finding in lexicon.lint(one["text"], one["direction"]).findings}
    ]  # fmt: skip
    assert set(misnamed) <= {"CASE-034"}


def test_nothing_innocent_that_a_member_says_is_held(lexicon: Lexicon) -> None:
    assert [one["text"] for one in cases("ok", "in") if verdict_on(lexicon, one) != "send"] == []


def test_nothing_innocent_going_out_is_blocked_and_two_thirds_need_no_person(lexicon: Lexicon) -> None:
    verdicts = Counter(verdict_on(lexicon, one) for one in cases("ok", "out"))
    assert verdicts["block"] == 0
    assert verdicts["send"] >= 63
    assert verdicts["review"] <= 36


def test_a_sentence_written_to_abuse_an_excuse_is_still_stopped(lexicon: Lexicon) -> None:
    verdicts = Counter(verdict_on(lexicon, one) for one in CASES if one["split"] == "bypass")
    assert verdicts["send"] == 0
    assert verdicts["block"] >= 7


def test_no_shipped_answer_is_blocked(lexicon: Lexicon) -> None:
    entries = data.faq()["entries"]
    assert [one["id"] for one in entries if lexicon.lint(one["answer"]).verdict == "block"] == []
    assert len(entries) == 146


def test_no_shipped_content_piece_is_blocked(lexicon: Lexicon) -> None:
    pieces = data.calendar()["content"]
    assert [one["id"] for one in pieces if lexicon.lint(one["body"]).verdict == "block"] == []
    assert len(pieces) >= 44


def test_no_risk_tip_is_blocked(lexicon: Lexicon) -> None:
    tips = data.faq()["risk_tips"]
    assert [one for one, text in tips.items() if lexicon.lint(text).verdict == "block"] == []


def test_an_answer_with_its_risk_tip_behind_it_is_not_blocked_either(lexicon: Lexicon) -> None:
    faq = data.faq()
    sent = {one["id"]: f"{one['answer']}\n{faq['risk_tips'][one['risk_tip']]}" for one in faq["entries"]}
    assert [one for one, text in sent.items() if lexicon.lint(text).verdict == "block"] == []


def test_every_literal_is_found_in_its_own_words(lexicon: Lexicon) -> None:
    unfound = [
        one["id"] for one in LITERALS
        if one["category"] not in {
            finding.category for way in ("in", "out") for finding in lexicon.lint(one["pattern"], way).findings
        }
    ]  # fmt: skip
    assert unfound == []


def test_every_rule_has_a_name_of_its_own_and_says_why_and_by_what_law() -> None:
    rows = data.lexicon()
    assert len({one["id"] for one in rows}) == len(rows)
    assert [one["id"] for one in rows if not (one["reason"] and one["rewrite"] and one["basis"])] == []
    assert {one["severity"] for one in rows} == set(SEVERITY)


@pytest.mark.parametrize(
    ("text", "direction", "verdict"),
    [
        ("稳赚不赔", "out", "block"),
        ("不承诺保本保息", "out", "review"),
        ("不承诺保本保息", "in", "send"),
        ("市场上不存在保本保息的产品", "out", "review"),
        ("不用担心，保本保息", "in", "block"),
        ("不用担心保本保息", "in", "block"),
        ("警惕以下话术：稳赚不赔，保本保息", "out", "review"),
        ("警惕以下话术：稳赚不赔，保本保息", "in", "send"),
        ("警惕骗局。我们稳赚不赔", "in", "block"),
        ("凡是说保本的都是骗局", "in", "send"),
        ("说保本是骗局，但我们这个真保本", "in", "block"),
        ("不存在包赚稳赚的好事", "in", "send"),
        ("不能不保本", "in", "block"),
        ("这个保本吗", "in", "send"),
        ("这个保本不", "in", "send"),
        ("这个保本吗", "out", "block"),
        ("有人在群里说稳赚不赔", "in", "send"),
        ("有人在群里说稳赚不赔", "out", "block"),
        ("预计年化5%", "out", "block"),
        ("预计年化5%", "in", "send"),
        ("欢迎参加直播", "out", "send"),
        ("", "out", "send"),
    ],
)
def test_an_excuse_counts_for_what_a_member_says_and_only_softens_what_we_say(
    lexicon: Lexicon, text: str, direction: str, verdict: str
) -> None:
    assert lexicon.lint(text, direction).verdict == verdict


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我们保证！保证三个月盈利", "保证三个月盈利"),
        ("保证三个月盈利。一定可以盈利", "保证三个月盈利"),
        ("亏了。亏了我们给您补", "亏了我们给您补"),
    ],
)
def test_a_promise_is_found_though_the_sentence_beside_it_uses_the_same_words(
    lexicon: Lexicon, text: str, found: str
) -> None:
    verdict = lexicon.lint(text)
    assert verdict.verdict == "block"
    assert found in {finding.text for finding in verdict.findings}


@pytest.mark.parametrize("text", ["我们保证。三个月盈利", "保证\n盈利"])
def test_words_of_two_sentences_make_no_promise(lexicon: Lexicon, text: str) -> None:
    assert lexicon.lint(text).verdict == "send"


@pytest.mark.parametrize("text", ["baoben", "ＢａｏＢｅｎ", "bao ben", "b a o b e n", "bao-ben", "说bao ben的"])
def test_pinyin_is_read_with_and_without_gaps(lexicon: Lexicon, text: str) -> None:
    assert lexicon.lint(text).verdict == "block"


@pytest.mark.parametrize("text", ["baobenx", "xbaoben", "bao  ben", "bao,ben"])
def test_pinyin_within_a_longer_word_is_no_word(lexicon: Lexicon, text: str) -> None:
    assert lexicon.lint(text).verdict == "send"


@pytest.mark.parametrize("text", ["保 本", "保*本", "保\u200b本", "保\u202e本", "bao本", "保̶本"])
def test_a_disguised_word_is_found_and_shown_as_it_was_written(lexicon: Lexicon, text: str) -> None:
    findings = lexicon.lint(f"我们{text}！").findings
    assert {(one.text, one.span) for one in findings} == {(text, (2, 2 + len(text)))}


@FEW
@given(SPEECH, st.sampled_from(["in", "out"]))
def test_every_finding_points_into_the_original_text(lexicon: Lexicon, text: str, direction: str) -> None:
    verdict = lexicon.lint(text, direction)
    for finding in verdict.findings:
        start, end = finding.span
        assert 0 <= start < end <= len(text)
        assert finding.text == text[start:end]
    assert weight(verdict) == max((SEVERITY[one.severity] for one in verdict.findings), default=0)


@FEW
@given(SPEECH, st.sampled_from(["不", "谨防", "所谓", "有人说", "禁止"]), st.sampled_from(["", "是骗局", "吗？"]))
def test_no_words_put_around_it_clear_a_text_going_out(lexicon: Lexicon, text: str, before: str, after: str) -> None:
    bare = lexicon.lint(text)
    assert weight(bare) == 0 or weight(lexicon.lint(f"{before}{text}{after}")) >= 1


@pytest.mark.parametrize(
    "word", ["亏了算我的", "不用担心风险", "请把交易密码发给我", "加我个人微信", "baoben", "请勿外传"]
)
@pytest.mark.parametrize("excuse", ["不{}", "谨防{}", "{}是骗局", "{}吗？", "有人说{}", "警惕以下话术：{}"])
def test_what_is_beyond_excuse_is_blocked_in_whatever_frame(lexicon: Lexicon, word: str, excuse: str) -> None:
    assert [lexicon.lint(excuse.format(word), way).verdict for way in ("in", "out")] == ["block", "block"]
