"""The reader of 会话内容存档: pages of records, and what its silence means."""

import pytest

from gateways.archive import ArchiveRecord, HttpArchive, NoArchive
from gateways.wecom.errors import Retry, Unknown
from gateways.wecom.transport import Lost, NotSent, Request, Response
from tests.gateways.offices import Near, do


@pytest.fixture
def chat(near: Near) -> str:
    do(near, "hire", "op01", "运营小王")
    return str(do(near, "found_group", "一群", "op01"))


def test_records_come_oldest_first_after_the_last_one_read(near: Near, chat: str) -> None:
    for text in ("一", "二", "三"):
        do(near, "say_in_group", "op01", chat, text)
    archive = HttpArchive("http://127.0.0.1:8102/", near.transport)
    first = archive.read(0, 2)
    rest = archive.read(first[-1].seq, 1000)
    assert [one.message["text"]["content"] for one in (*first, *rest)] == ["一", "二", "三"]
    assert archive.read(rest[-1].seq, 1000) == []


def test_without_an_archive_nothing_is_heard() -> None:
    assert NoArchive().read(0, 1000) == []


class Always:
    """A reader process that always does the same."""

    def __init__(self, answer: Response | Exception) -> None:
        self._answer = answer

    def send(self, request: Request) -> Response:
        del request
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.mark.parametrize("silence", [NotSent(), Lost()], ids=["away", "hung up"])
def test_reading_again_does_no_harm(silence: Exception) -> None:
    with pytest.raises(Retry):
        HttpArchive("http://x", Always(silence)).read(0, 10)


NONSENSE = {
    "a page": b"<html>", "nothing": b"", "a list": b"[]", "a null": b"null", "no rows": b"{}",
    "rows as text": b'{"chatdata":"abc"}', "a row as number": b'{"chatdata":[1]}', "no seq": b'{"chatdata":[{}]}',
    "seq as words": b'{"chatdata":[{"seq":"x","message":{}}]}', "seq null": b'{"chatdata":[{"seq":null,"message":{}}]}',
    "message as text": b'{"chatdata":[{"seq":1,"message":"abc"}]}',
    "message null": b'{"chatdata":[{"seq":1,"message":null}]}', "depth": b"[" * 100_000,
    "seq beyond all numbers": b'{"chatdata":[{"seq":1e999,"message":{}}]}',
}  # fmt: skip


@pytest.mark.parametrize("content", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_unknown(content: bytes) -> None:
    with pytest.raises(Unknown):
        HttpArchive("http://x", Always(Response(200, {}, content))).read(0, 10)


def test_an_error_page_is_not_an_empty_archive() -> None:
    with pytest.raises(Unknown):
        HttpArchive("http://x", Always(Response(503, {}, b'{"chatdata":[]}'))).read(0, 10)


def test_a_seq_may_be_text_as_some_readers_give_it() -> None:
    answer = Always(Response(200, {}, b'{"chatdata":[{"seq":"7","message":{"msgid":"m"}}]}'))
    assert HttpArchive("http://x", answer).read(0, 10) == [ArchiveRecord(7, {"msgid": "m"})]
