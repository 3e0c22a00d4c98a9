"""Accounts: second factor, scan login, sessions, tokens, roles; what is refused is on record."""

import json
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlparse

import pyotp
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot import evidence
from console.access import PATIENCE
from models import token as tokens
from models.evidence import content_of
from models.ledger import Evidence
from models.operator import LoginSession, Operator, add
from simulator.api import oauth
from tests.console.desk import Seat
from tests.console.visitor import NEW, Visitor, visit
from tests.world import World

ALERT = re.compile(r'role="alert">([^<]+)<')


def facts(world: World, kind: str) -> list[dict[str, object]]:
    with world.product.db.read() as session:
        rows = session.scalars(select(Evidence).where(Evidence.kind == kind).order_by(Evidence.id))
        return [json.loads(content_of(session, one) or "{}") for one in rows]


def enrolled(world: World, visitor: Visitor) -> tuple[pyotp.TOTP, list[str]]:
    page = visitor.post("/console/account/totp", page="/console/account").text
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found is not None
    assert "<svg" in page
    phone = pyotp.TOTP(found[1])
    done = visitor.post("/console/account/totp/confirm", page="/console/account", code=phone.at(world.hands.now))
    return phone, re.findall(r"<code>([0-9a-f]{10})</code>", done.text)


def code(visitor: Visitor, said: str) -> TestResponse:
    return visitor.web.post("/console/login/code", data={"code": said})


def test_with_a_second_factor_the_password_alone_opens_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    visitor = visit(world, "operator", "王运营")
    phone, spare = enrolled(world, visitor)
    assert len(spare) == 10
    world.hands.now += timedelta(minutes=2)
    assert visitor.login(NEW) == 302
    assert visitor.get("/console/").headers["Location"] == "/console/login"
    right = phone.at(world.hands.now)
    assert code(visitor, "000000" if right != "000000" else "111111").status_code == 401
    assert code(visitor, right).headers["Location"] == "/console/"
    assert visitor.get("/console/").status_code == 200
    visitor.login(NEW)
    assert code(visitor, right).status_code == 401, "a code is good once"
    assert code(visitor, spare[0]).status_code == 302
    visitor.login(NEW)
    assert code(visitor, spare[0]).status_code == 401, "so is a recovery code"
    world.hands.now += PATIENCE + timedelta(seconds=1)
    assert code(visitor, spare[1]).status_code == 401, "and the password is stale after five minutes"


def test_the_second_factor_goes_only_with_a_code(sqlite_world: World) -> None:
    visitor = visit(sqlite_world, "operator", "王运营")
    _phone, spare = enrolled(sqlite_world, visitor)
    off = "/console/account/totp/off"
    assert visitor.post(off, page="/console/account", code="123").status_code == 422
    assert visitor.post(off, page="/console/account", code=spare[3]).status_code == 303
    assert visitor.login(NEW) == 302
    assert visitor.get("/console/").status_code == 200


def test_five_wrong_codes_lock_the_account(sqlite_world: World) -> None:
    visitor = visit(sqlite_world, "operator", "王运营")
    phone, _spare = enrolled(sqlite_world, visitor)
    sqlite_world.hands.now += timedelta(minutes=2)
    visitor.login(NEW)
    assert [code(visitor, "x").status_code for _ in range(5)] == [401] * 5
    assert code(visitor, phone.at(sqlite_world.hands.now)).status_code == 401
    assert facts(sqlite_world, "refused")[-1]["why"] == "连续失败，已锁定"


def scanned(world: World, visitor: Visitor, person: str) -> TestResponse:
    away = urlparse(visitor.get("/console/login/wecom").headers["Location"])
    assert away.path == "/wwlogin/sso/login"
    query = {key: values[0] for key, values in parse_qs(away.query).items()}
    back = urlparse(oauth.back_to(world.company, query, person))
    return visitor.get(f"{back.path}?{back.query}")


def test_an_employee_with_an_account_enters_by_scanning(sqlite_world: World) -> None:
    Seat(sqlite_world, "adv01", "advisor")
    visitor = Visitor(sqlite_world)
    assert "扫码" in visitor.get("/console/login").text
    assert scanned(sqlite_world, visitor, "adv01").headers["Location"] == "/console/"
    assert "adv01" in visitor.get("/console/").text
    assert scanned(sqlite_world, Visitor(sqlite_world), "adv02").status_code == 401
    assert scanned(sqlite_world, Visitor(sqlite_world), sqlite_world.people.meet("路人")).status_code == 401


def test_a_scan_begun_elsewhere_or_used_before_lets_nobody_in(sqlite_world: World) -> None:
    Seat(sqlite_world, "adv01", "advisor")
    thief, victim = Visitor(sqlite_world), Visitor(sqlite_world)
    away = urlparse(thief.get("/console/login/wecom").headers["Location"])
    query = {key: values[0] for key, values in parse_qs(away.query).items()}
    back = urlparse(oauth.back_to(sqlite_world.company, query, "adv01"))
    assert victim.get(f"{back.path}?{back.query}").status_code == 401, "another browser began it"
    assert thief.get(f"{back.path}?{back.query}").status_code == 302
    fresh = oauth.code_for(sqlite_world.company, "adv01")
    assert thief.get(f"{back.path}?code={fresh}&state={query['state']}").status_code == 401, "a state is good once"


