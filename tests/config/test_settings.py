"""Settings: every fault named at once, unknown names refused, secrets never shown."""

import base64
import stat
from pathlib import Path

import pytest

from config.settings import SettingsError, load, secrets_in
from gateways.wecom.codec import CallbackKey
from tests.world import KEYS

GOOD = {
    "WECOM_CORP_ID": "ww1", "WECOM_AGENT_ID": "1000002", "WECOM_SECRET": "canary-secret", "WECOM_TOKEN": "canaryToken",
    "WECOM_AES_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", **KEYS,
}  # fmt: skip
CANARIES = ("canary", "AAECAwQF", "scenario-secret")


def faults(**changed: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load({**GOOD, **changed})
    return str(caught.value)


def test_good_settings_are_complete() -> None:
    assert load(GOOD).missing_wecom() == []


def test_every_fault_is_named_at_once() -> None:
    told = faults(
        BOT_TYPO="1", WECOM_SECRETS="2", WECOM_AGENT_ID="abc", DATABASE_URL="mysql://x", BOT_TIMEZONE="Asia/Atlantis",
        BOT_DATA_KEY="short", BOT_SECRET_KEY="short", BOT_PUBLIC_URL="example.com",
    )  # fmt: skip
    for name in (
        "BOT_TYPO", "WECOM_SECRETS", "WECOM_AGENT_ID", "DATABASE_URL", "BOT_TIMEZONE", "BOT_DATA_KEY", "BOT_SECRET_KEY",
        "BOT_PUBLIC_URL",
    ):  # fmt: skip
        assert name in told


BAD = [
    ("BOT_DATA_KEY", "AAAA"), ("BOT_DATA_KEY", "not base64!"), ("BOT_SECRET_KEY", "x" * 31), ("BOT_API_TIMEOUT", "0"),
    ("BOT_API_TIMEOUT", "31"), ("BOT_LEASE_SECONDS", "1"), ("BOT_REFERRAL_MODE", "cash"), ("WECOM_API_BASE", "ftp://x"),
    ("DATABASE_URL", "postgres://x"), ("BOT_UNKNOWN", "1"), ("WECOM_UNKNOWN", "1"), ("BOT_TIMEZONE", "Mars"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_names_its_setting_and_stops_the_start(name: str, value: str) -> None:
    assert name in faults(**{name: value})


def test_a_lease_shorter_than_three_calls_is_refused() -> None:
    assert "BOT_LEASE_SECONDS" in faults(BOT_LEASE_SECONDS="10", BOT_API_TIMEOUT="4")


def test_missing_keys_are_faults_and_missing_wecom_names_are_listed() -> None:
    with pytest.raises(SettingsError, match="BOT_DATA_KEY"):
        load({})
    assert load(KEYS).missing_wecom() == [
        "WECOM_CORP_ID", "WECOM_AGENT_ID", "WECOM_SECRET", "WECOM_TOKEN", "WECOM_AES_KEY",
    ]  # fmt: skip


def test_no_secret_is_ever_shown() -> None:
    settings = load(GOOD)
    shown = f"{settings!r} {settings} {faults(BOT_DATA_KEY='canary', BOT_SECRET_KEY='canary')}"
    assert not any(canary in shown for canary in CANARIES)


def test_keys_rotate_by_being_listed_newest_first() -> None:
    new = base64.b64encode(b"n" * 32).decode()
    assert load({**GOOD, "BOT_DATA_KEY": f"{new},{GOOD['BOT_DATA_KEY']}"}).keys[0] == b"n" * 32


def test_keys_made_for_one_machine_are_private_and_stay(tmp_path: Path) -> None:
    first = secrets_in(tmp_path / "var")
    assert secrets_in(tmp_path / "var") == first
    assert stat.S_IMODE((tmp_path / "var" / "keys.env").stat().st_mode) == 0o600
    load({**GOOD, **first})


BAD_DOORS = [
    ("", "A" * 43), ("ab", "A" * 43), ("a" * 33, "A" * 43), ("with space", "A" * 43), ("令牌令牌", "A" * 43),
    ("canaryToken", ""), ("canaryToken", "A" * 42), ("canaryToken", "A" * 44), ("canaryToken", "A" * 42 + "+"),
    ("canaryToken", "A" * 42 + "="), ("canaryToken", "密" * 43),
]  # fmt: skip


@pytest.mark.parametrize(("token", "aes_key"), BAD_DOORS)
def test_a_weak_or_wrong_callback_key_does_not_open_the_door(token: str, aes_key: str) -> None:
    with pytest.raises(ValueError, match=r"Token|EncodingAESKey") as caught:
        CallbackKey(token, aes_key, "ww1")
    assert not aes_key or aes_key not in str(caught.value)
