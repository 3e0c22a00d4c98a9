"""The drafting model: one answer or a reason, a bounded wait, and rest after failures."""

from collections.abc import Iterator

import pytest

from gateways.llm import FAILURES, NoDraft, OpenAiDrafter
from tests.gateways.llm_server import Model, model
from tests.inprocess import Clock


@pytest.fixture
def server() -> Iterator[Model]:
    with model() as running:
        yield running


def test_it_drafts_and_shows_its_key_to_the_model_only(server: Model) -> None:
    server.says = " 您好，流程见官方APP。 "
    assert OpenAiDrafter(server.url, "k-1", "m-1").draft("规则", "怎么开户").text == "您好，流程见官方APP。"
    assert server.keys == ["Bearer k-1"]
    assert server.asked[0]["model"] == "m-1"
    assert [one["role"] for one in server.asked[0]["messages"]] == ["system", "user"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"choices":[]}', b'{"choices":[{"message":{"content":null}}]}', b"[" * 9000]
)
def test_nonsense_is_no_draft(server: Model, body: bytes) -> None:
    server.body = body
    with pytest.raises(NoDraft, match="无法识别"):
        OpenAiDrafter(server.url, "k", "m").draft("s", "u")


def test_an_answer_without_end_is_cut_off(server: Model) -> None:
    server.body = b"x" * 300_000
    with pytest.raises(NoDraft, match="过长"):
        OpenAiDrafter(server.url, "k", "m").draft("s", "u")


def test_a_refusal_names_the_settings_and_no_secret(server: Model) -> None:
    server.status = 401
    with pytest.raises(NoDraft, match="BOT_LLM_KEY") as caught:
        OpenAiDrafter(server.url, "very-secret", "m").draft("s", "u")
    assert "very-secret" not in str(caught.value)


def test_a_redirect_is_not_followed_with_the_key(server: Model) -> None:
    server.status = 302
    with pytest.raises(NoDraft, match="302"):
        OpenAiDrafter(server.url, "k", "m").draft("s", "u")


def test_whoever_does_not_answer_in_time_is_given_up_on(server: Model) -> None:
    server.stall = True
    with pytest.raises(NoDraft, match="3 秒"):
        OpenAiDrafter(server.url, "k", "m", budget=0.1).draft("s", "u")


def test_after_three_failures_it_rests_a_minute_and_then_is_asked_again(server: Model) -> None:
    clock = Clock()
    drafter = OpenAiDrafter(server.url, "k", "m", clock)
    server.status = 500
    for _ in range(FAILURES):
        with pytest.raises(NoDraft, match="500"):
            drafter.draft("s", "u")
    server.status = 200
    with pytest.raises(NoDraft, match="暂停"):
        drafter.draft("s", "u")
    assert len(server.asked) == FAILURES
    clock.now += 61
    assert drafter.draft("s", "u").text == "您好"
