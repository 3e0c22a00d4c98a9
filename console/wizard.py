"""接入向导: the pages before there is a product: what WeCom gives is typed in and checked on the spot, in order.

They stand under an address only the terminal knows; what is typed goes into `.env`, readable by its owner alone.
"""

import hmac
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import time

from flask import Flask, abort, render_template, request
from werkzeug.wrappers import Response

from bot.checkup import Check
from bot.codecs import codec_of
from config.settings import Settings
from console import steps
from console.app import HEADERS
from console.desk import Answer
from gateways.wecom.codec import BadCallback

TYPED = ("WECOM_CORP_ID", "WECOM_AGENT_ID", "WECOM_SECRET", "BOT_PUBLIC_URL")
LETTERS = string.ascii_letters + string.digits
TITLES = {
    "WECOM_CORP_ID": "企业 ID", "WECOM_AGENT_ID": "AgentId", "WECOM_SECRET": "Secret",
    "BOT_PUBLIC_URL": "公网网址（企业微信由此访问本产品，如 https://bot.example.com）",
}  # fmt: skip


def fresh_keys() -> dict[str, str]:
    """A Token and an EncodingAESKey of our own making: 32 and 43 letters, as WeCom's own button makes them."""
    return {
        "WECOM_TOKEN": "".join(secrets.choice(LETTERS) for _ in range(32)),
        "WECOM_AES_KEY": "".join(secrets.choice(LETTERS) for _ in range(42)) + secrets.choice("AEIMQUYcgkosw048"),
    }


@dataclass(slots=True, kw_only=True)
class SetUp:
    """What the pages work with. `save` raises ValueError with every fault; `admit` gives a one-time password."""

    key: str
    settings: Callable[[], Settings]
    save: Callable[[Mapping[str, str]], None]
    checks: Callable[[Settings], list[Check]]
    admit: Callable[[str], str]
    echoes: dict[str, int] = field(default_factory=lambda: {"accepted": 0, "refused": 0})


def pages(setup: SetUp) -> Flask:
    """The application; any other address leads nowhere."""
    app = Flask("console.wizard", static_url_path="/console/static")
    app.jinja_options = {**app.jinja_options, "autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024

    @app.get("/wecom/callback")
    def echo() -> Answer:
        return _echo(setup)

    @app.post("/wecom/callback")
    def early() -> Answer:
        return "set-up is running", 503  # WeCom asks again; nothing is lost that a product could have kept

    @app.route("/setup/<key>", methods=["GET", "POST"])
    def wizard(key: str) -> Answer:
        _known(setup, key)
        return _wizard(setup)

    @app.get("/setup/<key>/steps")
    def live(key: str) -> Answer:
        _known(setup, key)
        return render_template("system_checks.html", checked=_found(setup), whole=False)

    @app.post("/setup/<key>/admin")
    def admin(key: str) -> Answer:
        _known(setup, key)
        return _admin(setup)

    @app.after_request
    def headers(answer: Response) -> Response:
        for name, value in {**HEADERS, "Referrer-Policy": "no-referrer"}.items():
            answer.headers.setdefault(name, value)
        return answer

    return app


def _known(setup: SetUp, key: str) -> None:
    if not hmac.compare_digest(key.encode(), setup.key.encode()):
        abort(404)


def _echo(setup: SetUp) -> Answer:
    """WeCom's check of the address, while the administrator presses 保存 (doc 90930)."""
    try:
        told = codec_of(setup.settings()).open_echo(request.args, time())
    except (BadCallback, ValueError):
        setup.echoes["refused"] += 1
        return "refused", 403
    setup.echoes["accepted"] += 1
    return Response(told, mimetype="text/plain")


def _wizard(setup: SetUp, said: str = "", faults: tuple[str, ...] = ()) -> Answer:
    if request.method == "POST" and not said:
        given = {name: request.form.get(name, "").strip() for name in TYPED}
        try:
            setup.save({name: value for name, value in given.items() if value})
            said = "已保存到 .env"
        except ValueError as error:
            faults = tuple(str(error).splitlines())
    settings = setup.settings()
    if not settings.WECOM_TOKEN.get_secret_value() or not settings.WECOM_AES_KEY.get_secret_value():
        setup.save(fresh_keys())
        settings = setup.settings()
    page = render_template(
        "setup.html", key=setup.key, fields=TITLES, given=settings, faults=faults, said=said, checked=_found(setup),
        token=settings.WECOM_TOKEN.get_secret_value(), aes=settings.WECOM_AES_KEY.get_secret_value(),
        url=f"{settings.BOT_PUBLIC_URL}/wecom/callback",
    )  # fmt: skip
    return (page, 422) if faults else page


def _found(setup: SetUp) -> list[steps.Found]:
    checks = [one for one in setup.checks(setup.settings()) if one.name not in ("callback", "refused_callbacks")]
    return steps.found([*checks, _heard(setup.echoes)])


def _heard(echoes: Mapping[str, int]) -> Check:
    """Whether WeCom has come by: the one thing only the administrator's own click proves."""
    if echoes["accepted"]:
        return Check("callback", ok=True, detail="企业微信已验证回调地址")
    hint = "在“接收消息”页填入下面三项后点保存，本页会立刻显示结果"
    if echoes["refused"]:
        why = "请求到了，但验证不通过"
        return Check("callback", ok=False, detail=why, hint="Token 或 EncodingAESKey 与下面不一致：重新复制后保存")
    return Check("callback", ok=False, detail="还没有收到企业微信的验证请求", hint=hint)


def _admin(setup: SetUp) -> Answer:
    name = request.form.get("name", "").strip()
    if not 0 < len(name) <= 32:  # noqa: PLR2004 a name
        return _wizard(setup, "没有建立：请填写不超过 32 字的账号名")
    try:
        told = f"管理员 {name} 的一次性密码：{setup.admit(name)}（只显示这一次）。"
        return _wizard(setup, f"{told}接下来运行 run.py seed 与 run.py serve")
    except ValueError as error:
        return _wizard(setup, str(error))
