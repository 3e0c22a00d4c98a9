"""存证: every message that reached somebody is in the chain; any change to any record shows where."""

import hashlib
import random

import pytest
from sqlalchemy import text

from bot import evidence
from models.ledger import Evidence
from tests.world import World


@pytest.fixture
def told(world: World) -> World:
    """A community that has talked for a while."""
    for question in ("怎么开户", "银证转账怎么弄", "转人工"):
        world.member_says(question)
    world.friend("赵阿姨")
    return world


def verdict(world: World) -> evidence.Verification:
    with world.product.db.read() as session:
        return evidence.verify(session)


def test_an_untouched_chain_is_whole_and_sealed_to_the_end(told: World) -> None:
    found = verdict(told)
    assert (found.ok, found.first_bad, found.unsealed) == (True, None, 0)
    assert found.records > 3


def test_every_text_that_reached_a_client_is_there_by_its_hash(told: World) -> None:
    payloads = " ".join(one.payload for one in told.rows(Evidence.kind == "sent", of=Evidence))
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


TAMPERINGS = {
    "a moved time": "UPDATE evidence SET at = '2020-01-01 00:00:00' WHERE seq = :seq",
    "another kind": "UPDATE evidence SET kind = 'withheld' WHERE seq = :seq",
    "another person": "UPDATE evidence SET subject = 'x' WHERE seq = :seq",
    "another reference": "UPDATE evidence SET ref = 'x' WHERE seq = :seq",
    "another digest": "UPDATE evidence SET digest = 'x' WHERE seq = :seq",
    "another seal": "UPDATE evidence SET seal = 'x' WHERE seq = :seq",
    "a removed record": "DELETE FROM evidence WHERE seq = :seq",
    "another payload": (
        "UPDATE evidence SET payload = (SELECT payload FROM evidence WHERE seq = :seq - 1) WHERE seq = :seq"
    ),
}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=list(TAMPERINGS))
def test_a_changed_record_is_found_where_it_is(told: World, statement: str) -> None:
    records = verdict(told).records
    place = random.Random(records).randrange(2, records)
    with told.product.db.work() as work:
        work.session.execute(text(statement), {"seq": place})
    found = verdict(told)
    assert (found.ok, found.first_bad) == (False, place)


def test_checking_can_begin_at_any_record(told: World) -> None:
    with told.product.db.read() as session:
        assert evidence.verify(session, 3).ok
