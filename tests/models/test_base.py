"""Column types: aware UTC only; personal text readable by us alone, bound to its place, under rotating keys."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from models.base import Keyring
from models.member import Member, meet
from tests.world import World

OLD, NEW = b"o" * 32, b"n" * 32


@given(st.text())
def test_what_is_sealed_opens_again(words: str) -> None:
    keyring = Keyring((NEW,))
    assert keyring.open(keyring.seal(words, "a.b"), "a.b") == words


def test_after_a_rotation_old_text_opens_and_new_text_needs_the_new_key() -> None:
    before, both = Keyring((OLD,)), Keyring((NEW, OLD))
    assert both.open(before.seal("旧", "a.b"), "a.b") == "旧"
    with pytest.raises(ValueError, match="no longer lists"):
        before.open(both.seal("新", "a.b"), "a.b")


def test_ciphertext_moved_to_another_column_does_not_open() -> None:
    keyring = Keyring((NEW,))
    with pytest.raises(ValueError, match="damaged or moved"):
        keyring.open(keyring.seal("张三", "member.name"), "alert.quote")


@given(st.integers(min_value=20, max_value=60), st.integers(min_value=1, max_value=255))
def test_damaged_ciphertext_does_not_open_and_says_nothing_of_its_content(place: int, flip: int) -> None:
    keyring = Keyring((NEW,))
    version, key, body = keyring.seal("张三的电话", "m.n").split(".", 2)
    letters = list(body)
    place = min(place, len(letters) - 8)
    letters[place] = chr((ord(letters[place]) - 43 + flip) % 48 + 43) if letters[place] != "A" else "B"
    damaged = f"{version}.{key}.{''.join(letters)}"
    if "".join(letters) == body:
        return
    with pytest.raises(ValueError) as caught:  # noqa: PT011 base64 or tag: either way a ValueError
        keyring.open(damaged, "m.n")
    assert "张三" not in str(caught.value)


def test_nobodys_name_can_be_read_in_the_database(world: World) -> None:
    who = world.friend("王秘密")
    with world.product.db.read() as session:
        raw = session.execute(text("SELECT name FROM member WHERE id = :id"), {"id": who}).scalar_one()
        assert "王秘密" not in str(raw)
        assert session.get_one(Member, who).name == "王秘密"


def test_a_time_without_a_zone_is_refused(world: World) -> None:
    with pytest.raises(StatementError, match="naive datetime"), world.product.db.work() as work:
        meet(work.session, "wmX", datetime(2026, 11, 25, 10, 0))


def test_times_come_back_in_utc_whatever_zone_they_went_in_with(world: World) -> None:
    ten_in_beijing = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    with world.product.db.work() as work:
        meet(work.session, "wmX", ten_in_beijing)
    with world.product.db.read() as session:
        assert session.get_one(Member, "wmX").first_seen_at == datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
