"""/api/v1: by scope, once, all or nothing, and never broken by what is sent."""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from werkzeug.test import TestResponse

from models import token
from models.content import Content
from models.fraud import FraudMark
from models.ledger import Evidence
from models.referral import Referral
from models.rfm import TradingSummary
from models.suitability import MemberSuitability
from tests.world import World

AT = "2026-11-25T09:00:00+08:00"


class System:
    """A system of the firm with a token."""

    def __init__(self, world: World, *scopes: str) -> None:
        self._web = world.web
        with world.product.db.work() as work:
            self.text = token.issue(work, "柜台系统", scopes, 30, "管理员")
        self._calls = 0

    def ask(self, method: str, path: str, body: Any = None, key: str = "") -> TestResponse:
        self._calls += 1
        heads = {"Authorization": f"Bearer {self.text}", "Idempotency-Key": key or f"call-{self._calls}"}
        return self._web.open(f"/api/v1{path}", method=method, data=json.dumps(body), headers=heads, buffered=True)


def row(member: str, **more: object) -> dict[str, object]:
    agreed = {"consent_at": "2026-11-01T10:00:00+08:00", "consent_wording": "W-04"}
    return {"member_id": member, "as_of": "2026-11-24", "daily_assets": 5e6, **agreed, **more}


def test_suitability_comes_in_whole_or_not_at_all(sqlite_world: World) -> None:
    who, system = sqlite_world.friend("赵阿姨"), System(sqlite_world, "suitability:write")
    good = {"member_id": who, "level": "C3", "expires_on": "2027-11-25", "source_ref": "RQ-7"}
    batch = {"source": "适当性系统", "rows": [good, {**good, "member_id": "nobody"}]}
    answer = system.ask("POST", "/suitability", batch)
    assert answer.status_code == 422
    assert "没有这个成员" in str(answer.json)
    assert sqlite_world.rows(of=MemberSuitability) == []
    assert system.ask("POST", "/suitability", {"source": "适当性系统", "rows": [good]}).json == {"stored": 1}
    assert [one.level for one in sqlite_world.rows(of=MemberSuitability)] == ["C3"]


def test_trading_summaries_come_in_once_and_decide_the_tier(sqlite_world: World) -> None:
    who, system = sqlite_world.friend("赵阿姨"), System(sqlite_world, "trading:write", "members:read")
    batch = {"source": "柜台", "rows": [row(who)]}
    for _ in range(2):
        answer = system.ask("POST", "/trading-summaries", batch, key="day-1")
        assert (answer.status_code, answer.json) == (200, {"stored": 1, "without_consent": 0, "older": 0})
    assert len(sqlite_world.rows(of=TradingSummary)) == 1
    assert system.ask("GET", f"/members/{who}").json["member_id"] == who  # type: ignore[index]  # JSON of a 200
    assert "viewed" in {one.kind for one in sqlite_world.rows(of=Evidence)}


def test_one_bad_row_and_nothing_is_written(sqlite_world: World) -> None:
    who, system = sqlite_world.friend("赵阿姨"), System(sqlite_world, "trading:write")
    answer = system.ask("POST", "/trading-summaries", {"source": "柜台", "rows": [row(who), row("nobody")]})
    assert answer.status_code == 422
    assert answer.json["error"]["rows"][0].startswith("第 3 行：没有这个成员")  # type: ignore[index]  # JSON of a 422
    assert sqlite_world.rows(of=TradingSummary) == []


def test_a_key_belongs_to_one_question(sqlite_world: World) -> None:
    who, system = sqlite_world.friend("赵阿姨"), System(sqlite_world, "trading:write")
    system.ask("POST", "/trading-summaries", {"source": "柜台", "rows": [row(who)]}, key="k")
    other = {"source": "柜台", "rows": [row(who, daily_assets=1)]}
    assert system.ask("POST", "/trading-summaries", other, key="k").status_code == 409


@pytest.mark.parametrize("scope", ["members:read", "content:write"])
def test_a_token_may_only_do_what_it_was_given(sqlite_world: World, scope: str) -> None:
    system = System(sqlite_world, scope)
    body = {"source": "柜台", "rows": [row("x")]}
    assert system.ask("POST", "/trading-summaries", body).status_code == 401
    system.text = "wbt_forged"
    assert system.ask("GET", "/members/x").status_code == 401


def test_an_opened_account_is_written_down_and_earns_nothing(sqlite_world: World) -> None:
    who, system = sqlite_world.friend("赵阿姨"), System(sqlite_world, "milestones:write")
    rows = {"rows": [{"ref": "a1", "member_id": who, "milestone": "OPENED", "at": AT}]}
    assert system.ask("POST", "/milestones", rows).json == {"accepted": 1}
    assert system.ask("POST", "/milestones", rows).json == {"accepted": 0}
    sqlite_world.settle()
    assert sqlite_world.points(who) == []
    assert sqlite_world.rows(of=Referral) == []
    assert "milestone" in {one.kind for one in sqlite_world.rows(of=Evidence)}


def test_something_learned_earns_points_once_and_devices_leave_only_hashes(sqlite_world: World) -> None:
    who, system = sqlite_world.friend("赵阿姨"), System(sqlite_world, "milestones:write")
    learned = {
        "ref": "L-1",
        "member_id": who,
        "milestone": "LIVE",
        "at": AT,
        "device": "imei-1",
        "phone": "13800001234",
    }
    for _ in range(2):
        assert system.ask("POST", "/milestones", {"rows": [learned]}).status_code == 200
    sqlite_world.settle()
    assert sqlite_world.points(who) == [10]
    marks = sqlite_world.rows(of=FraudMark)
    assert {one.kind for one in marks} == {"device", "phone", "block"}
    assert "13800001234" not in {one.digest for one in marks}
    for wrong in ({"milestone": "BOUGHT"}, {"member_id": "wm"}, {"at": "2026-11-26"}):
        assert system.ask("POST", "/milestones", {"rows": [{**learned, **wrong}]}).status_code == 422


def test_content_pushed_in_waits_for_approval(sqlite_world: World) -> None:
    system = System(sqlite_world, "content:write")
    words = {"body": "本周课程", "kind": "education", "channel": "group"}
    assert system.ask("PUT", "/contents/API-1", words).json == {"id": "API-1", "approved": False}
    assert [one.approved for one in sqlite_world.rows(Content.id == "API-1", of=Content)] == [False]
    assert system.ask("PUT", "/contents/API-2", {**words, "colour": "red"}).status_code == 422


def test_nothing_that_fits_the_description_or_does_not_breaks_it(sqlite_world: World) -> None:
    system = System(sqlite_world, *token.SCOPES)
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", sqlite_world.site.pages.flask)
    keys = iter(range(10**6))
    seen: set[int] = set()
    for operation in schema.get_all_operations():

        @settings(max_examples=15, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck))
        def try_it(case: Any) -> None:
            heads = {"Authorization": f"Bearer {system.text}", "Idempotency-Key": f"fuzz-{next(keys)}"}
            seen.add(case.call(headers=heads).status_code)

        _each(operation, try_it)
    assert all(code < 500 for code in seen), seen
    assert {200, 422} & seen


def _each(operation: Any, try_it: Any) -> None:
    given(case=operation.ok().as_strategy())(try_it)()