def test_a_session_planted_in_a_browser_is_worth_nothing_after_login(sqlite_world: World) -> None:
    visitor = Visitor(sqlite_world)
    visitor.web.set_cookie("console", "planted-by-somebody", path="/console")
    password = _password(sqlite_world, "王运营")
    visitor.login(password)
    cookie = visitor.web.get_cookie("console", path="/console")
    assert cookie is not None
    assert cookie.value != "planted-by-somebody"
    thief = Visitor(sqlite_world)
    thief.web.set_cookie("console", "planted-by-somebody", path="/console")
    assert thief.get("/console/").headers["Location"] == "/console/login"


def _password(world: World, name: str) -> str:
    with world.product.db.work() as work:
        return add(work, name, "operator")


def test_a_session_can_be_ended_from_another_browser_and_nobody_elses(sqlite_world: World) -> None:
    here, there = Seat(sqlite_world, "王运营", "operator"), Seat(sqlite_world, "王运营", "operator")
    other = Seat(sqlite_world, "赵运营", "operator")
    rows = sqlite_world.rows(LoginSession.csrf == there.csrf, of=LoginSession)
    other.post("/console/account/sessions/end", id=rows[0].id)
    assert there.get("/console/").status_code == 200
    here.post("/console/account/sessions/end", id=rows[0].id)
    assert there.get("/console/").status_code == 302
    assert here.get("/console/").status_code == 200


def test_an_administrator_manages_others_but_not_themselves(sqlite_world: World) -> None:
    admin, worker = Seat(sqlite_world, "管理员", "admin"), Seat(sqlite_world, "王运营", "operator")
    path = "/console/accounts"
    assert admin.post(f"{path}/change", name="管理员", role="operator").status_code == 422
    assert "一次性密码" in admin.post(f"{path}/add", name="李审批", role="approver").text
    assert admin.post(f"{path}/add", name="李审批", role="approver").status_code == 422
    assert admin.post(f"{path}/change", name="王运营", role="author").status_code == 303
    assert worker.get("/console/letters").status_code == 403, "a new role holds at once"
    assert admin.post(f"{path}/change", name="王运营", role="author", closed="1").status_code == 303
    assert worker.get("/console/").status_code == 302, "a closed account is out at once"
    assert sqlite_world.rows(Operator.name == "王运营", of=Operator)[0].closed
    done = [one["what"] for one in facts(sqlite_world, "operator_action")]
    assert done == [f"{path}/change", f"{path}/add", f"{path}/add", f"{path}/change", f"{path}/change"]


def test_a_token_opens_its_scope_until_it_ends(world: World) -> None:
    with world.product.db.work() as work:
        text = tokens.issue(work, "core system", ["trading:write"], 30, "管理员")
        found = tokens.verify(work, text, "trading:write")
        assert found is not None
        assert found.used_at == work.now
        assert tokens.verify(work, text, "content:write") is None
        assert tokens.verify(work, text[:-1] + ("a" if text[-1] != "a" else "b"), "trading:write") is None
        assert text not in str(work.session.execute(select(tokens.ApiToken.digest)).all())
    world.hands.now += timedelta(days=31)
    with world.product.db.work() as work:
        assert tokens.verify(work, text, "trading:write") is None
        late = tokens.issue(work, "core system", ["trading:write"], 1, "管理员")
        name = late.split("_")[1]
        assert tokens.revoke(work, name, "管理员")
        assert not tokens.revoke(work, name, "管理员")
        assert tokens.verify(work, late, "trading:write") is None


@pytest.mark.parametrize(("scopes", "days"), [([], 30), (["everything"], 30), (["trading:write"], 0)])
def test_a_token_without_limits_is_not_issued(sqlite_world: World, scopes: list[str], days: int) -> None:
    with sqlite_world.product.db.work() as work, pytest.raises(ValueError, match=r"范围|有效期"):
        tokens.issue(work, "x", scopes, days, "管理员")


def test_breaking_the_glass_opens_one_client_for_an_hour_and_tells_the_overseers(world: World) -> None:
    client = world.friend("赵阿姨", "adv01")
    stranger = Seat(world, "adv02", "advisor")
    asked = stranger.post("/console/break-glass", member_id=client, reason="急")
    assert asked.status_code == 422
    assert "至少 10 个字" in ALERT.findall(asked.text)[0]
    assert stranger.post("/console/break-glass", member_id="wm-nobody", reason="客户来电称账户被盗").status_code == 422
    reason = "客户来电称账户被盗，林顾问联系不上"
    assert stranger.post("/console/break-glass", member_id=client, reason=reason).status_code == 200
    world.settle()
    assert "紧急查看" in world.last_heard("op01")
    assert client not in world.last_heard("op01")
    assert facts(world, "break_glass")[0]["reason"] == reason


def test_an_auditor_finds_a_record_reads_it_and_takes_a_pack_away(sqlite_world: World) -> None:
    who = sqlite_world.member_says("怎么开户")
    evidence.seal(sqlite_world.product.db)
    auditor = Seat(sqlite_world, "钱审计", "auditor")
    page = auditor.get(f"/console/evidence?q={who}").text
    assert "已发送" in page
    assert who not in page.split("<tbody", 1)[1].split("</tbody>", 1)[0]
    seq = re.findall(r'href="/console/evidence/(\d+)"', page)[0]
    assert "provider_id" in auditor.get(f"/console/evidence/{seq}").text
    assert "核验通过" in auditor.post("/console/evidence/verify").text
    pack = auditor.post("/console/evidence/export", member=who)
    assert pack.data[:2] == b"PK"
    assert auditor.post("/console/evidence/export", member="wm-nobody").status_code == 404
    assert auditor.post("/console/evidence/export", push="x").status_code == 404
    assert [one["by"] for one in facts(sqlite_world, "exported")] == ["钱审计"] * 2
