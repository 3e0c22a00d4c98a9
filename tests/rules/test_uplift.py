"""Differences of shares against published figures."""

import pytest

from rules.uplift import difference


@pytest.mark.parametrize(
    ("hits", "of", "control_hits", "control", "expected"),
    [  # Newcombe 1998, table II, method 10
        (56, 70, 48, 80, (0.2000, 0.0524, 0.3339)),
        (9, 10, 3, 10, (0.6000, 0.1705, 0.8090)),
        (10, 10, 0, 20, (1.0000, 0.6791, 1.0000)),
    ],
)
def test_the_interval_is_newcombes(
    hits: int, of: int, control_hits: int, control: int, expected: tuple[float, float, float]
) -> None:
    found = difference(hits, of, control_hits, control)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx(expected, abs=0.0002)
    assert found.sure


def test_nothing_is_said_without_a_control_group_and_nothing_is_sure_of_a_few() -> None:
    assert difference(3, 10, 0, 0) is None
    few = difference(2, 5, 1, 5)
    assert few is not None
    assert not few.sure
