"""`run.py wizard`: connect to WeCom for the first time, in a browser, step by step, before `serve` can start."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import click
from dotenv import set_key
from werkzeug.serving import make_server

from bot import checkup
from bot.checkup import Check
from commands.opened import local_settings, ready
from commands.product import build_product
from commands.setup import new_operator
from config import settings as settings_module
from config.settings import Settings, SettingsError
from console.wizard import SetUp, pages
from gateways.wecom.api import WeCom
from models.operator import Operator

DOTENV = Path(".env")


@click.command()
@click.option("--host", default="0.0.0.0", show_default=True)  # noqa: S104 WeCom has to reach it
@click.option("--port", default=8000, show_default=True)
def wizard(host: str, port: int) -> None:
    """第一次接入：在浏览器里一步步填写、当场核对，写入 .env。"""
    key = secrets.token_urlsafe(24)
    server = make_server(host, port, pages(set_up(key)), threaded=True)
    click.echo(f"在浏览器中打开（仅此一次有效的地址）：\n  http://127.0.0.1:{server.port}/setup/{key}\n完成后按 Ctrl+C")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo("已退出；运行 run.py serve 启动产品")
    finally:
        server.server_close()


def set_up(key: str) -> SetUp:
    """The wizard over this folder's `.env`."""
    return SetUp(key=key, settings=local_settings, save=save, checks=Checks(), admit=admit)


def save(given: Mapping[str, str]) -> None:
    """Into `.env`, all or nothing. ValueError with every fault, named by setting."""
    wrong = [name for name, value in given.items() if "\n" in value or "'" in value]
    if wrong:
        raise ValueError("\n".join(f"{name}: 不能含换行或引号" for name in wrong))
    env = settings_module.environment(DOTENV)
    keys = settings_module.secrets_in(settings_module.var_of(env))
    try:
        settings_module.load({**keys, **{name: value for name, value in env.items() if value}, **given})
    except SettingsError as error:
        raise ValueError(str(error)) from None
    os.close(os.open(DOTENV, os.O_CREAT | os.O_WRONLY, 0o600))
    DOTENV.chmod(0o600)
    for name, value in given.items():
        set_key(DOTENV, name, value)


def admit(name: str) -> str:
    """The one-time password of a first administrator. ValueError when there is an account of that name."""
    product = ready(local_settings())
    try:
        with product.db.work() as work:
            if work.session.get(Operator, name) is not None:
                raise ValueError(f"账号 {name} 已存在；忘记密码请用 run.py user reset {name}")
            return new_operator(work, name, "admin")
    finally:
        product.close()


class Checks:
    """The checks that make sense so far; one connection a set of credentials: a wrong secret is not repeated."""

    def __init__(self) -> None:
        self._known: tuple[tuple[object, ...], WeCom] | None = None

    def __call__(self, settings: Settings) -> list[Check]:
        """Those of settings, and those of the API once the app is named."""
        found = [Check("settings", ok=True, detail="全部有效"), *checkup.wecom_settings(settings)]
        named = {one.name for one in found if not one.ok}
        if named & {"WECOM_CORP_ID", "WECOM_AGENT_ID", "WECOM_SECRET"}:
            return found
        return [*found, *checkup.api(self._wecom(settings))]

    def _wecom(self, settings: Settings) -> WeCom:
        mark = (settings.WECOM_CORP_ID, settings.WECOM_AGENT_ID, settings.WECOM_SECRET.get_secret_value())
        if self._known is None or self._known[0] != mark:
            product = build_product(settings)
            product.close()
            self._known = (mark, product.wecom)
        return self._known[1]
