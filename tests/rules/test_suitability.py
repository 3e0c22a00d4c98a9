"""The form's ten vectors, the matrix, and what is unknown or expired."""

from datetime import date

import pytest

from config import data
from rules.suitability import Standing, Suitability

TABLE = data.suitability()
RULES = Suitability.load(TABLE)
TODAY = date(2026, 11, 25)
LATER = date(2027, 11, 25)


@pytest.mark.parametrize("vector", TABLE["test_vectors"], ids=lambda one: one["answers"])
def test_a_filled_form_comes_to_its_level(vector: dict[str, object]) -> None:
    found = RULES.assess(str(vector["answers"]))
    shown = {"score": found.score, "level": found.level, "lowest_class": found.lowest, "rules": list(found.rules)}
    assert {"answers": vector["answers"], **shown} == vector


def test_a_form_with_a_gap_is_refused_by_name_of_the_question() -> None:
    with pytest.raises(ValueError, match="Q3"):
        RULES.assess("BC")


def test_a_contradiction_is_shown_and_changes_nothing() -> None:
    found = RULES.assess("BCCDDCDDBC")
    assert found.prompts == ("您的目标与可承受亏损似乎不一致，请再次确认您的真实情况",)


@pytest.mark.parametrize(
    ("standing", "risk", "code"),
    [
        (Standing(), "R1", "SUIT-UNKNOWN"),
        (Standing(level="C5", expires_on=TODAY), "R1", "SUIT-EXPIRED"),
        (Standing(level="C3", expires_on=LATER), "R3", "SUIT-FIT"),
        (Standing(level="C3", expires_on=LATER), "R4", "SUIT-CONFIRM"),
        (Standing(level="C3", expires_on=LATER), "R5", "SUIT-ABOVE"),
        (Standing(level="C1", lowest=True, expires_on=LATER), "R1", "SUIT-FIT"),
        (Standing(level="C1", lowest=True, expires_on=LATER), "R2", "SUIT-LOWEST"),
        (Standing(professional=True), "R5", "SUIT-PROFESSIONAL"),
    ],
)
def test_a_product_is_matched_to_a_standing(standing: Standing, risk: str, code: str) -> None:
    assert RULES.match(standing, risk, TODAY).code == code


def test_a_strict_firm_confirms_nothing() -> None:
    strict = Suitability.load(TABLE, strict=True)
    assert strict.match(Standing(level="C3", expires_on=LATER), "R4", TODAY).decision == "forbid"


def test_an_unknown_risk_is_refused() -> None:
    with pytest.raises(ValueError, match="R9"):
        RULES.match(Standing(level="C3", expires_on=LATER), "R9", TODAY)


@pytest.mark.parametrize("risk", ["R2", "R3", "R4", "R5"])
def test_the_lowest_class_never_sees_more_than_the_least_risk(risk: str) -> None:
    found = RULES.match(Standing(level="C1", lowest=True, expires_on=LATER), risk, TODAY)
    assert found.decision == "forbid"
