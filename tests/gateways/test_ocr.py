"""Reading pictures: where the system can, what stands in them is held to the same rules."""

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from commands.product import lint_rules
from config import data
from gateways import ocr
from rules.picture import SIDE, cleaned, kind_of


def drawn(words: str, kind: str = "PNG") -> bytes:
    picture = Image.new("RGB", (900, 160), "white")
    font = ImageFont.truetype(io.BytesIO(data.font("Regular")), 64)
    ImageDraw.Draw(picture).text((30, 30), words, fill="black", font=font)
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    picture.save(made, kind, exif=exif)
    return made.getvalue()


@pytest.mark.skipif(not ocr.available(), reason="tesseract with chi_sim is optional")
def test_a_promise_in_a_picture_is_read_and_blocked() -> None:
    words = ocr.read(drawn("本周推荐稳赚不赔"))
    assert words is not None
    assert lint_rules().lint(words, "out").verdict == "block"


def test_without_tesseract_nothing_is_pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert not ocr.available()
    assert ocr.read(drawn("文字")) is None


@pytest.mark.parametrize(("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_picture_is_kept_without_what_its_camera_wrote(kind: str, mime: str) -> None:
    raw = drawn("文字", kind)
    assert b"secret place" in raw
    kept = cleaned(raw)
    assert b"secret place" not in kept
    assert kind_of(kept) == mime


@pytest.mark.parametrize("raw", [b"", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\nnot really", b"GIF89a" + b"0" * 50])
def test_what_is_no_picture_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="图片"):
        cleaned(raw)


def test_a_picture_too_large_to_unpack_is_refused_before() -> None:
    made = io.BytesIO()
    Image.new("1", (SIDE + 1, 8)).save(made, "PNG")
    with pytest.raises(ValueError, match=str(SIDE)):
        cleaned(made.getvalue())
