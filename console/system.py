"""系统: how the connection to WeCom stands, what waits in which queue, and what this deployment was set to."""

from flask import Blueprint, render_template, request
from pydantic import SecretStr

from bot import checkup, figures
from config.settings import Settings
from console import steps
from console.desk import Answer, Desk

PATH = "/console/system"
READERS = ("admin", "auditor")
ADDRESS = frozenset({"DATABASE_URL", "REDIS_URL"})
"""Settings whose value may carry a password."""


def blueprint(desk: Desk) -> Blueprint:
    """Two pages: figures and settings at once, the checks when somebody asks for them (they call WeCom)."""
    pages = Blueprint("system", __name__)

    @desk.page(pages, PATH, READERS)
    def system() -> Answer:
        with desk.db.read() as session:
            waiting = figures.waiting(session, desk.db.clock())
        return render_template(
            "system.html", waiting=waiting, settings=list(_shown(desk.settings).items()), checked=None,
            callback=f"{desk.settings.BOT_PUBLIC_URL}/wecom/callback",
        )  # fmt: skip

    @desk.page(pages, f"{PATH}/checks", READERS)
    def checks() -> Answer:
        checked = steps.found(checkup.examine(desk.settings, desk.db, desk.wecom))
        whole = "HX-Request" not in request.headers
        return render_template("system_checks.html", checked=checked, whole=whole)

    return pages


def _shown(settings: Settings) -> dict[str, tuple[str, bool]]:
    """Name -> (what may be shown of it, whether it is what comes without a word of the deployment)."""
    shown = {}
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        bare = value.get_secret_value() if isinstance(value, SecretStr) else value
        secret = isinstance(value, SecretStr) or name in ADDRESS
        text = ("已设置" if bare else "未设置") if secret else str(bare)
        shown[name] = (text or "未设置", value == field.default)
    return shown
