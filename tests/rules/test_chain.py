"""The evidence chain: whatever is changed, dropped or moved shows, and shows where."""

import hashlib
import json
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.chain import GENESIS, Frontier, climb, first_bad, grow, paths, root, seal

Header = dict[str, object]
Record = tuple[Mapping[str, object], str]

WORDS = st.text('ab1客户:,"\\\n😀', max_size=4)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
RICH = st.dictionaries(WORDS, st.none() | st.booleans() | NUMBERS | WORDS | st.lists(WORDS, max_size=2), max_size=4)
HEADERS = st.dictionaries(WORDS, st.integers() | WORDS, max_size=2)
CHAINS = st.lists(HEADERS, min_size=2, max_size=5)
FEW = settings(max_examples=settings().max_examples // 3)


def sealed(headers: list[Header]) -> list[Record]:
    records: list[Record] = []
    previous = GENESIS
    for header in headers:
        previous = seal(previous, header)
        records.append((header, previous))
    return records


def differ(one: Header, other: Header) -> bool:
    return json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True)


@FEW
@given(CHAINS)
def test_an_untouched_chain_fits(headers: list[Header]) -> None:
    assert first_bad(sealed(headers)) is None


@FEW
@given(CHAINS, HEADERS, st.data())
def test_an_altered_header_shows_at_its_record(headers: list[Header], other: Header, data: st.DataObject) -> None:
    records = sealed(headers)
    at = data.draw(st.integers(0, len(records) - 1))
    assume(differ(headers[at], other))
    records[at] = (other, records[at][1])
    assert first_bad(records) == at


@FEW
@given(CHAINS, st.data())
def test_an_altered_seal_shows_at_its_record(headers: list[Header], data: st.DataObject) -> None:
    records = sealed(headers)
    at = data.draw(st.integers(0, len(records) - 1))
    header, old = records[at]
    place = data.draw(st.integers(0, len(old) - 1))
    digit = data.draw(st.sampled_from("0123456789abcdef").filter(lambda one: one != old[place]))
    records[at] = (header, old[:place] + digit + old[place + 1 :])
    assert first_bad(records) == at


@FEW
@given(CHAINS, HEADERS, st.data())
def test_an_altered_record_sealed_anew_shows_at_the_next(
    headers: list[Header], other: Header, data: st.DataObject
) -> None:
    records = sealed(headers)
    at = data.draw(st.integers(0, len(records) - 2))
    assume(differ(headers[at], other))
    before = records[at - 1][1] if at else GENESIS
    records[at] = (other, seal(before, other))
    assert first_bad(records) == at + 1


@FEW
@given(CHAINS, st.data())
def test_a_removed_record_shows_where_it_stood(headers: list[Header], data: st.DataObject) -> None:
    records = sealed(headers)
    at = data.draw(st.integers(0, len(records) - 2))
    del records[at]
    assert first_bad(records) == at


@FEW
@given(CHAINS, st.data())
def test_two_records_in_the_wrong_order_show_at_the_first(headers: list[Header], data: st.DataObject) -> None:
    records = sealed(headers)
    first = data.draw(st.integers(0, len(records) - 2))
    second = data.draw(st.integers(first + 1, len(records) - 1))
    records[first], records[second] = records[second], records[first]
    assert first_bad(records) == first


@FEW
@given(CHAINS, HEADERS, st.data())
def test_a_record_slipped_in_shows_itself_or_the_one_it_pushes_back(
    headers: list[Header], other: Header, data: st.DataObject
) -> None:
    records = sealed(headers)
    at = data.draw(st.integers(0, len(records) - 1))
    before = records[at - 1][1] if at else GENESIS
    unsealed, well_sealed = (other, seal(GENESIS[:-1] + "1", other)), (other, seal(before, other))
    assert first_bad([*records[:at], unsealed, *records[at:]]) == at
    assert first_bad([*records[:at], well_sealed, *records[at:]]) == at + 1


@FEW
@given(CHAINS, st.data())
def test_a_chain_can_be_checked_from_any_seal_on(headers: list[Header], data: st.DataObject) -> None:
    records = sealed(headers)
    at = data.draw(st.integers(1, len(records) - 1))
    assert first_bad(records[at:], previous=records[at - 1][1]) is None
    assert first_bad(records[at:]) == 0


def test_a_chain_cut_off_at_its_end_still_fits_so_the_caller_compares_the_count() -> None:
    assert first_bad(sealed([{"n": 1}, {"n": 2}])[:-1]) is None


def test_an_empty_chain_fits() -> None:
    assert first_bad([]) is None


def test_reading_stops_at_the_first_bad_record() -> None:
    read: list[int] = []

    def records() -> Iterator[Record]:
        for number in range(5):
            read.append(number)
            yield {"n": number}, "0" * 64

    assert first_bad(records()) == 0
    assert read == [0]


@pytest.mark.parametrize(
    ("header", "canonical"),
    [
        ({}, "{}"),
        ({"b": 1, "a": "投资有风险"}, '{"a":"投资有风险","b":1}'),
        ({"a": [1, None, True], "b": {"d": 0.5, "c": ""}}, '{"a":[1,null,true],"b":{"c":"","d":0.5}}'),
    ],
)
def test_a_seal_is_the_sha256_of_the_seal_before_and_the_canonical_header(header: Header, canonical: str) -> None:
    assert seal(GENESIS, header) == hashlib.sha256(("0" * 64 + "\n" + canonical).encode()).hexdigest()


def test_a_seal_of_today_is_the_seal_of_twenty_years_on() -> None:
    header = {"subject": "客户", "at": "2026-12-01T19:30:00+00:00", "n": 7}
    assert seal(GENESIS, header) == "d29159fb7f6c87c02fa16398ef17483e4b9aeedc986b4456cadf11c9b32606d1"


@FEW
@given(RICH)
def test_the_order_in_which_a_header_was_filled_does_not_matter(header: Header) -> None:
    assert seal(GENESIS, dict(reversed(header.items()))) == seal(GENESIS, header)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), "\ud800"])
def test_a_value_that_two_readers_could_write_differently_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"JSON|surrogates"):
        seal(GENESIS, {"value": value})


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object()])
def test_a_value_that_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        seal(GENESIS, {"value": value})


SEALS = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), max_size=20)


@FEW
@given(SEALS, st.lists(st.integers(1, 7), max_size=20))
def test_a_tree_grown_piece_by_piece_has_the_root_of_the_whole(seals: list[str], pieces: list[int]) -> None:
    frontier: Frontier = []
    left = seals
    for size in [*pieces, len(seals)]:
        grow(frontier, left[:size])
        left = left[size:]
    assert root(frontier) == paths(seals, ())[0]


@FEW
@given(SEALS.filter(bool), st.data())
def test_each_record_alone_leads_to_the_root_and_no_other_does(seals: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(seals) - 1))
    found, ways = paths(seals, {place})
    assert climb(seals[place], ways[place]) == found
    assert climb("00" * 32, ways[place]) != found or seals[place] == "00" * 32


def test_no_record_has_the_root_of_nothing() -> None:
    assert root([]) == paths([], ())[0] == GENESIS
