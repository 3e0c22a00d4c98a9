"""The declarative base and the column types that every table shares."""

import base64
import hashlib
import os
from datetime import UTC, datetime
from typing import Any, ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase


class Utc(TypeDecorator[datetime]):
    """Aware datetimes only; stored and returned in UTC. A naive one is refused: it would be wrong by 8 hours."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store as UTC without zone, the same on every database."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: give it a time zone before it is stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


class Keyring:
    """AES-256-GCM keys by id: the first seals, all open. Rotation = put a new key in front."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        if not keys:
            raise ValueError("a keyring needs at least one key")
        self._ciphers = {hashlib.sha256(key).hexdigest()[:8]: AESGCM(key) for key in keys}
        self._first = next(iter(self._ciphers))

    def seal(self, text: str, place: str) -> str:
        """Ciphertext bound to its place (`table.column`), so that it cannot be moved to another column."""
        nonce = os.urandom(12)
        sealed = self._ciphers[self._first].encrypt(nonce, text.encode(), place.encode())
        return f"1.{self._first}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, token: str, place: str) -> str:
        """The text again. ValueError names the place and key, never the content."""
        _version, key_id, body = token.split(".", 2)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise ValueError(f"{place}: encrypted with key {key_id}, which BOT_DATA_KEY no longer lists")
        raw = base64.b64decode(body)
        try:
            return cipher.decrypt(raw[:12], raw[12:], place.encode()).decode()
        except InvalidTag:
            raise ValueError(f"{place}: ciphertext damaged or moved") from None


class Encrypted(TypeDecorator[str]):
    """Text that only this product can read: personal fields and message bodies."""

    impl = Text
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal on the way in."""
        return None if value is None else keyring_of(dialect).seal(value, self.place)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Open on the way out."""
        return None if value is None else keyring_of(dialect).open(value, self.place)


def give_keyring(dialect: Dialect, keyring: Keyring) -> None:
    """Hand the keyring to one engine's dialect: column types see it there, so no global is needed."""
    dialect.bot_keyring = keyring  # type: ignore[attr-defined]  # our own attribute on a foreign object


def keyring_of(dialect: Dialect) -> Keyring:
    """The keyring of an engine made by models.work.Database."""
    keyring = getattr(dialect, "bot_keyring", None)
    if not isinstance(keyring, Keyring):
        raise TypeError("this engine has no keyring: open it with models.work.Database")
    return keyring


BigKey = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit row number that SQLite still assigns by itself."""


class Base(DeclarativeBase):
    """Every table of the product."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {dict[str, Any]: JSON, list[str]: JSON, datetime: Utc}
