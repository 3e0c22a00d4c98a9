"""接入向导 and 系统: connecting to WeCom step by step, each fault told with its remedy, secrets shown to nobody."""

import stat
from collections.abc import Iterator
from pathlib import Path
from time import time

import pytest
from werkzeug.test import Client

from bot.codecs import codec_of
from commands import wizard
from commands.opened import local_settings
from console.wizard import pages
from tests.console.desk import Seat
from tests.simulator.serving import SECRET, Served, serving
from tests.world import World

APP = {"WECOM_CORP_ID": "ww0000000000000001", "WECOM_AGENT_ID": "1000002", "BOT_PUBLIC_URL": "http://127.0.0.1:8000"}


@pytest.fixture(scope="module")
def wecom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("wecom"), callback="http://127.0.0.1:9", size=8) as served:
        yield served


@pytest.fixture
def admin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wecom: Served) -> Client:
    """An administrator's browser at a machine on which nothing is set up yet."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(f"WECOM_API_BASE={wecom.base}\n")
    return Client(pages(wizard.set_up("key-from-the-terminal")))


HERE = "/setup/key-from-the-terminal"


def states(client: Client) -> list[str]:
    """What the steps say of themselves, in order."""
    page = client.get(f"{HERE}/steps").text
    return [part.split('"', 1)[0] for part in page.split('<li class="')[1:]]


def echo(client: Client, said: bytes = b"hello") -> tuple[int, bytes]:
    """WeCom's check, as it comes when 保存 is pressed there."""
    query = codec_of(local_settings()).echo_query(said, int(time()))
    answer = client.get("/wecom/callback", query_string=query)
    return answer.status_code, answer.data


def test_from_nothing_to_an_administrator_in_the_order_in_which_it_can_be_done(admin: Client, tmp_path: Path) -> None:
    first = admin.get(HERE).text
    assert "企业信息" in first
    assert states(admin)[0] == "broken"
    wrong = admin.post(HERE, data={**APP, "WECOM_SECRET": "not-the-secret"})
    assert "更新 WECOM_SECRET" in wrong.text
    assert "not-the-secret" not in wrong.text
    right = admin.post(HERE, data={**APP, "WECOM_SECRET": SECRET})
    assert SECRET not in right.text
    assert states(admin)[:6] == ["done", "broken", "done", "done", "done", "done"]
    assert admin.get("/wecom/callback?msg_signature=x&timestamp=1&nonce=1&echostr=x").status_code == 403
    assert "重新复制后保存" in admin.get(f"{HERE}/steps").text
    assert echo(admin) == (200, b"hello")
    assert states(admin)[1] == "done"
    assert admin.post("/wecom/callback", data=b"early").status_code == 503
    made = admin.post(f"{HERE}/admin", data={"name": "王管理"}).text
    assert "一次性密码" in made
    assert "已存在" in admin.post(f"{HERE}/admin", data={"name": "王管理"}).text
    kept = tmp_path / ".env"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert local_settings().missing_wecom() == []


def test_a_fault_is_named_and_nothing_is_written(admin: Client, tmp_path: Path) -> None:
    admin.get(HERE)
    before = (tmp_path / ".env").read_text()
    refused = admin.post(HERE, data={**APP, "WECOM_AGENT_ID": "one", "BOT_PUBLIC_URL": "bot.example.com"})
    assert refused.status_code == 422
    assert "WECOM_AGENT_ID" in refused.text
    assert "BOT_PUBLIC_URL" in refused.text
    assert (tmp_path / ".env").read_text() == before


def test_the_address_wecom_saw_is_shown_while_it_is_not_trusted(admin: Client, wecom: Served) -> None:
    wecom.order("trusted_ip", {"on": False})
    try:
        admin.post(HERE, data={**APP, "WECOM_SECRET": SECRET})
        assert "企业可信IP" in admin.get(f"{HERE}/steps").text
    finally:
        wecom.order("trusted_ip", {"on": True})


def test_without_the_address_from_the_terminal_there_is_nothing(admin: Client) -> None:
    for path in ("/setup/guess", "/setup/guess/steps", "/", "/console/"):
        assert admin.get(path).status_code == 404
    assert admin.post("/setup/guess/admin", data={"name": "x"}).status_code == 404


def test_the_running_product_shows_the_same_steps_queues_and_no_secret(sqlite_world: World) -> None:
    world = sqlite_world
    seat = Seat(world, "王管理", "admin")
    page = seat.get("/console/system").text
    assert "收到待处理" in page
    given = world.product.settings
    for secret in (given.WECOM_SECRET, given.BOT_DATA_KEY, given.WECOM_AES_KEY):
        assert secret.get_secret_value() not in page
    assert given.DATABASE_URL not in page
    checked = seat.get("/console/system/checks").text
    assert "可见范围" in checked
    assert "位员工有客户联系权限" in checked
