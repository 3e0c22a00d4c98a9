"""成本与投入产出: what was spent is entered by people, whom it brought is counted, fees of few stay unseen."""

from datetime import date

import pytest

from models import milestone
from models.cost import Cost
from models.milestone import MemberMilestone
from models.returns import FEWEST
from models.rfm import TradingSummary
from tests.console.desk import Seat
from tests.console.test_api import AT, System
from tests.console.test_report import row
from tests.scenarios.test_refusals import facts
from tests.world import World

SPENT = {"month": "2026-11", "channel": "all", "kind": "media", "amount": "1,280.50", "note": "朋友圈广告"}


def pays(world: World, who: str, fees: float) -> None:
    with world.product.db.work() as work:
        work.session.add(
            TradingSummary(member_id=who, as_of=date(2026, 11, 20), daily_assets=1e5, fees_90d=fees, at=work.now)
        )


def test_a_month_is_told_by_what_it_cost_and_what_it_brought(sqlite_world: World) -> None:
    world = sqlite_world
    clients = [world.client(f"客户{at}") for at in range(FEWEST)]
    system = System(world, "milestones:write")
    opened = {"member_id": clients[0], "milestone": "OPENED", "at": AT}
    for ref in ("a1", "a2"):
        assert system.ask("POST", "/milestones", {"rows": [{**opened, "ref": ref}]}).status_code == 200
    world.settle()
    seat = Seat(world, "运营小王", "operator")
    assert seat.post("/console/costs", **SPENT).status_code == 303
    for who in clients[:-1]:
        pays(world, who, 600.0)
    month, cost, came, cac, opened_ones, _, payers, fees, roi, clv = row(world, "returns")
    assert (month, cost, came, cac) == ("2026-11", "1280.5", "5", "256.1")
    assert opened_ones == "1"  # told twice, counted once
    assert (payers, fees, roi, clv) == ("4", "", "", "")
    pays(world, clients[-1], 600.0)
    *_, fees, roi, clv = row(world, "returns")
    assert fees == "3000.0"
    assert float(roi) == pytest.approx((3000 - 1280.5) / 1280.5)
    assert float(clv) == 200 * 60


def test_an_opened_account_is_counted_once_and_moves_the_funnel(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.client("王女士")
    with world.product.db.work() as work:
        for kind in ("OPENED", "OPENED", "LEARNED"):
            milestone.note(work.session, who, kind, work.now)
    assert [one.kind for one in world.rows(of=MemberMilestone)] == ["OPENED"]
    assert row(world, "returns")[4] == "1"
    assert row(world, "funnel", 4)[0] == "已开户"


@pytest.mark.parametrize(
    "wrong", [{"month": "2026-13"}, {"amount": "many"}, {"amount": "-5"}, {"amount": "NaN"}, {"channel": "tv"}]
)
def test_a_wrong_entry_is_refused_with_a_word(sqlite_world: World, wrong: dict[str, str]) -> None:
    seat = Seat(sqlite_world, "运营小王", "operator")
    seat.post("/console/costs", **{**SPENT, **wrong})
    assert "没有保存" in seat.get("/console/costs").text
    assert sqlite_world.rows(of=Cost) == []


def test_a_mistake_is_taken_out_and_both_deeds_stay_in_the_evidence(sqlite_world: World) -> None:
    world = sqlite_world
    seat = Seat(world, "运营小王", "operator")
    seat.post("/console/costs", **SPENT)
    assert "1,280.50" in seat.get("/console/costs").text
    (entry,) = world.rows(of=Cost)
    seat.post(f"/console/costs/{entry.id}/out")
    assert world.rows(of=Cost) == []
    done = [(one["what"], one["amount"]) for one in facts(world, "operator_action") if "amount" in one]
    assert done == [("cost_in", "1280.50"), ("cost_out", "1280.50")]
