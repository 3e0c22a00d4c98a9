"""Both layers together: what has no keyword is stopped, what warns may go, and every shipped text passes."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from commands.lint_train import samples
from config import data
from rules import packs
from rules.compliance import Lexicon

FOLDER = Path(__file__).parent.parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


CASES, UNSEEN = rows("compliance_cases.tsv"), rows("compliance_unseen.tsv")


def stopped(lint: Lexicon, cases: list[dict[str, str]], split: str, label: str) -> float:
    """Share of these sentences that do not go out as they are."""
    chosen = [one for one in cases if (one["split"], one["label"]) == (split, label)]
    return sum(lint.lint(one["text"], one["direction"]).verdict != "send" for one in chosen) / len(chosen)


@pytest.mark.parametrize("split", ["dev", "dev2"])
def test_the_known_collections_are_read_right(lint: Lexicon, split: str) -> None:
    assert stopped(lint, CASES, split, "violation") >= 0.97
    assert stopped(lint, CASES, split, "ok") <= 0.05


def test_sentences_without_keywords_and_of_other_wording_are_stopped(lint: Lexicon) -> None:
    assert stopped(lint, UNSEEN, "unseen", "violation") >= 0.90
    assert stopped(lint, UNSEEN, "unseen", "ok") <= 0.08


def test_no_sentence_written_to_abuse_an_excuse_goes_out(lint: Lexicon) -> None:
    assert stopped(lint, CASES, "bypass", "violation") == 1
    assert stopped(lint, UNSEEN, "abuse", "violation") == 1


def test_no_sentence_used_to_measure_was_trained_on() -> None:
    measured = {one["text"] for one in UNSEEN}
    assert [one["text"] for one in data.lint_sentences() if one["text"] in measured] == []


def test_there_are_two_thousand_labelled_sentences_and_all_are_different() -> None:
    found = data.lint_sentences()
    assert len(found) >= 2000
    assert len({(one["direction"], one["text"]) for one in found}) == len(found)
    kinds = Counter(one["category"] for one in found if one["label"] == "violation")
    assert set(kinds) == {one["category"] for one in data.lexicon()}
    assert {one.direction for one in samples()} == {"in", "out"}


def test_every_shipped_text_may_go_out(lint: Lexicon) -> None:
    faq = data.faq()
    said = [*faq["risk_tips"].values(), *data.referral()["disclosures"]]
    said += [one["answer"] for one in faq["entries"]] + [one["body"] for one in data.calendar()["content"]]
    assert [text for text in said if lint.lint(text).verdict != "send"] == []


@pytest.mark.parametrize(
    ("text", "basis", "rewrite"),
    [
        ("根据您偏好的新能源行业，推荐XX基金，历史年化收益12%", "适当性办法22条", "只邀请参加主题学习"),
        ("股市暴跌，如何保住本金？", "广告法25条", "检查自己的风险承受能力"),
    ],
)
def test_known_bad_examples_are_stopped_with_article_and_rewrite(
    lint: Lexicon, text: str, basis: str, rewrite: str
) -> None:
    verdict = lint.lint(text)
    assert verdict.verdict == "block"
    assert basis in verdict.findings[0].basis
    assert rewrite in verdict.findings[0].rewrite


@pytest.mark.parametrize(
    "text",
    [
        "稳🔥赚不赔",
        "稳👍🏽赚不赔",
        "吻赚布陪",
        "稳，赚，不，赔",
        "稳\n赚\n不\n赔",
        "保“本”保息",
        "索要密码",
        "ｗｅｎ赚",
    ],
)
def test_a_disguise_is_stopped(lexicon: Lexicon, text: str) -> None:
    assert lexicon.lint(f"我们{text}的").verdict == "block"


@pytest.mark.parametrize(
    ("text", "rule"),
    [("bao本的产品", "PRINC-037"), ("保ben理财", "PRINC-038"), ("这只月殳票", "TIP-037"), ("加v信", "DIVERT-002")],
)
def test_a_rule_about_a_spelling_finds_that_spelling(lexicon: Lexicon, text: str, rule: str) -> None:
    (found,) = [one for one in lexicon.lint(text).findings if one.rule == rule]
    assert found.text in text
    assert found.span[1] - found.span[0] == len(found.text)


def test_what_the_second_layer_suspects_is_shown_in_the_original_text(lint: Lexicon) -> None:
    verdict = lint.lint("大家好。您 的 老 本 我 们 替 您 看 好，少不了一分。")
    assert verdict.verdict == "review"
    for found in verdict.findings:
        assert found.rule.startswith("SENSE-")
        assert found.text.strip() != ""
        assert found.basis != ""


def test_a_warning_keeps_its_finding_on_record(lint: Lexicon) -> None:
    verdict = lint.lint("谨防“内幕消息”“老师带单”“保本高收益”等诈骗话术")
    assert verdict.verdict == "send"
    assert {one.severity for one in verdict.findings} == {"warn"}


def test_a_pack_binds_from_its_day_on() -> None:
    made = packs.load(
        [{"id": "new", "title": "新", "version": "1", "since": date(2026, 9, 30), "basis": "x", "prefixes": ["SOFT-"]}]
    )
    small = Lexicon.load(data.lexicon(), data.variants(), made)
    assert small.lint("低风险高收益的好产品", on=date(2026, 9, 29)).verdict != ""
    rules_of = {
        day: {one.rule.split("-")[0] for one in small.lint("风险揭示书不用看", on=day).findings}
        for day in (date(2026, 9, 29), date(2026, 9, 30))
    }
    assert "SOFT" not in rules_of[date(2026, 9, 29)]
    assert "SOFT" in rules_of[date(2026, 9, 30)]


def test_a_pack_that_ends_before_it_begins_is_refused() -> None:
    bad = {"id": "x", "title": "x", "version": "1", "since": date(2026, 1, 2), "until": date(2026, 1, 2), "basis": "x"}
    with pytest.raises(ValueError, match="规则包 x"):
        packs.load([bad])


def test_every_finding_names_its_pack_and_version(lint: Lexicon) -> None:
    found = lint.lint("稳赚不赔，风险揭示书不用看").findings
    assert {one.pack for one in found} == {"securities@2026.11", "online-marketing@2026.11"}
