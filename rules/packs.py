"""Rule packs: which rules belong together, their version, and the days on which they bind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A set of rules with one version. `until` is the first day on which it no longer binds."""

    id: str
    title: str
    version: str
    since: date
    until: date | None
    basis: str
    prefixes: tuple[str, ...]
    """Rule ids begin with one of these; the pack without any takes the rest."""

    @property
    def name(self) -> str:
        """As findings and evidence name it: id@version."""
        return f"{self.id}@{self.version}"

    def in_force(self, on: date | None) -> bool:
        """Whether it binds on a day; without a day the question is about the rules as such."""
        return on is None or (self.since <= on and (self.until is None or on < self.until))


UNPACKED = Pack(id="rules", title="", version="0", since=date.min, until=None, basis="", prefixes=())


def load(packs: Sequence[Mapping[str, Any]]) -> tuple[Pack, ...]:
    """From rule_packs.yaml. ValueError when a pack would end before it begins."""
    made = tuple(
        Pack(
            id=one["id"], title=one["title"], version=str(one["version"]), since=one["since"],
            until=one.get("until"), basis=one["basis"], prefixes=tuple(one.get("prefixes", ())),
        )
        for one in packs
    )  # fmt: skip
    for one in made:
        if one.until is not None and one.until <= one.since:
            raise ValueError(f"规则包 {one.id}：失效日 {one.until} 不晚于生效日 {one.since}")
    return made


def pack_of(rule_id: str, packs: Sequence[Pack]) -> Pack:
    """The pack a rule belongs to: the one naming its prefix, else the general one."""
    for one in packs:
        if any(rule_id.startswith(prefix) for prefix in one.prefixes):
            return one
    return next((one for one in packs if not one.prefixes), UNPACKED)
