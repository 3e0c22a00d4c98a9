"""How good a base is: entries people would mix up, entries asked in too few ways, the stored test set old and new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rules.faq_body import ENOUGH, Body
from rules.match import Decision

ALIKE = 0.72
"""Score of another entry's phrasing from which people, too, might mean either."""
MOST_PAIRS = 40
RIGHT, OFFERED, WRONG, SILENT = "right", "offered", "wrong", "silent"


class Judge(Protocol):
    """A matcher as the report uses it."""

    def decide(self, text: str, channel: str) -> Decision:
        """What to do with a text."""

    def scores(self, text: str, most: int | None = None) -> list[tuple[str, float]]:
        """Entries by how well they fit, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A labelled question; without an entry nothing may be answered."""

    id: str
    question: str
    entry_id: str
    channel: str


def measure(
    bodies: Sequence[Body], cases: Sequence[Case], new: Judge, old: Judge, asked: Sequence[str] = ()
) -> dict[str, object]:
    """The report as JSON. `asked`: questions that went unanswered, to see how many the new base would help."""
    known = {one.id for one in bodies}
    told = [one for one in cases if not one.entry_id or one.entry_id in known]
    before, after = ({one.id: outcome(judge, one) for one in told} for judge in (old, new))
    counted = {"before": _tally(told, before), "after": _tally(told, after)}
    labelled = [one for one in told if one.entry_id]
    return {
        "entries": len(bodies),
        "phrasings": sum(len(one.asked) for one in bodies),
        "few": [[one.id, len(one.asked)] for one in bodies if len(one.asked) < ENOUGH],
        "confused": confused(bodies, new),
        "cases": counted,
        "gained": [_line(one, after) for one in labelled if _helped(after[one.id]) > _helped(before[one.id])],
        "lost": [_line(one, after) for one in labelled if _helped(after[one.id]) < _helped(before[one.id])],
        "wrongly": [_line(one, after) for one in told if after[one.id] == WRONG],
        "asked": len(asked),
        "now_answered": sum(new.decide(one, "private").kind == "answer" for one in asked),
        "now_offered": sum(new.decide(one, "private").kind == "clarify" for one in asked),
        "worse": worse(counted["before"], counted["after"]),
    }


def outcome(judge: Judge, case: Case) -> str:
    """right, offered (right one among the choices), wrong (something else was answered), or silent."""
    decision = judge.decide(case.question, case.channel)
    if decision.kind == "answer":
        return RIGHT if decision.entry_id == case.entry_id else WRONG
    if not case.entry_id:
        return WRONG if decision.kind == "clarify" and case.channel == "group" else RIGHT
    offered = [one for one, _ in decision.candidates[:3]]
    return OFFERED if decision.kind == "clarify" and case.entry_id in offered else SILENT


def worse(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """Why the new base may not replace the old one without an approver's word; empty when it is no worse."""
    found = []
    if after["resolved"] < before["resolved"]:
        found.append(f"测试集能解决的由 {before['resolved']} 题降到 {after['resolved']} 题")
    if after["wrong"] > before["wrong"]:
        found.append(f"答错的由 {before['wrong']} 题升到 {after['wrong']} 题")
    if after["noise"] > before["noise"]:
        found.append(f"不该答却答的由 {before['noise']} 题升到 {after['noise']} 题")
    return found


def confused(bodies: Sequence[Body], judge: Judge) -> list[list[object]]:
    """[entry, its phrasing, the other entry, likeness]: for each pair of entries the phrasing that is closest."""
    closest: dict[tuple[str, str], list[object]] = {}
    for body in bodies:
        for phrase in body.asked:
            other = next(((one, score) for one, score in judge.scores(phrase, 3) if one != body.id), None)
            if other is None or other[1] < ALIKE:
                continue
            pair = (min(body.id, other[0]), max(body.id, other[0]))
            found = [body.id, phrase, other[0], round(other[1], 3)]
            if pair not in closest or float(str(closest[pair][3])) < other[1]:
                closest[pair] = found
    return sorted(closest.values(), key=lambda one: -float(str(one[3])))[:MOST_PAIRS]


def _tally(cases: Sequence[Case], outcomes: Mapping[str, str]) -> dict[str, int]:
    labelled = [outcomes[one.id] for one in cases if one.entry_id]
    noise = [outcomes[one.id] for one in cases if not one.entry_id]
    return {
        "labelled": len(labelled), "right": labelled.count(RIGHT), "offered": labelled.count(OFFERED),
        "resolved": labelled.count(RIGHT) + labelled.count(OFFERED), "wrong": labelled.count(WRONG),
        "chatter": len(noise), "noise": noise.count(WRONG),
    }  # fmt: skip


def _helped(found: str) -> int:
    return {RIGHT: 3, OFFERED: 2, SILENT: 1, WRONG: 0}[found]


def _line(case: Case, outcomes: Mapping[str, str]) -> list[str]:
    return [case.id, case.question, case.entry_id, outcomes[case.id]]
