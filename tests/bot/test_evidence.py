"""存证: every message that reached somebody is in the chain; any change to any record shows where."""

import hashlib
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot import audit, evidence
from models.evidence import content_of, record, subject_of
from models.ledger import Evidence, EvidenceDay, EvidenceHead
from models.person_key import PersonKey, destroy
from tests.world import World

LENGTH = 24


@pytest.fixture
def told(world: World) -> World:
    """A community that has talked for a while."""
    for question in ("怎么开户", "转人工"):
        world.member_says(question)
    world.friend("赵阿姨")
    return world


@pytest.fixture
def long(world: World) -> World:
    """A chain over three days."""
    for day in range(3):
        with world.product.db.work() as work:
            for number in range(LENGTH // 3):
                record(work, "operator_action", f"wm{number % 4}", {"number": number}, ref=f"plan:{number}")
        evidence.seal(world.product.db)
        if day < 2:
            world.hands.now = world.hands.now.replace(day=world.hands.now.day + 1)
    with world.product.db.work() as work:
        assert evidence.close_day(work) == 0
    return world


def check(world: World, session: Session, start: int = 1) -> audit.Verification:
    return audit.verify(session, world.product.db.rules.evidence_seeds, start)


def verdict(world: World) -> audit.Verification:
    with world.product.db.read() as session:
        return check(world, session)


def test_an_untouched_chain_is_whole_and_sealed_to_the_end(told: World) -> None:
    found = verdict(told)
    assert (found.ok, found.first_bad, found.unsealed) == (True, None, 0)
    assert found.records > 3


def test_every_text_that_reached_a_client_is_there_by_its_hash(told: World) -> None:
    with told.product.db.read() as session:
        rows = session.query(Evidence).filter(Evidence.kind == "sent")
        payloads = " ".join(content_of(session, one) or "" for one in rows)
    texts = [one.text for one in told.company.books.all() if one.kind in ("kf", "kf_welcome", "welcome")]
    assert texts
    for said in texts:
        words = said.replace("· ", "")  # the dots the client draws before choices
        assert hashlib.sha256(words.encode()).hexdigest() in payloads


def test_nobody_is_named_and_nothing_said_is_readable_in_the_rows(told: World) -> None:
    who = told.member_says("怎么开户")
    with told.product.db.read() as session:
        raw = str(session.execute(text("SELECT kind, subject, ref, payload FROM evidence")).all())
    assert "开户" not in raw
    assert f"'{who}'" not in raw


def test_each_day_that_is_over_has_its_signed_root(long: World) -> None:
    days = long.rows(of=EvidenceDay)
    assert [(one.first_seq, one.last_seq) for one in days] == [(1, 8), (9, 16)]
    assert days[1].before == days[0].root
    assert (verdict(long).ok, verdict(long).days) == (True, 2)


def test_a_day_closes_although_nothing_more_happens(long: World) -> None:
    long.hands.now = long.hands.now.replace(day=long.hands.now.day + 2)
    with long.product.db.work() as work:
        assert evidence.close_day(work) == 1
        assert evidence.close_day(work) == 0
    assert (verdict(long).ok, verdict(long).days) == (True, 3)


Tampering = Callable[[Session, int], int]
"""Does harm at a record; gives the number that must be named."""


def changed(column: str, value: str) -> Tampering:
    def harm(session: Session, place: int) -> int:
        session.execute(text(f"UPDATE evidence SET {column} = {value} WHERE seq = :seq"), {"seq": place})
        return place

    return harm


def removed(session: Session, place: int) -> int:
    session.execute(text("DELETE FROM evidence WHERE seq = :seq"), {"seq": place})
    return place


def truncated(session: Session, place: int) -> int:
    session.execute(text("DELETE FROM evidence WHERE seq >= :seq"), {"seq": place})
    return place


def removed_and_closed_up(session: Session, place: int) -> int:
    session.execute(text("DELETE FROM evidence WHERE seq = :seq"), {"seq": place})
    for number in range(place + 1, LENGTH + 1):
        session.execute(text("UPDATE evidence SET seq = seq - 1 WHERE seq = :seq"), {"seq": number})
    return place


def swapped(session: Session, place: int) -> int:
    other = place + 1 if place < LENGTH else place - 1
    for old, new in ((place, -1), (other, place), (-1, other)):
        session.execute(text("UPDATE evidence SET seq = :new WHERE seq = :old"), {"old": old, "new": new})
    return min(place, other)


def one_letter(session: Session, place: int) -> int:
    payload = str(session.scalar(text("SELECT payload FROM evidence WHERE seq = :seq"), {"seq": place}))
    at = place % len(payload)
    other = payload[:at] + ("A" if payload[at] != "A" else "B") + payload[at + 1 :]
    session.execute(text("UPDATE evidence SET payload = :other WHERE seq = :seq"), {"other": other, "seq": place})
    return place


HARM: dict[str, Tampering] = {
    "a moved time": changed("at", "'2020-01-01 00:00:00'"),
    "another kind": changed("kind", "'withheld'"),
    "another person": changed("subject", "'x'"),
    "another reference": changed("ref", "'x'"),
    "another digest": changed("digest", "'x'"),
    "another digest of what is stored": changed("cipher", "'x'"),
    "no digest of what is stored": changed("cipher", "''"),
    "another seal": changed("seal", "'x'"),
    "one letter of the content": one_letter,
    "removed": removed,
    "removed and closed up": removed_and_closed_up,
    "swapped with a neighbour": swapped,
    "everything after it cut off": truncated,
}


def test_whatever_is_done_to_whichever_record_the_first_bad_one_is_named(long: World) -> None:
    @settings(max_examples=60)
    @given(st.sampled_from(sorted(HARM)), st.integers(1, LENGTH))
    def harmed(name: str, place: int) -> None:
        with Session(long.product.db.engine) as session, session.begin() as transaction:
            expected = HARM[name](session, place)
            found = check(long, session)
            transaction.rollback()
        assert (found.ok, found.first_bad) == (False, expected), (name, place, found)

    harmed()
    assert verdict(long).ok


ROOTS = {
    "a root": ("UPDATE evidence_day SET root = last_seal WHERE first_seq = 9", 9),
    "a signature": ("UPDATE evidence_day SET signature = 'ff' WHERE first_seq = 9", 9),
    "the first day": ("DELETE FROM evidence_day WHERE first_seq = 1", 1),
    "the last day": ("DELETE FROM evidence_day WHERE first_seq = 9", 9),
    "the head": ("DELETE FROM evidence_head", LENGTH + 1),
    "the head's number": ("UPDATE evidence_head SET seq = 3", 3),
}


@pytest.mark.parametrize(("statement", "expected"), ROOTS.values(), ids=list(ROOTS))
def test_changed_roots_and_heads_are_found(long: World, statement: str, expected: int) -> None:
    with long.product.db.work() as work:
        work.session.execute(text(statement))
    found = verdict(long)
    assert (found.ok, found.first_bad) == (False, expected)


def test_nobody_without_the_key_can_sign_a_shorter_chain(long: World) -> None:
    with long.product.db.read() as session:
        assert not audit.verify(session, (b"x" * 32,)).ok


def test_checking_can_begin_at_any_record(long: World) -> None:
    place = random.Random(7).randrange(1, LENGTH + 1)
    with long.product.db.read() as session:
        assert check(long, session, place).ok
        assert check(long, session, LENGTH + 1).ok


def test_erasing_a_person_leaves_the_chain_whole_and_their_records_unreadable(long: World) -> None:
    subject = subject_of("wm1", long.product.db.rules.pepper)
    with long.product.db.work() as work:
        assert destroy(work, subject) == 1
        record(work, "sent", "wm1", {"text": "come back"})
    evidence.seal(long.product.db)
    with long.product.db.read() as session:
        rows = session.query(Evidence).order_by(Evidence.seq).all()
        read = [content_of(session, one) for one in rows if one.subject == subject]
        assert read[:-1] == [None] * (len(read) - 1)
        assert "come back" in str(read[-1])
        assert all(content_of(session, one) for one in rows if one.subject != subject)
    assert verdict(long).ok
    assert all(one.wrapped is None for one in long.rows(PersonKey.destroyed_at.is_not(None), of=PersonKey))
    assert len(long.rows(of=EvidenceHead)) == 1


def test_what_concerns_nobody_cannot_be_erased(long: World) -> None:
    with long.product.db.work() as work, pytest.raises(ValueError, match="never destroyed"):
        destroy(work, "")
