"""`run.py doctor`: the checks of bot.checkup from the command line, before anything runs."""

from dataclasses import asdict

import click
from sqlalchemy.exc import SQLAlchemyError

from bot import checkup
from bot.checkup import Check
from commands.product import build_product
from commands.say import result
from config import settings as settings_module
from config.settings import SettingsError


@click.command()
@click.option("--json", "as_json", is_flag=True)
def doctor(*, as_json: bool) -> None:
    """逐项检查设置、数据库、Redis、时钟、回调、凭证、可信 IP 与应用范围。"""
    checks = examine(settings_module.environment())
    ok = all(one.ok for one in checks)
    lines = [
        f"{'✓' if one.ok else '✗'} {one.name}：{one.detail}" + (f"\n    → {one.hint}" if one.hint else "")
        for one in checks
    ]
    result({"ok": ok, "checks": [asdict(one) for one in checks]}, "\n".join(lines), as_json=as_json, ok=ok)


def examine(env: dict[str, str]) -> list[Check]:
    """All checks that can be made with these settings; nothing has to run yet."""
    if not env.get("BOT_DATA_KEY") or not env.get("BOT_SECRET_KEY"):
        env = {**_kept_keys(env), **{name: value for name, value in env.items() if value}}
    try:
        settings = settings_module.load(env)
    except SettingsError as error:
        return [_named(line) for line in str(error).splitlines()]
    try:
        product = build_product(settings)
    except (SQLAlchemyError, OSError) as error:
        known = [Check("settings", ok=True, detail="全部有效"), *checkup.wecom_settings(settings)]
        return [*known, checkup.no_database(settings.DATABASE_URL, error)]
    try:
        return checkup.examine(settings, product.db, product.wecom)
    finally:
        product.close()


def _kept_keys(env: dict[str, str]) -> dict[str, str]:
    """Keys made by `make run`, where there are any; the doctor makes none."""
    var = settings_module.var_of(env)
    return settings_module.secrets_in(var) if (var / "keys.env").exists() else {}


def _named(line: str) -> Check:
    name, _, fault = line.partition(": ")
    return Check(name, ok=False, detail=fault, hint=f"在环境变量或 .env 中修正 {name}，然后重新运行 doctor")
