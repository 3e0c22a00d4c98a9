"""老带新: the signed state in a contact way, whose invitee somebody is, and how a referral advances."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

PREFIX = "r1"
EPOCH = date(2024, 1, 1)
MAC_BYTES = 10
LONGEST = 30
"""Letters WeCom lets a state have (doc 96348)."""
STAY = timedelta(days=7)
OBSERVED = timedelta(days=30)
"""Whoever leaves within it takes the points with them (referral.yaml LEFT, clawback)."""
OPEN = ("JOINED", "STAY7", "LEARNED")
"""States in which a referral can still advance or break."""


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
    learned: bool = False


@dataclass(frozen=True, slots=True)
class Touch:
    """One trace of an inviter on an invitee: a scan, a join, a click. `fault` says why it cannot count."""

    inviter: str
    at: datetime
    order: int
    fault: str = ""


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
    """One step: JOINED, after seven days with a real interaction STAY7, after a task LEARNED, after a month MATURED.

    LEFT when gone before the month is over, whatever was reached (referral.yaml states).
    """
    if state not in OPEN:
        return state
    if not facts.present:
        return "LEFT"
    stayed = now - facts.joined_at
    if state == "JOINED":
        return "STAY7" if facts.interacted and stayed >= STAY else state
    if state == "STAY7" and facts.learned:
        return "LEARNED"
    return "MATURED" if stayed >= OBSERVED else state


def first_touch(touches: Sequence[Touch]) -> Touch | None:
    """Who invited: the earliest valid touch by event time, whatever order they arrived in; ties by their number."""
    valid = [one for one in touches if not one.fault]
    return min(valid, key=lambda one: (one.at, one.order)) if valid else None


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
