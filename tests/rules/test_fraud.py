"""The fraud screen: what each signal sees, what it leaves alone, and that people's decisions move the weights."""

import pytest

from rules.fraud import HOLD, WEIGHTS, Join, learned, screen, wilson

DAY, NOW = 86400.0, 40 * 86400.0


def join(number: int, **more: object) -> Join:
    given: dict[str, object] = {
        "id": number, "invitee": f"p{number}", "inviter": "boss", "at": number * DAY, "device": f"d{number}",
        "net": f"n{number}", "interactions": 4,
    }  # fmt: skip
    return Join(**{**given, **more})  # type: ignore[arg-type]  # fields by name


def signals(some: list[Join], marks: dict[str, frozenset[str]] | None = None) -> set[str]:
    found = screen(some, NOW, marks or {})
    return {name for one in found.values() for name in one.signals}


def test_friends_who_come_one_by_one_and_take_part_are_left_alone() -> None:
    assert all(one.action == "" for one in screen([join(number) for number in range(6)], NOW, {}).values())


@pytest.mark.parametrize(
    ("signal", "some", "marks"),
    [
        ("AF-SELF", [join(1, phone="t")], {"boss": frozenset({"t"})}),
        ("AF-SELF", [join(1, same_person=True)], {}),
        ("AF-DEVICE", [join(n, device="one") for n in range(3)], {}),
        ("AF-BURST", [join(n, at=n * 30.0) for n in range(5)], {}),
        ("AF-IP", [join(n, at=n * 60.0, net="one") for n in range(8)], {}),
        ("AF-QUICKQUIT", [join(n, left_at=n * DAY + 60) for n in range(6)], {}),
        ("AF-ZERO", [join(n, interactions=0) for n in range(10)], {}),
        ("AF-SAMEINVITEE", [join(1, repeats=2)], {}),
        ("AF-STAFF", [join(1, staff=True)], {}),
        ("AF-CONTENT", [join(1, promised=True)], {}),
        ("AF-PHONE", [join(n, block="1380000") for n in range(6)], {}),
        ("AF-VELOCITY", [join(n, at=n * 600.0) for n in range(6)], {}),
        ("AF-RING", [join(n, inviter=f"p{(n + 1) % 5}", device="one") for n in range(5)], {}),
    ],
)
def test_each_signal_sees_its_kind(signal: str, some: list[Join], marks: dict[str, frozenset[str]]) -> None:
    assert signal in signals(some, marks)


def test_a_family_tablet_whose_second_user_takes_part_is_nobodys_second_account() -> None:
    shared = {"boss": frozenset({"d1"})}
    assert "AF-SELF" not in signals([join(1, interactions=6)], shared)
    assert "AF-SELF" in signals([join(1, interactions=0)], shared)


def test_one_of_one_who_left_says_nothing() -> None:
    assert "AF-QUICKQUIT" not in signals([join(1, left_at=DAY + 60)])
    assert wilson(1, 1) < 0.5 < wilson(40, 50)


def test_decisions_of_people_move_a_signals_weight_within_bounds() -> None:
    assert learned({})["AF-IP"] == WEIGHTS["AF-IP"]
    assert learned({"AF-IP": (0, 100)})["AF-IP"] == WEIGHTS["AF-IP"] / 2
    assert WEIGHTS["AF-IP"] < learned({"AF-IP": (100, 100)})["AF-IP"] <= WEIGHTS["AF-IP"] * 1.25


def test_whoever_is_held_has_a_score_and_a_reason() -> None:
    found = screen([join(n, device="one", interactions=0, at=n * 50.0) for n in range(8)], NOW, {})
    assert all(one.score >= HOLD and one.signals for one in found.values())


HONEST = [join(n, inviter=f"h{n // 3}") for n in range(100, 400)]


def circle(interactions: int) -> list[Join]:
    """Ten inviters who bring two each: one on a phone of the circle, and one on a phone nobody has seen."""
    return [
        join(n, inviter=f"c{n // 2}", device="" if n % 2 else f"shared{n % 4}", interactions=interactions)
        for n in range(2, 22)
    ]


def test_small_crowds_on_shared_phones_are_a_circle_though_each_alone_says_nothing() -> None:
    found = screen([*HONEST, *circle(interactions=0)], NOW, {})
    unseen = [found[one.id] for one in circle(interactions=0) if not one.device]
    assert {one.action for one in unseen} == {"hold"}
    assert all("小圈子" in one.signals["AF-RING"] for one in unseen)
    assert all(found[one.id].action == "" for one in HONEST)


def test_people_on_shared_phones_who_take_part_are_no_circle() -> None:
    found = screen([*HONEST, *circle(interactions=6)], NOW, {})
    assert all(found[one.id].action == "" for one in circle(interactions=6) if not one.device)
