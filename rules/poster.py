"""The invitation poster: approved words, the inviter's masked name and a QR code, drawn as PNG. Fonts come as bytes."""

import io
from dataclasses import dataclass

import segno
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, EDGE = 750, 1334, 56
INK, SOFT, WHITE = (20, 33, 61), (84, 95, 120), (255, 255, 255)
TOP, BOTTOM = (178, 32, 44), (122, 16, 34)
"""Deep red, as brokers' houses like it; text on it is white (contrast 7:1)."""
GOLD = (255, 226, 170)
HEADER = 560
QR = 340
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fonts:
    """TrueType or OpenType files."""

    regular: bytes
    bold: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """What stands on it. `lines` and `small` are approved content; `url` goes into the code."""

    brand: str
    title: str
    lines: tuple[str, ...]
    small: tuple[str, ...]
    inviter: str
    url: str
    until: str


def draw(poster: Poster, fonts: Fonts) -> bytes:
    """The PNG, 750 by 1334 points, about 60 kB."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT), (246, 247, 250))
    pen = _Pen(sheet, fonts)
    _header(sheet, pen, poster)
    _card(sheet, pen, poster)
    _footer(pen, poster)
    out = io.BytesIO()
    sheet.quantize(128).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Pen:
    """Writes text at sizes, breaking lines by width."""

    def __init__(self, sheet: Image.Image, fonts: Fonts) -> None:
        self._canvas = ImageDraw.Draw(sheet)
        self._fonts = fonts
        self._made: dict[tuple[int, bool], ImageFont.FreeTypeFont] = {}

    def font(self, size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
        """One of the two faces at a size."""
        if (size, bold) not in self._made:
            file = self._fonts.bold if bold else self._fonts.regular
            self._made[size, bold] = ImageFont.truetype(io.BytesIO(file), size)
        return self._made[size, bold]

    def write(self, at: tuple[int, int], text: str, size: int, colour: Colour, *, bold: bool = False) -> int:
        """Text from a left upper corner, broken at the right edge; the y below it."""
        font, (left, top) = self.font(size, bold=bold), at
        for line in _broken(text, font, WIDTH - EDGE - left):
            self._canvas.text((left, top), line, font=font, fill=colour)
            top += round(size * 1.5)
        return top

    def centred(self, top: int, text: str, size: int, colour: Colour, *, bold: bool = False) -> int:
        """Text around the middle; the y below it."""
        font = self.font(size, bold=bold)
        for line in _broken(text, font, WIDTH - 2 * EDGE):
            self._canvas.text(((WIDTH - font.getlength(line)) / 2, top), line, font=font, fill=colour)
            top += round(size * 1.5)
        return top

    def box(self, corners: tuple[int, int, int, int], colour: Colour, radius: int) -> None:
        """A rounded rectangle."""
        self._canvas.rounded_rectangle(corners, radius, fill=colour)

    def dot(self, at: tuple[int, int], size: int, colour: Colour) -> None:
        """A small filled circle."""
        self._canvas.ellipse((at[0], at[1], at[0] + size, at[1] + size), fill=colour)


def _broken(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Lines no wider than `width`; a line never begins with a closing mark."""
    lines, line = [], ""
    for letter in text:
        if line and font.getlength(line + letter) > width and letter not in "，。、；：！？）》”":
            lines.append(line)
            line = ""
        line += letter
    return [*lines, line] if line else lines


def _header(sheet: Image.Image, pen: _Pen, poster: Poster) -> None:
    band = Image.new("RGB", (1, HEADER))
    for y in range(HEADER):
        share = y / HEADER
        mixed = [round(a + (b - a) * share) for a, b in zip(TOP, BOTTOM, strict=True)]
        band.putpixel((0, y), (mixed[0], mixed[1], mixed[2]))
    sheet.paste(band.resize((WIDTH, HEADER)))
    pen.write((EDGE, 60), poster.brand, 30, GOLD, bold=True)
    below = pen.write((EDGE, 128), poster.title, 62, WHITE, bold=True)
    top = below + 18
    for line in poster.lines:
        pen.dot((EDGE + 2, top + 19), 10, GOLD)
        top = pen.write((EDGE + 30, top), line, 32, WHITE) + 14


def _card(sheet: Image.Image, pen: _Pen, poster: Poster) -> None:
    top = HEADER - 90
    pen.box((EDGE, top, WIDTH - EDGE, top + 580), WHITE, 28)
    pen.centred(top + 36, f"{poster.inviter} 邀请你一起学习", 34, INK, bold=True)
    code = segno.make(poster.url, error="m")
    drawn = io.BytesIO()
    code.save(drawn, kind="png", scale=max(1, QR // code.symbol_size(border=0)[0]), border=0, dark=INK)
    picture = Image.open(drawn).convert("RGB")
    sheet.paste(picture, ((WIDTH - picture.width) // 2, top + 118 + (QR - picture.height) // 2))
    below = pen.centred(top + 478, "长按或扫一扫，添加投教顾问", 28, INK)
    pen.centred(below, f"有效期至 {poster.until}", 24, SOFT)


def _footer(pen: _Pen, poster: Poster) -> None:
    top = HEADER + 520
    for line in poster.small:
        top = pen.centred(top, line, 22, SOFT) + 4
    pen.centred(HEIGHT - 66, "投资有风险，入市需谨慎", 24, SOFT)
