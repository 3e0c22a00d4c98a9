"""Invitations nobody can forge, milestones that earn learning points, and what never earns any."""

import random
import re
import string
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import data
from rules.programme import Award, Pack, awards
from rules.referral import EPOCH, Facts, Invitation, make_state, next_state, read_state

SECRET = b"0123456789abcdef0123456789abcdef"
OTHER = b"fedcba9876543210fedcba9876543210"
LAST_DAY = date(2026, 12, 31)
NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
LETTERS = string.ascii_lowercase + string.digits

INVITERS = st.integers(0, 2**32 - 1)
CAMPAIGNS = st.integers(0, 255)
DAYS = st.dates(EPOCH, EPOCH + timedelta(days=2**16 - 1))
FEW = settings(max_examples=settings().max_examples // 3)


@FEW
@given(st.binary(min_size=16, max_size=64), INVITERS, CAMPAIGNS, DAYS)
def test_a_state_says_until_its_last_day_what_was_put_in_and_nothing_after(
    secret: bytes, inviter: int, campaign: int, last_day: date
) -> None:
    state = make_state(secret, inviter, campaign, last_day)
    assert read_state([secret], state, EPOCH) == Invitation(inviter, campaign)
    assert read_state([secret], state, last_day) == Invitation(inviter, campaign)
    assert read_state([secret], state, last_day + timedelta(days=1)) is None


@FEW
@given(INVITERS, CAMPAIGNS, DAYS)
def test_a_state_fits_into_a_contact_way(inviter: int, campaign: int, last_day: date) -> None:
    assert re.fullmatch("[0-9a-z]{1,30}", make_state(SECRET, inviter, campaign, last_day))


def test_a_state_printed_on_a_poster_still_reads_after_an_upgrade() -> None:
    assert make_state(SECRET, 7, 1, LAST_DAY) == "r1aaaaabybard3kcxmxbzrovyockdq"


def test_two_invitations_never_share_a_state() -> None:
    many = [(inviter, campaign, day) for inviter in (0, 1, 256) for campaign in (0, 1) for day in range(3)]
    states = {make_state(SECRET, inviter, campaign, LAST_DAY + timedelta(day)) for inviter, campaign, day in many}
    assert len(states) == len(many)


def test_ten_thousand_alterations_of_a_state_never_verify() -> None:
    rng = random.Random(20261201)
    genuine = make_state(SECRET, 4_711, 3, LAST_DAY)
    believed = []
    for _ in range(10_000):
        forged = altered(genuine, rng)
        if forged != genuine and read_state([SECRET], forged, EPOCH) is not None:
            believed.append(forged)
    assert believed == []


def altered(state: str, rng: random.Random) -> str:
    letters = list(state)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(letters))
        letter = rng.choice(LETTERS + string.ascii_uppercase + "=-_ 户")
        match rng.randrange(5):
            case 0 | 1:
                letters[at] = letter
            case 2:
                letters.insert(at, letter)
            case 3 if len(letters) > 1:
                del letters[at]
            case _:
                other = rng.randrange(len(letters))
                letters[at], letters[other] = letters[other], letters[at]
    return "".join(letters)


def test_no_single_letter_of_a_state_can_be_replaced() -> None:
    genuine = make_state(SECRET, 4_711, 3, LAST_DAY)
    for at, was in enumerate(genuine):
        for letter in LETTERS.replace(was, ""):
            assert read_state([SECRET], genuine[:at] + letter + genuine[at + 1 :], EPOCH) is None


@FEW
@given(st.text(max_size=40) | st.text(LETTERS, max_size=30) | st.text(LETTERS, max_size=28).map("r1{}".format))
def test_any_other_text_is_no_invitation_and_no_error(text: str) -> None:
    assert read_state([SECRET], text, EPOCH) is None


@pytest.mark.parametrize(
    "spoil", [str.upper, str.title, lambda one: one + "=", lambda one: f" {one}", lambda one: one[2:], lambda _: ""]
)
def test_only_one_spelling_of_a_state_is_accepted(spoil: Any) -> None:
    assert read_state([SECRET], spoil(make_state(SECRET, 7, 1, LAST_DAY)), EPOCH) is None


