"""The console: one-time passwords, sessions that end, forms that carry their token, doors that throttle."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from commands.setup import new_operator
from models.operator import LoginSession
from tests.console.visitor import NEW, Visitor
from tests.world import World


@pytest.fixture
def password(sqlite_world: World) -> str:
    with sqlite_world.product.db.work() as work:
        return new_operator(work, "王运营", "operator")


@pytest.fixture
def visitor(sqlite_world: World) -> Visitor:
    return Visitor(sqlite_world)


def test_nobody_sees_a_page_without_logging_in(visitor: Visitor) -> None:
    for path in ("/console/", "/console/password"):
        assert visitor.get(path).headers["Location"].startswith("/console/login")
    assert visitor.get("/").headers["Location"] == "/console/"


def test_a_one_time_password_leads_to_choosing_ones_own_and_then_to_the_overview(
    visitor: Visitor, password: str
) -> None:
    assert visitor.login(password) == 302
    assert visitor.get("/console/").headers["Location"] == "/console/password"
    visitor.post("/console/password", old=password, new=NEW)
    assert visitor.login(password) == 401
    assert visitor.login(NEW) == 302
    assert "工作台" in visitor.get("/console/").text


@pytest.mark.parametrize(("old", "new"), [("wrong", NEW), (None, "short"), (None, None)])
def test_a_bad_new_password_is_explained_and_changes_nothing(
    visitor: Visitor, password: str, old: str | None, new: str | None
) -> None:
    visitor.login(password)
    answer = visitor.post("/console/password", old=old or password, new=new or password)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert Visitor.login(visitor, password) == 302


def test_a_form_without_its_token_does_nothing(visitor: Visitor, password: str) -> None:
    visitor.login(password)
    answer = visitor.web.post("/console/password", data={"old": password, "new": NEW})
    assert answer.status_code == 400
    assert visitor.login(password) == 302


def test_leaving_ends_the_session_everywhere(visitor: Visitor, password: str, sqlite_world: World) -> None:
    visitor.settle_in(password)
    stolen = visitor.web.get_cookie("console", path="/console")
    assert stolen is not None
    visitor.post("/console/logout")
    thief = Visitor(sqlite_world)
    thief.web.set_cookie("console", stolen.value, path="/console")
    assert thief.get("/console/").status_code == 302


def test_an_idle_session_ends_after_an_hour_and_any_after_half_a_day(
    visitor: Visitor, password: str, sqlite_world: World
) -> None:
    visitor.settle_in(password)
    sqlite_world.hands.now += timedelta(minutes=61)
    assert visitor.get("/console/").status_code == 302
    visitor.login(NEW)
    for _ in range(24):
        sqlite_world.hands.now += timedelta(minutes=31)
        visitor.get("/console/")
    assert visitor.get("/console/").status_code == 302


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(
    visitor: Visitor, password: str, sqlite_world: World
) -> None:
    assert [visitor.login("guess") for _ in range(5)] == [401] * 5
    assert visitor.login(password) == 401
    sqlite_world.hands.now += timedelta(minutes=16)
    assert visitor.login(password) == 302


def test_one_address_cannot_go_on_guessing_names(visitor: Visitor) -> None:
    codes = [visitor.login("guess", name=f"用户{number}", address=f"203.0.113.{number}") for number in range(31)]
    assert codes[:30] == [401] * 30
    assert codes[30] == 429


def test_the_cookie_is_hidden_from_scripts_and_its_secret_is_not_in_the_database(
    visitor: Visitor, password: str, sqlite_world: World
) -> None:
    answer = visitor.web.post("/console/login", data={"name": "王运营", "password": password})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    secret = cookie.split("=", 1)[1].split(";")[0]
    assert secret not in [one.id for one in sqlite_world.rows(of=LoginSession)]


def test_every_page_carries_its_security_headers(visitor: Visitor) -> None:
    for path in ("/console/login", "/console/static/console.css", "/nowhere"):
        headers = visitor.get(path).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_an_advisor_sees_only_the_alerts_that_came_to_them(sqlite_world: World) -> None:
    world = sqlite_world
    client = world.friend("钱先生", "adv02")
    world.member_says("我要投诉，一直没人管", by=client)
    with world.product.db.work() as work:
        passwords = {name: new_operator(work, name, "advisor") for name in ("adv01", "adv02")}
    for name, expected in (("adv01", False), ("adv02", True)):
        visitor = Visitor(world)
        visitor.login(passwords[name], name)
        visitor.post("/console/password", old=passwords[name], new=NEW)
        visitor.login(NEW, name)
        assert ("我要投诉" in visitor.get("/console/").text) is expected


def test_what_a_client_writes_is_only_ever_text(sqlite_world: World, visitor: Visitor, password: str) -> None:
    client = sqlite_world.friend("孙女士")
    sqlite_world.member_says("<script>alert(1)</script>我要投诉", by=client)
    visitor.settle_in(password)
    page = visitor.get("/console/").text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_behind_our_own_proxy_each_visitor_has_a_throttle_of_their_own(seeded_sqlite: Path, tmp_path: Path) -> None:
    shutil.copy(seeded_sqlite, tmp_path / "bot.db")
    world = World(tmp_path, f"sqlite:///{tmp_path / 'bot.db'}", BOT_PROXIES="1")
    codes = [Visitor(world).login("guess", address=f"203.0.113.{number}") for number in range(31)]
    world.close()
    assert codes == [401] * 31
