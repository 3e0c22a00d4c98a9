"""Circles: inviters close to one another, judged by how all their invitees live together.

A small circle that invites its own spare accounts shows little in any one crowd of three; twenty crowds tied by
invitations and shared phones say it plainly. Two steps in the network of inviters, so that a circle which hangs on
honest people is still seen for what it is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from rules import profile

SURE = 8.0
"""Log-likelihood ratio: above every group of honest people tied together in three campaigns of 100,000 joins."""
STEPS, LARGEST, LEAST = 2, 200, 4
"""How far a circle reaches, how many invitees of it are read, and how few say nothing."""
HABIT = "互相邀请的小圈子"


class Tie(Protocol):
    """A referral, as far as circles go."""

    @property
    def invitee(self) -> str:
        """Who came."""

    @property
    def inviter(self) -> str:
        """Through whom."""

    @property
    def device(self) -> str:
        """Salted hash, or empty."""


def find(
    crowds: Mapping[str, Sequence[Tie]],
    marks: Mapping[str, frozenset[str]],
    seen: Mapping[str, Sequence[profile.Feature]],
    normal: Mapping[str, Sequence[float]],
) -> dict[str, str]:
    """Inviter -> what their circle shows. `crowds`: invitees by inviter; `seen`: their features; see profile."""
    near = _near(crowds, marks)
    found: dict[str, str] = {}
    for who in crowds:
        circle = _within(who, near)
        if len(circle) < LEAST - 1:
            continue
        features = [one for each in circle for one in seen[each]]
        number = sum(len(crowds[each]) for each in circle)
        if LEAST <= number <= LARGEST and profile.ratio(features, normal, HABIT) >= SURE:
            found[who] = f"{len(circle)} 个相连的邀请人共 {number} 个受邀人，整体像“{HABIT}”"
    return found


def _near(crowds: Mapping[str, Sequence[Tie]], marks: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    """Inviters next to each other: one was invited by the other, or a device ties their crowds."""
    near: dict[str, set[str]] = defaultdict(set)
    for who, some in crowds.items():
        for one in some:
            if one.invitee in crowds:
                near[who].add(one.invitee)
                near[one.invitee].add(who)
    for people in _worn(crowds, marks).values():
        for each in people:
            near[each] |= people
    return near


def _worn(crowds: Mapping[str, Sequence[Tie]], marks: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    """Device of an invitee -> the inviters in whose crowds it is, or whose own it is."""
    worn: dict[str, set[str]] = defaultdict(set)
    for who, some in crowds.items():
        for one in some:
            if one.device:
                worn[one.device].add(who)
    for who in crowds:
        for mark in marks.get(who, frozenset()) & worn.keys():
            worn[mark].add(who)
    return worn


def _within(who: str, near: Mapping[str, set[str]]) -> set[str]:
    circle = {who}
    edge = {who}
    for _ in range(STEPS):
        edge = {other for one in edge for other in near.get(one, ())} - circle
        circle |= edge
        if len(circle) > LARGEST:
            break
    return circle
