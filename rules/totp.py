"""Time-based one-time codes (RFC 6238: SHA-1, six digits, 30 seconds), each good once."""

import hmac
from datetime import datetime

import pyotp

PERIOD = 30
DRIFT = (-1, 0, 1)
"""Steps a phone's clock may be off."""


def new_secret() -> str:
    """A secret to enrol (base32, 160 bits)."""
    return pyotp.random_base32()


def address(secret: str, name: str, issuer: str) -> str:
    """What the QR code says (otpauth://)."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime, last: int) -> int | None:
    """The time step whose code this is, later than `last` (the last one used); None when it is none of them."""
    current = int(now.timestamp()) // PERIOD
    maker = pyotp.TOTP(secret)
    for step in (current + drift for drift in DRIFT):
        if step > last and hmac.compare_digest(maker.generate_otp(step).encode(), code.encode()):
            return step
    return None
