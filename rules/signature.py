"""Ed25519 signatures (RFC 8032) over canonical JSON; the first key signs, all verify (rotation)."""

from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rules.chain import canonical


def public_key(seed: bytes) -> str:
    """The public key (64 hex digits) of a 32-byte seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def sign(seeds: Sequence[bytes], statement: Mapping[str, object]) -> tuple[str, str]:
    """(public key, signature) in hex, with the newest key."""
    signed = Ed25519PrivateKey.from_private_bytes(seeds[0]).sign(canonical(statement).encode())
    return public_key(seeds[0]), signed.hex()


def fits(seeds: Sequence[bytes], statement: Mapping[str, object], key: str, signature: str) -> bool:
    """Whether one of our keys, the one named, signed exactly this."""
    for seed in seeds:
        private = Ed25519PrivateKey.from_private_bytes(seed)
        if private.public_key().public_bytes_raw().hex() == key:
            try:
                private.public_key().verify(bytes.fromhex(signature), canonical(statement).encode())
            except (InvalidSignature, ValueError):
                return False
            return True
    return False