@pytest.mark.parametrize(
    ("secrets", "understood"),
    [([SECRET], True), ([OTHER, SECRET], True), ([SECRET, OTHER], True), ([OTHER], False), ([], False)],
)
def test_old_secrets_bridge_a_rotation_and_unknown_ones_open_nothing(secrets: list[bytes], understood: bool) -> None:
    found = read_state(secrets, make_state(SECRET, 7, 1, LAST_DAY), LAST_DAY)
    assert found == (Invitation(7, 1) if understood else None)


@pytest.mark.parametrize(
    ("state", "days", "present", "interacted", "becomes"),
    [
        ("JOINED", 6.99, True, True, "JOINED"),
        ("JOINED", 7, True, True, "STAY7"),
        ("JOINED", 30, True, False, "JOINED"),
        ("JOINED", 0, False, True, "LEFT"),
        ("JOINED", 30, False, True, "LEFT"),
        ("STAY7", 29.9, True, True, "STAY7"),
        ("STAY7", 30, True, True, "MATURED"),
        ("LEARNED", 30, True, True, "MATURED"),
        ("LEARNED", 29, False, True, "LEFT"),
        ("STAY7", 30, False, True, "LEFT"),
        ("LEFT", 30, True, True, "LEFT"),
        ("REJECTED", 30, True, True, "REJECTED"),
        ("MATURED", 60, False, True, "MATURED"),
    ],
)
def test_a_referral_advances_by_staying_and_taking_part(
    state: str, days: float, present: bool, interacted: bool, becomes: str
) -> None:
    facts = Facts(joined_at=NOW - timedelta(days=days), present=present, interacted=interacted)
    assert next_state(state, facts, NOW) == becomes


def test_a_task_done_makes_the_second_milestone_and_only_after_the_first() -> None:
    facts = Facts(joined_at=NOW - timedelta(days=8), present=True, interacted=True, learned=True)
    assert [next_state(state, facts, NOW) for state in ("JOINED", "STAY7", "LEARNED")] == [
        "STAY7",
        "LEARNED",
        "LEARNED",
    ]


@pytest.mark.parametrize(
    ("state", "earned"),
    [
        ("STAY7", [("P-JOIN", "inviter", 20), ("P-JOIN", "invitee", 20)]),
        ("LEARNED", [("P-LEARN", "inviter", 30), ("P-LEARN", "invitee", 30)]),
        ("JOINED", []),
        ("LEFT", []),
        ("TESTED", []),
        ("OPENED", []),
    ],
)
def test_the_shipped_pack_rewards_staying_and_learning_only(state: str, earned: list[tuple[str, str, int]]) -> None:
    found = awards(Pack.load(data.referral()), state)
    assert [(one.rule, one.to, one.points) for one in found] == earned
    assert all(one.hold_days == 30 and one.valid_days == 365 for one in found)


def pack_data(*rules: dict[str, object]) -> dict[str, Any]:
    return {"timing": {"hold_days": 30}, "points": {"validity_days": 365, "rules": rules}}


@pytest.mark.parametrize("state", ["TESTED", "OPENED"])
def test_opening_an_account_earns_nothing_whatever_the_data_says(state: str) -> None:
    pack = Pack.load(pack_data({"id": "P-OPEN", "when": state, "inviter": 500, "invitee": 500}))
    assert pack.awards == {}
    award = Award(rule="P-OPEN", to="inviter", points=500, hold_days=30, valid_days=365)
    assert awards(Pack(awards={state: (award,)}), state) == ()


def test_two_rules_on_one_milestone_both_count() -> None:
    pack = Pack.load(
        pack_data(
            {"id": "P-JOIN", "when": "STAY7", "inviter": 20},
            {"id": "P-EXTRA", "when": "STAY7", "inviter": 5, "invitee": 5},
            {"id": "P-QUIZ", "when": "每周答题", "self": 10},
        )
    )
    earned = [(one.rule, one.to, one.points) for one in awards(pack, "STAY7")]
    assert earned == [("P-JOIN", "inviter", 20), ("P-EXTRA", "inviter", 5), ("P-EXTRA", "invitee", 5)]
    assert set(pack.awards) == {"STAY7"}
