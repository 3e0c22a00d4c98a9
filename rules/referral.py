"""老带新: the signed state in a contact way, and the milestones that earn learning points.

Opening an account, depositing, trading or buying earns nothing, whatever the data says (证券公司监督管理条例 33 条;
design decision 10): TESTED and OPENED are milestones without awards here in code.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

PREFIX = "r1"
EPOCH = date(2024, 1, 1)
MAC_BYTES = 10
LONGEST = 30
"""Letters WeCom lets a state have (doc 96348)."""
NEVER_REWARDED = frozenset({"TESTED", "OPENED"})
STAY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a genuine, unexpired state says."""

    inviter_no: int
    campaign: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an invitee."""

    joined_at: datetime
    present: bool
    interacted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """Points for one side of a referral."""

    rule: str
    to: str
    points: int
    hold_days: int
    valid_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The rule pack: awards by the state they are due on."""

    awards: Mapping[str, tuple[Award, ...]]

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """From referral.yaml; awards on compliance milestones are dropped, not believed."""
        hold, valid = int(data["timing"]["hold_days"]), int(data["points"]["validity_days"])
        found: dict[str, tuple[Award, ...]] = {}
        for one in data["points"]["rules"]:
            state = str(one["when"])
            sides = [side for side in ("inviter", "invitee") if side in one]
            if state in NEVER_REWARDED or not sides:
                continue
            found[state] = (
                *found.get(state, ()),
                *(
                    Award(rule=str(one["id"]), to=side, points=int(one[side]), hold_days=hold, valid_days=valid)
                    for side in sides
                ),
            )
        return cls(awards=found)


def make_state(secret: bytes, inviter_no: int, campaign: int, expires: date) -> str:
    """At most 30 letters [0-9a-z]: version, inviter, campaign, last day, 80-bit MAC (WeCom's limit, doc 96348)."""
    payload = inviter_no.to_bytes(4, "big") + bytes([campaign]) + (expires - EPOCH).days.to_bytes(2, "big")
    return PREFIX + _letters(payload + _mac(secret, payload))


def read_state(secrets: Sequence[bytes], state: str, today: date) -> Invitation | None:
    """The invitation, or None for anything forged, altered or past its day. Several secrets bridge a rotation."""
    raw = _bytes(state)
    if raw is None or len(raw) != 7 + MAC_BYTES:
        return None
    payload, mac = raw[:7], raw[7:]
    if not any(hmac.compare_digest(mac, _mac(secret, payload)) for secret in secrets):
        return None
    expires = EPOCH + timedelta(days=int.from_bytes(payload[5:7], "big"))
    return Invitation(int.from_bytes(payload[:4], "big"), payload[4]) if today <= expires else None


def next_state(state: str, facts: Facts, now: datetime) -> str:
    """JOINED becomes STAY7 after seven days in the community with one real interaction, LEFT when gone."""
    if state not in ("JOINED", "STAY7"):
        return state
    if not facts.present:
        return "LEFT"
    if state == "JOINED" and facts.interacted and now - facts.joined_at >= STAY:
        return "STAY7"
    return state


def awards(pack: Pack, state: str) -> tuple[Award, ...]:
    """What reaching a state earns."""
    return () if state in NEVER_REWARDED else pack.awards.get(state, ())


def _mac(secret: bytes, payload: bytes) -> bytes:
    return hmac.new(secret, PREFIX.encode() + payload, hashlib.sha256).digest()[:MAC_BYTES]


def _letters(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _bytes(state: str) -> bytes | None:
    body = state.removeprefix(PREFIX)
    if body == state or len(state) > LONGEST or not body.isascii() or body != body.lower():
        return None
    try:
        raw = base64.b32decode(body.upper() + "=" * (-len(body) % 8))
    except ValueError:
        return None
    return raw if _letters(raw) == body else None  # spare bits of the last letter must be zero: one text per state
