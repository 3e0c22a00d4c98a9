"""Files that go with a message: what is read in them, and which are refused."""

import contextlib

import pytest

from rules import document
from tests.documents import MP4, pdf


def test_the_words_of_a_pdf_are_read() -> None:
    assert document.words(pdf("本月稳赚不赔")) == "本月稳赚不赔"
    assert document.kind_of(pdf("x")) == "file"


def test_a_video_and_a_pdf_of_pictures_have_no_words() -> None:
    assert document.words(MP4) is None
    assert document.words(pdf("")) is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"MZ\x90", "只支持 PDF"), (b"", "只支持 PDF"), (b"%PDF-1.4 nothing", "不是可读的 PDF"),
        (pdf("x", "/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "脚本"),
        (pdf("x", "/Names << /EmbeddedFiles << /Names [] >> >>"), "内嵌文件"),
        (pdf("字" * 20_001), "20001 字"),
        (MP4 + b"\0" * document.LARGEST["video"], "最多 10240 KB"),
    ],
)  # fmt: skip
def test_what_cannot_be_checked_or_sent_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        document.words(body)


@pytest.mark.parametrize("cut", range(10, 900, 40))
def test_a_damaged_pdf_never_breaks_the_page(cut: int) -> None:
    body = pdf("第三课：看懂年报")
    with contextlib.suppress(ValueError):  # anything else would reach the person who uploads it as a page that broke
        document.words(body[:cut] + body[cut + 7 :])
