"""Evidence hash chain: each seal covers the seal before it and a record's header, so one changed byte shows."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping

GENESIS = "0" * 64
"""What stands before the first record."""


def seal(previous: str, header: Mapping[str, object]) -> str:
    """The seal (64 hex digits) of a record that follows `previous`.

    The header is taken as canonical JSON: sorted keys, no spaces, UTF-8 as it is. ValueError for NaN or infinity and
    TypeError for what JSON cannot say, because two readers could write such values differently.
    """
    canonical = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def first_bad(records: Iterable[tuple[Mapping[str, object], str]], previous: str = GENESIS) -> int | None:
    """Position (from 0) of the first (header, seal) that does not fit what came before; None when all fit.

    Reads one record at a time. A chain cut off at its end still fits: the caller compares the count.
    """
    for position, (header, sealed) in enumerate(records):
        if not hmac.compare_digest(seal(previous, header).encode(), sealed.encode()):
            return position
        previous = sealed
    return None
