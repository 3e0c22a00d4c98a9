"""How much more likely an inviter's crowd is under fraud than among honest people: a sum of log-likelihood ratios.

What honest people do is estimated from the window itself, of which they are nearly all; what a crew does is written
down below, one habit a hypothesis. Features hang together (colleagues join from one network within one lunch hour), so
no feature may say more than CAP, and each counts for DAMP of its weight (naive Bayes, Hand & Yu 2001, on dependence).
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
CAP, DAMP = 7.0, 0.8
CAPS: Mapping[str, float] = {"gap": 3.5, "net": 3.5}
"""Coming together from one place is no crime: a lunch hour, a lecture, a live stream."""
CREWS: Mapping[str, Mapping[str, Sequence[float]]] = {
    "从不参与": {"talk": (0.75, 0.12, 0.08, 0.05)},
    "加入后退出": {"stay": (0.25, 0.25, 0.25, 0.25), "talk": (0.6, 0.2, 0.1, 0.1)},
    "成批涌入": {"gap": (0.3, 0.3, 0.25, 0.1, 0.05), "talk": (0.65, 0.15, 0.1, 0.1)},
    "共用设备与网络": {"device": (0.4, 0.6), "net": (0.35, 0.65), "talk": (0.55, 0.2, 0.15, 0.1)},
    "自己的另一个号": {"own": (0.3, 0.7), "talk": (0.65, 0.2, 0.1, 0.05)},
    "互相邀请的小圈子": {"device": (0.4, 0.6), "again": (0.8, 0.2), "talk": (0.6, 0.15, 0.1, 0.15)},
}
"""Habits of fraud: feature -> shares of its classes."""
GAPS = (2 * MINUTE, 15 * MINUTE, 2 * HOUR, DAY)
STAYS = (DAY, 7 * DAY, 30 * DAY)


class Seen(Protocol):
    """A referral, as far as habits go."""

    @property
    def at(self) -> float:
        """When they joined, in seconds."""

    @property
    def left_at(self) -> float | None:
        """When they left."""

    @property
    def interactions(self) -> int:
        """In the first week."""

    @property
    def repeats(self) -> int:
        """Other inviters whose codes they used."""

    @property
    def device(self) -> str:
        """Salted hash, or empty."""

    @property
    def net(self) -> str:
        """The same."""


Feature = tuple[str, int]


def features(some: Sequence[Seen], shared: Mapping[str, int], own: frozenset[str], now: float) -> Iterator[Feature]:
    """(feature, class) of an inviter's crowd, in order of time; what is unknown or too early to tell is left out.

    `shared`: how many people use a device. `own`: the inviter's devices, numbers and networks.
    """
    nets = Counter(one.net for one in some if one.net)
    for one in some:
        if now - one.at >= 7 * DAY:
            yield "talk", min(one.interactions, 3)
        yield "again", int(one.repeats > 0)
        if one.left_at is not None or now - one.at >= STAYS[-1]:
            yield "stay", _class((one.left_at or math.inf) - one.at, STAYS)
        if one.device:
            yield "device", int(shared.get(one.device, 0) > 1)
        if one.net and len(some) > 1:
            yield "net", int(nets[one.net] > 1)
        if own and (one.net or one.device):
            yield "own", int(one.net in own or one.device in own)
    for earlier, later in itertools.pairwise(some):
        yield "gap", _class(later.at - earlier.at, GAPS)


def usual(crowds: Iterable[Iterable[Feature]]) -> dict[str, list[float]]:
    """Shares of the classes among everybody, each crowd counted at most five times so that no crew sets the rule."""
    counted: Counter[Feature] = Counter()
    for crowd in crowds:
        counted.update({feature: min(number, 5) for feature, number in Counter(crowd).items()})
    sizes = {"talk": 4, "stay": 4, "device": 2, "net": 2, "own": 2, "again": 2, "gap": 5}
    found = {}
    for name, size in sizes.items():
        numbers = [counted[name, at] + PRIOR[name][at] * STRENGTH for at in range(size)]
        found[name] = [number / sum(numbers) for number in numbers]
    return found


PRIOR = {
    "talk": (0.3, 0.15, 0.12, 0.43), "stay": (0.05, 0.04, 0.08, 0.83), "device": (0.95, 0.05), "net": (0.8, 0.2),
    "own": (0.92, 0.08), "again": (0.97, 0.03), "gap": (0.05, 0.1, 0.15, 0.15, 0.55),
}  # fmt: skip
STRENGTH = 200
"""Weight of what is usual elsewhere, in people: a neighbourhood of ten cannot say what is usual."""


def suspicion(crowd: Iterable[Feature], normal: Mapping[str, Sequence[float]]) -> tuple[float, str]:
    """The largest log-likelihood ratio of any habit, and which habit it is."""
    counted = Counter(crowd)
    return max((ratio(counted, normal, habit), habit) for habit in CREWS)


def ratio(crowd: Iterable[Feature], normal: Mapping[str, Sequence[float]], habit: str) -> float:
    """The log-likelihood ratio of one habit of CREWS."""
    counted = Counter(crowd)
    total = 0.0
    for name, crew in CREWS[habit].items():
        said = sum(counted[name, at] * math.log(crew[at] / normal[name][at]) for at in range(len(crew)))
        most = CAPS.get(name, CAP)
        total += max(-most, min(most, DAMP * said))
    return total


def _class(value: float, bounds: Sequence[float]) -> int:
    return next((at for at, bound in enumerate(bounds) if value <= bound), len(bounds))
