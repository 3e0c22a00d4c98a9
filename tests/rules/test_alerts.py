"""Signals for the advisor: found by their cues, most urgent first, and not raised for somebody else's question."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import data
from rules.alerts import Cues, Hit

SIGNALS: list[dict[str, Any]] = data.alerts()["signals"]
ORDER: list[str] = data.alerts()["routing"]["order"]
CUES = [(one["id"], str(cue)) for one in SIGNALS for cue in one.get("cues", ())]
SPEECH = st.lists(
    st.sampled_from([cue for _, cue in CUES] + ["我爸问", "流程是什么", "，", "今天", " ", "不"]), max_size=5
)
LABELLED = Path(__file__).resolve().parent.parent / "data"
FEW = settings(max_examples=settings().max_examples // 3)


def found(cues: Cues, text: str) -> list[str]:
    return [hit.signal for hit in cues.find(text)]


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("我要销户", ["AL-CHURN"]),
        ("佣金太高想走，别的券商更低", ["AL-CHURN"]),
        ("明天要用钱，怎么提高转出限额", ["AL-LARGE-OUT"]),
        ("卖了房想投资", ["AL-LARGE-IN"]),
        ("再这样我打12386", ["AL-COMPLAINT"]),
        ("我 要 投 诉", ["AL-COMPLAINT"]),
        ("被套牢了，想跳楼", ["AL-CRISIS", "AL-LOSS"]),
        ("我要投诉！快爆仓了还不让我销户", ["AL-COMPLAINT", "AL-CHURN", "AL-LOSS"]),
        ("收到追保短信，要补多少钱", ["AL-MARGIN"]),
        ("我的理财快到期了", ["AL-DUE"]),
        ("有人让我转到安全账户", ["AL-FRAUD"]),
        ("这个能买吗", ["AL-ADVICE"]),
        ("今天天气不错", []),
        ("", []),
    ],
)
def test_a_text_raises_its_signals_most_urgent_first(cues: Cues, text: str, signals: list[str]) -> None:
    assert found(cues, text) == signals


@pytest.mark.parametrize("text", ["我爸问怎么销户", "我朋友想知道怎么转户", "同事问注销账户要多久", "人家问换券商"])
def test_a_member_asking_for_somebody_else_raises_no_churn_alert(cues: Cues, text: str) -> None:
    assert found(cues, text) == []


@pytest.mark.parametrize("text", ["销户流程是什么", "转托管手续是什么", "产品到期步骤是啥", "销户材料哪些"])
def test_asking_how_it_is_done_is_not_meaning_to_do_it(cues: Cues, text: str) -> None:
    assert found(cues, text) == []


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("我妈问被骗了怎么办", "AL-FRAUD"),
        ("我朋友说想死，问我怎么办", "AL-CRISIS"),
        ("我要投诉，流程是什么", "AL-COMPLAINT"),
        ("邻居问爆仓了怎么办", "AL-LOSS"),
        ("我妈说有人让她转到安全账户", "AL-FRAUD"),
    ],
)
def test_a_cry_for_help_counts_for_whomever_it_is_made(cues: Cues, text: str, signal: str) -> None:
    assert found(cues, text) == [signal]


@pytest.mark.parametrize(
    "text",
    ["我妈问怎么提高转出限额", "12386是什么", "12386热线的受理范围有哪些", "我不想销户", "没有被骗", "想死你们了"],
)
def test_what_only_sounds_like_a_signal_raises_none(cues: Cues, text: str) -> None:
    assert found(cues, text) == []


def labelled(*, held_out: bool) -> list[tuple[set[str], str]]:
    """Lines of the labelled set; the held-out half was never tuned on. A text's digest decides its half."""
    rows = (LABELLED / "alert_cues.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [row.split("\t") for row in rows]
    return [
        (set(want.split("|")) - {"-"}, text)
        for want, text in pairs
        if (hashlib.sha256(text.encode()).digest()[0] % 2 == 1) == held_out
    ]


@pytest.mark.parametrize("held_out", [False, True])
def test_signals_are_heard_and_innocent_talk_is_not(cues: Cues, held_out: bool) -> None:
    heard = [(want, set(found(cues, text))) for want, text in labelled(held_out=held_out)]
    right = sum(len(want & got) for want, got in heard)
    assert len(heard) > 100
    assert right / sum(len(want) for want, _ in heard) >= 0.95
    assert right / sum(len(got) for _, got in heard) >= 0.90


def test_a_hit_says_what_was_heard_and_how_soon_somebody_must_answer(cues: Cues) -> None:
    assert cues.find("真的活不下去了") == (Hit("AL-CRISIS", "活不下去", "critical", 5),)


def test_a_signal_is_raised_once_however_many_of_its_cues_are_heard(cues: Cues) -> None:
    assert cues.find("亏惨了，套牢，割肉") == (Hit("AL-LOSS", "亏惨了", "medium", 240),)


def test_every_shipped_cue_raises_its_signal(cues: Cues) -> None:
    assert [cue for signal, cue in CUES if signal not in found(cues, f"老师，{cue}。")] == []


def test_every_signal_with_cues_has_its_place_in_the_order() -> None:
    assert [one["id"] for one in SIGNALS if one.get("cues") and one["id"] not in ORDER] == []
    assert set(ORDER) <= {one["id"] for one in SIGNALS}
    assert {signal for one in data.alerts()["guards"] for signal in one["signals"]} <= set(ORDER)


@FEW
@given(SPEECH)
def test_signals_come_in_the_order_of_precedence_and_quote_the_text(cues: Cues, words: list[str]) -> None:
    hits = cues.find("".join(words))
    places = [ORDER.index(hit.signal) for hit in hits]
    assert places == sorted(set(places))
    assert all(hit.cue in "".join(words).replace(" ", "") for hit in hits)


def test_a_signal_is_called_by_its_name(cues: Cues) -> None:
    assert cues.name_of("AL-CHURN") == "销户/转户意向"
    assert cues.name_of("AL-BIRTHDAY") == "生日"
    assert cues.name_of("AL-NEW") == "AL-NEW"


def test_everyday_talk_raises_little(cues: Cues) -> None:
    """Some of it is meant: losses, calls for tips, friends who were cheated. Jokes about dying of hunger are not."""
    raised = [line for line in data.chatter() if cues.find(line)]
    assert len(raised) < 0.03 * len(data.chatter())


def test_a_number_that_yaml_did_not_take_for_a_text_is_a_cue_all_the_same() -> None:
    signal = {"id": "AL-X", "name": "热线", "level": "high", "sla_minutes": 5, "cues": [12386]}
    assert Cues([signal], ["AL-X"]).find("打12386") == (Hit("AL-X", "12386", "high", 5),)
