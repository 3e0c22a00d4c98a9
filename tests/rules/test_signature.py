"""Signatures: ours fit, nobody else's do, old keys go on verifying."""

from rules.signature import fits, public_key, sign

NEW, OLD, FOREIGN = b"n" * 32, b"o" * 32, b"f" * 32
SAID = {"what": "day", "root": "ab", "n": 1}


def test_what_we_signed_fits_and_nothing_else_does() -> None:
    key, signature = sign((NEW, OLD), SAID)
    assert key == public_key(NEW)
    assert fits((NEW, OLD), SAID, key, signature)
    assert not fits((NEW, OLD), {**SAID, "n": 2}, key, signature)
    assert not fits((NEW,), SAID, key, "ff" * 64)
    assert not fits((NEW,), SAID, key, "not hex")


def test_a_former_key_goes_on_verifying_and_a_foreign_one_never_does() -> None:
    key, signature = sign((OLD,), SAID)
    assert fits((NEW, OLD), SAID, key, signature)
    assert not fits((NEW,), SAID, key, signature)
    assert not fits((NEW,), SAID, *sign((FOREIGN,), SAID))
