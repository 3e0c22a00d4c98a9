"""How fast people come: the busiest window, and rhythms only a script keeps. Times in seconds, ascending."""

import itertools
import math
from collections.abc import Sequence

MINUTE, HOUR = 60.0, 3600.0
ENOUGH = 4


def rhythm(times: Sequence[float]) -> dict[str, str]:
    """People come irregularly; a script does not. Gaps of nearly equal length, or all of them far too short."""
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    if len(gaps) < ENOUGH:
        return {}
    mean = sum(gaps) / len(gaps)
    spread = math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps))
    if mean <= HOUR * 6 and spread <= 0.45 * mean:
        return {"AF-VELOCITY": f"{len(times)} 人间隔几乎相同（平均 {mean:.0f} 秒）"}
    close = sum(1 for gap in gaps if gap <= 3 * MINUTE)
    if close >= 0.7 * len(gaps):
        return {"AF-VELOCITY": f"{len(gaps)} 个间隔中 {close} 个不足三分钟"}
    return {}


def most_within(times: Sequence[float], span: float) -> int:
    """The largest number of moments inside any window of `span` seconds; `times` ascend."""
    most = start = 0
    for end, at in enumerate(times):
        while at - times[start] > span:
            start += 1
        most = max(most, end - start + 1)
    return most
