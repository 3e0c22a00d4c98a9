"""What a push did beyond what would have happened anyway: a difference of shares with its confidence interval."""

import math
from dataclasses import dataclass

Z = 1.959964
"""Of 95 %."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Share among those who got it minus share among those who were left out, and its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0 or self.high < 0


def difference(hits: int, of: int, control_hits: int, control: int) -> Difference | None:
    """Newcombe's hybrid score interval (1998, method 10); None while either side has nobody."""
    if not of or not control:
        return None
    first, second = hits / of, control_hits / control
    (low1, high1), (low2, high2) = _wilson(hits, of), _wilson(control_hits, control)
    value = first - second
    return Difference(
        value,
        value - math.hypot(first - low1, high2 - second),
        value + math.hypot(high1 - first, second - low2),
    )


def _wilson(hits: int, of: int) -> tuple[float, float]:
    share = hits / of
    middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    return middle - half, middle + half
