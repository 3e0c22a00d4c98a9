"""A report as a picture: titled panels of horizontal bars, drawn as PNG. Fonts come as bytes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

WIDTH, EDGE, ROW, HEAD, TOP = 900, 40, 34, 58, 112
LABEL, VALUE = 190, 110
INK, SOFT, BAR, PAPER, SHEET = (29, 36, 51), (86, 96, 115), (20, 89, 199), (245, 247, 250), (255, 255, 255)
MOST = 12
"""Bars of a panel: more cannot be read on a phone."""
LETTERS = 11
"""Of a label, in the width it has."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` gives the length, `said` stands behind it."""

    label: str
    value: float
    said: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A heading and its bars. `whole`: the value that fills the width (1 for shares); 0 = the longest one does."""

    title: str
    bars: Sequence[Bar]
    whole: float = 0.0


def draw(title: str, about: str, panels: Sequence[Panel], regular: bytes, bold: bytes) -> bytes:
    """The PNG, 900 points wide and as high as its bars need."""
    heights = [HEAD + 8 + ROW * max(1, len(one.bars[:MOST])) for one in panels]
    sheet = Image.new("RGB", (WIDTH, TOP + sum(heights) + EDGE), PAPER)
    pen = ImageDraw.Draw(sheet)
    large, plain, small = _font(bold, 30), _font(regular, 20), _font(regular, 17)
    pen.text((EDGE, 28), title, INK, large)
    pen.text((EDGE, 74), about, SOFT, small)
    at = TOP
    for one, height in zip(panels, heights, strict=True):
        pen.rounded_rectangle((EDGE - 16, at, WIDTH - EDGE + 16, at + height - 12), 10, SHEET)
        pen.text((EDGE, at + 12), one.title, INK, _font(bold, 21))
        _bars(pen, one, at + HEAD - 8, plain)
        at += height
    out = io.BytesIO()
    sheet.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _bars(pen: ImageDraw.ImageDraw, panel: Panel, top: int, font: ImageFont.FreeTypeFont) -> None:
    bars = panel.bars[:MOST]
    longest = panel.whole or max([one.value for one in bars], default=0) or 1
    room = WIDTH - 2 * EDGE - LABEL - VALUE
    if not bars:
        pen.text((EDGE, top), "还没有数据", SOFT, font)
    for row, one in enumerate(bars):
        at, long = top + row * ROW, round(room * max(0.0, one.value) / longest)
        label = one.label if len(one.label) <= LETTERS else f"{one.label[: LETTERS - 1]}…"
        pen.text((EDGE, at), label, SOFT, font)
        if long:
            pen.rectangle((EDGE + LABEL, at + 4, EDGE + LABEL + long, at + ROW - 10), BAR)
        pen.text((EDGE + LABEL + long + 10, at), one.said, INK, font)


def _font(body: bytes, points: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(body), points)
