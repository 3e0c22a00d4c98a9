"""Rings: groups of accounts tied together by devices, phones and mutual invitations, found by union-find."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol


class Tie(Protocol):
    """A referral, as far as rings go."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def invitee(self) -> str:
        """Who came."""

    @property
    def inviter(self) -> str:
        """Through whom."""

    @property
    def device(self) -> str:
        """Salted hash, or empty."""

    @property
    def phone(self) -> str:
        """The same."""


SMALLEST = 4
"""Accounts of a ring; families are smaller."""
FAMILY, CROWDED = 2, 1
"""Accounts a device or number serves in a family, and how many more make a ring of several inviters."""


class Unions:
    """Disjoint sets with path halving and union by size."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._size: Counter[str] = Counter()

    def root(self, one: str) -> str:
        """The name of its set."""
        parent = self._parent.setdefault(one, one)
        while parent != self._parent[parent]:
            self._parent[one] = self._parent[parent]
            one, parent = parent, self._parent[parent]
        return parent

    def join(self, one: str, other: str) -> None:
        """They belong together."""
        first, second = self.root(one), self.root(other)
        if first == second:
            return
        if self._size[first] < self._size[second]:
            first, second = second, first
        self._parent[second] = first
        self._size[first] += self._size[second] + 1


def find(joins: Sequence[Tie], marks: Mapping[str, frozenset[str]]) -> dict[int, str]:
    """Referral id -> what ties it into a ring.

    Edges: people who share a device or a number, invitees and inviters alike. A component is a ring when it has more
    accounts than a family and they invite one another, or simply many.
    """
    users: dict[str, set[str]] = defaultdict(set)
    for mark, person in _uses(joins, marks):
        users[mark].add(person)
    sets = Unions()
    tied: set[str] = set()
    for people in users.values():
        if len(people) > 1:
            first, *others = sorted(people)
            tied |= people
            for other in others:
                sets.join(first, other)
    return _rings(joins, sets, tied)


def _uses(joins: Sequence[Tie], marks: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    for one in joins:
        for mark in (one.device, one.phone):
            if mark:
                yield mark, one.invitee
    for person, own in marks.items():
        for mark in own:
            yield mark, person


def _rings(joins: Sequence[Tie], sets: Unions, tied: set[str]) -> dict[int, str]:
    members: dict[str, set[str]] = defaultdict(set)
    for person in tied:
        members[sets.root(person)].add(person)
    inside: dict[str, list[Tie]] = defaultdict(list)
    for one in joins:
        if one.invitee in tied:
            inside[sets.root(one.invitee)].append(one)
    found: dict[int, str] = {}
    rings: dict[str, str] = {}
    for root, some in inside.items():
        size = len(members[root])
        inward = sum(1 for one in some if one.inviter in members[root])
        worn = Counter(mark for one in some for mark in (one.device, one.phone) if mark)
        crowded = sum(max(0, users - FAMILY) for users in worn.values()) >= CROWDED
        if size >= SMALLEST and (inward >= SMALLEST - 1 or (crowded and len({one.inviter for one in some}) > 1)):
            why = f"{size} 个账号共用设备或号码，其中 {inward} 次互相邀请"
            found |= dict.fromkeys((one.id for one in some), why)
            rings |= dict.fromkeys(members[root], why)
    return _downward(joins, found, rings)


def _downward(joins: Sequence[Tie], found: dict[int, str], rings: Mapping[str, str]) -> dict[int, str]:
    """A ring's invitees invite for it: what they bring belongs to it, however new the phone."""
    below: dict[str, list[Tie]] = defaultdict(list)
    for one in joins:
        below[one.inviter].append(one)
    waiting = list(rings)
    while waiting:
        for each in below[waiting.pop()]:
            if each.id not in found:
                found[each.id] = "由关联网络中的账号邀请"
                waiting.append(each.invitee)
    return found
