"""`run.py serve`: the product in its roles. This process only checks the settings and watches the one that serves."""

import os

import click

from commands.say import fail
from config import settings as settings_module
from config.settings import Settings, SettingsError

ROLE = "SERVE_ROLE"
"""How `serve` tells the processes it starts what they are."""
THREADS = 64
"""Blocking threads a web process: a callback thread waits for its group commit (measured best at 64)."""


@click.command()
@click.option("--role", type=click.Choice(["all", "web", "worker", "clock"]), default="all", show_default=True)
@click.option("--host", default="0.0.0.0", show_default=True)  # noqa: S104 a server listens
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="web 进程数（SQLite 只能为 1）")
def serve(role: str, host: str, port: int, workers: int) -> None:
    """启动产品。"""
    settings = checked_settings()
    if settings.on_sqlite and (role != "all" or workers != 1):
        fail("SQLite 只允许一个进程（serve --role all --workers 1）；多进程请把 DATABASE_URL 设为 PostgreSQL")
    if role in ("all", "web"):
        os.environ[ROLE] = role  # noqa: TID251 the only word a spawned server process gets from us
        serve_wsgi("commands.web:factory", host, port, workers)
    else:
        from commands.loops import run_loops  # the product itself is loaded only where it works

        run_loops(settings, role)


def checked_settings() -> Settings:
    """Settings that can serve; exit code 2 with every fault named otherwise."""
    try:
        settings = settings_module.load(settings_module.environment())
    except SettingsError as error:
        fail(f"设置有误：\n{error}")
    missing = settings.missing_wecom()
    if missing:
        fail("缺少企业微信设置：" + "、".join(missing) + "\n在 .env 中填写，或运行 run.py demo 使用模拟器")
    from bot.codecs import aibot_codec_of, codec_of  # nothing of the product stays loaded in the watching process

    for make in (codec_of, aibot_codec_of):
        try:
            make(settings)
        except ValueError as error:
            fail(f"设置有误：\n{error}")
    return settings


def serve_wsgi(target: str, host: str, port: int, workers: int = 1, threads: int = THREADS) -> None:
    """Granian serving the application that `module:factory` makes; blocks until it is told to stop."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backlog=1024,
        workers_kill_timeout=15,
        log_enabled=False,
    ).serve()
