"""Misbehaviour on demand: `{path or "*": {mode: rate}}`, seeded."""

import random
import threading
from collections import Counter

NOT_EXECUTED = ("busy", "limit", "parallel", "http500", "html", "garbage", "wrong_type", "timeout_only")
EXECUTED = ("slow", "partial", "execute_and_drop")
MODES = NOT_EXECUTED + EXECUTED
"""timeout_only: not executed, no answer. execute_and_drop: executed, the answer is lost. partial: executed,
the answer breaks off half-way. slow: executed, answered after `Switches.slow_seconds`. The rest: not."""


class Faults:
    """Decides per call; nothing goes wrong until told."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._lock = threading.Lock()
        self.table: dict[str, dict[str, float]] = {}
        self.met: Counter[str] = Counter()

    def tell(self, table: dict[str, dict[str, float]]) -> None:
        """From now on; paths with or without `/cgi-bin/`. ValueError for an unknown mode or bad rate."""
        unknown = {mode for rates in table.values() for mode in rates} - set(MODES)
        if unknown:
            raise ValueError(f"unknown fault modes: {sorted(unknown)}; known: {MODES}")
        for path, rates in table.items():
            if not (all(0 <= rate <= 1 for rate in rates.values()) and sum(rates.values()) <= 1.000001):
                raise ValueError(f"fault rates of {path} must lie in 0..1 and add up to at most 1")
        self.table = {path.removeprefix("/cgi-bin/"): dict(rates) for path, rates in table.items()}

    def decide(self, path: str) -> str:
        """The mode this call meets, or nothing."""
        rates = self.table.get(path) or self.table.get("*")
        if not rates:
            return ""
        with self._lock:
            chance = self._rng.random()
            for mode, rate in rates.items():
                if chance < rate:
                    self.met[mode] += 1
                    return mode
                chance -= rate
        return ""
