"""Login by scanning with WeCom (doc 98171): to its page and back, bound to this browser by a state good once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from config.settings import Settings
from gateways.store import Store
from gateways.wecom.errors import WeComError
from gateways.wecom.types import Visitor

Who = Callable[[str], Visitor]
WAITING, PATIENCE = "scan", 600
"""The cookie that binds the way out to the way back, and how many seconds that may take."""
BACK = "/console/login/wecom/back"
OFFICIAL, LOGIN = "https://qyapi.weixin.qq.com", "https://login.work.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class Scan:
    """`who` asks WeCom whom a code stands for."""

    settings: Settings
    store: Store
    who: Who

    @property
    def offered(self) -> bool:
        """Whether a self-built app is set up."""
        return not self.settings.missing_wecom()

    def send(self) -> Response:
        """To WeCom's page."""
        if not self.offered:
            abort(404)
        state = secrets.token_urlsafe(24)
        query = {
            "login_type": "CorpApp", "appid": self.settings.WECOM_CORP_ID, "agentid": self.settings.WECOM_AGENT_ID,
            "redirect_uri": f"{self.settings.BOT_PUBLIC_URL}{BACK}", "state": state,
        }  # fmt: skip
        base = LOGIN if self.settings.WECOM_API_BASE == OFFICIAL else self.settings.WECOM_API_BASE
        away = redirect(f"{base}/wwlogin/sso/login?{urlencode(query)}")
        secure = self.settings.BOT_PUBLIC_URL.startswith("https://")
        away.set_cookie(WAITING, state, max_age=PATIENCE, path=BACK, httponly=True, secure=secure, samesite="Lax")
        return away

    def employee(self) -> str:
        """The userid WeCom brings back; empty for a foreign, used or late state, and for whoever is no employee."""
        state, kept = request.args.get("state", ""), request.cookies.get(WAITING, "")
        if not kept or not secrets.compare_digest(state.encode(), kept.encode()):
            return ""
        if self.store.take(f"scan:{state}", 1, PATIENCE) != 0:
            return ""
        try:
            return self.who(request.args.get("code", "")[:512]).employee
        except WeComError:
            return ""
