"""Bars of a report's picture: a share of a half is half as long as the whole."""

import io

import pytest
from PIL import Image

from config import data
from rules import chart
from rules.chart import BAR, Bar, Panel


def longest(panel: Panel) -> int:
    """Points of the longest bar in a picture."""
    drawn = chart.draw("t", "a", [panel], data.font("Regular"), data.font("Bold"))
    picture = Image.open(io.BytesIO(drawn)).convert("RGB")
    lines = [[picture.getpixel((x, y)) for x in range(picture.width)] for y in range(picture.height)]
    return max(sum(point == BAR for point in line) for line in lines)


@pytest.mark.parametrize(
    ("value", "whole", "part"), [(1.0, 1.0, 1.0), (0.5, 1.0, 0.5), (7.0, 0.0, 1.0), (0.0, 1.0, 0.0)]
)
def test_how_long_a_bar_is(value: float, whole: float, part: float) -> None:
    full = longest(Panel("满", [Bar("一", 1.0, "1")]))
    assert longest(Panel("数", [Bar("一", value, "x")], whole)) == pytest.approx(full * part, abs=2)
