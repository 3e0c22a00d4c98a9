"""The web application of one process: Flask behind the callback door, with or without the worker loops beside it."""

import multiprocessing.util
import os
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from bot import health
from bot.codecs import aibot_codec_of, codec_of
from bot.group_commit import GroupCommit
from bot.spool import Spool
from bot.streams import Streams
from bot.webhook import Door, Environ, StartResponse
from bot.worker import INBOX, Worker
from commands.logs import logs
from commands.opened import ready
from commands.product import Product
from commands.serve import ROLE
from config import settings as settings_module
from console import member, member_engagement, member_live
from console.app import console
from console.entrance import Entrance
from scheduler.clock import Clock

SWITCH = 0.001
"""Seconds a busy thread keeps the interpreter: in role `all` a callback must not wait 5 ms for each of its turns."""


class Pages:
    """Console, member pages, API and health: built when first asked for, so that callbacks are taken before."""

    def __init__(self, build: Callable[[], Flask]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._made: Flask | None = None

    @property
    def flask(self) -> Flask:
        """The application; built once, whoever asks first."""
        with self._lock:
            if self._made is None:
                self._made = self._build()
            return self._made

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        return (self._made or self.flask).wsgi_app(environ, start_response)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A process that takes callbacks and, in role `all`, works on them too."""

    door: Door
    store: GroupCommit
    pages: Pages
    product: Product
    worker: Worker | None
    clock: Clock | None

    def stop(self) -> None:
        """No new callbacks are coming: finish, seal, close."""
        self.store.stop()
        if self.clock is not None:
            self.clock.stop()
        if self.worker is not None:
            self.worker.stop()
        self.product.close()


def open_site(product: Product, *, with_worker: bool, with_clock: bool) -> Site:
    """Doors open, loops turning."""
    settings = product.settings
    spool = Spool(settings.BOT_VAR / "spool", product.db.keyring)
    store = GroupCommit(product.db, spool, lambda: product.store.publish(INBOX))
    started = product.db.clock()
    pages = Pages(lambda: _flask(product, store, door, started))
    door = Door(pages, codec_of(settings), aibot_codec_of(settings), store, product.db.clock, Streams(product.db))
    worker = product.worker() if with_worker else None
    clock = Clock(product.db, product.store) if with_clock else None
    if worker is not None:
        worker.start()
    if clock is not None:
        clock.start()
    return Site(door=door, store=store, pages=pages, product=product, worker=worker, clock=clock)


def _flask(product: Product, store: GroupCommit, door: Door, started: datetime) -> Flask:
    """Everything people and systems ask for; callbacks never come here."""
    flask, settings = Flask("console", static_folder=None), product.settings
    flask.register_blueprint(health.blueprint(product.db, store, started, door.counts))
    console(flask, product.db, product.store, settings, product.wecom)
    entrance = Entrance.of(product.db, product.store, settings, product.wecom.app)
    flask.register_blueprint(member.Pages(entrance).blueprint())
    flask.register_blueprint(member_live.LivePages(entrance).blueprint())
    flask.register_blueprint(member_engagement.EngagementPages(entrance).blueprint())
    if settings.BOT_PROXIES:  # else anybody could say where they come from, and pass every throttle
        flask.wsgi_app = ProxyFix(flask.wsgi_app, x_for=settings.BOT_PROXIES, x_proto=0)  # type: ignore[method-assign]
    return flask


def factory() -> Door:
    """What the server loads in each of its processes: settings from the environment, role from its parent."""
    logs()
    product = ready(settings_module.load(settings_module.environment()))
    return site_door(product, os.environ.get(ROLE, "all"))  # noqa: TID251 not a setting


def site_door(product: Product, role: str) -> Door:
    """The door of a site in this process, which is closed properly when the process ends."""
    sys.setswitchinterval(SWITCH)
    if role == "all":
        product.db.rules.matcher.begin()
    site = open_site(product, with_worker=role == "all", with_clock=role == "all")
    multiprocessing.util.Finalize(None, site.stop, exitpriority=100)
    return site.door
