"""Days worth a word, and the greetings for them."""

from datetime import date

import pytest

from config import data
from rules import occasions
from rules.occasions import GREETINGS, UNSURE

EVERY = occasions.load(data.calendar())


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2027, 2, 6), ["春节"]), (date(2026, 2, 17), ["春节"]), (date(2028, 2, 6), []),
        (date(2030, 10, 1), ["国庆节", "三季报开始"]),
        (date(2027, 5, 15), ["全国投资者保护宣传日", f"防范非法证券期货宣传月{UNSURE}开始"]), (date(2027, 8, 3), []),
    ],
)  # fmt: skip
def test_what_is_on_a_day(day: date, names: list[str]) -> None:
    assert occasions.on(EVERY, day) == names


def test_what_goes_on_in_a_month() -> None:
    assert "年报披露期" in occasions.during(EVERY, 3)
    assert f"金融教育宣传周{UNSURE}" in occasions.during(EVERY, 9)
    assert occasions.during(EVERY, 11) == []


def test_greetings_of_a_year_come_in_order_and_all_are_shipped() -> None:
    made = list(occasions.greetings(EVERY, date(2026, 11, 25), 365))
    assert [(content, day) for _, content, day in made][:3] == [
        ("H-SPRING", date(2027, 2, 6)), ("H-SPRING-B", date(2027, 2, 8)), ("E-0515", date(2027, 5, 15)),
    ]  # fmt: skip
    assert {content for _, content, _ in made} == {one for some in GREETINGS.values() for one in some}
    assert {one["id"] for one in data.calendar()["content"]} >= {one for some in GREETINGS.values() for one in some}
