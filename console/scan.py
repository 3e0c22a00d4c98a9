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
AUTHORIZE = "https://open.weixin.qq.com"
CLIENT = "wxwork"
"""What the WeCom client says of itself; inside it nothing is scanned (doc 96442)."""


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

    def inside(self) -> bool:
        """Whether this browser is the WeCom client, which vouches for its user without a scan."""
        return self.offered and CLIENT in request.headers.get("User-Agent", "")

    def send(self) -> Response:
        """To WeCom's page."""
        if not self.offered:
            abort(404)
        state = secrets.token_hex(24)
        away = redirect(self._page(state))
        secure = self.settings.BOT_PUBLIC_URL.startswith("https://")
        kept = f"{state}.{request.args.get('next', '')[:512]}"
        away.set_cookie(WAITING, kept, max_age=PATIENCE, path=BACK, httponly=True, secure=secure, samesite="Lax")
        return away

    def _page(self, state: str) -> str:
        given = self.settings
        query = {
            "appid": given.WECOM_CORP_ID, "agentid": given.WECOM_AGENT_ID, "state": state,
            "redirect_uri": f"{given.BOT_PUBLIC_URL}{BACK}",
        }  # fmt: skip
        if self.inside():
            base = AUTHORIZE if given.WECOM_API_BASE == OFFICIAL else given.WECOM_API_BASE
            asked = urlencode({**query, "response_type": "code", "scope": "snsapi_base"})
            return f"{base}/connect/oauth2/authorize?{asked}#wechat_redirect"
        base = LOGIN if given.WECOM_API_BASE == OFFICIAL else given.WECOM_API_BASE
        return f"{base}/wwlogin/sso/login?{urlencode({**query, 'login_type': 'CorpApp'})}"

    def wanted(self) -> str:
        """The page the person was on the way to."""
        return request.cookies.get(WAITING, "").partition(".")[2]

    def employee(self) -> str:
        """The userid WeCom brings back; empty for a foreign, used or late state, and for whoever is no employee."""
        state, kept = request.args.get("state", ""), request.cookies.get(WAITING, "").partition(".")[0]
        if not kept or not secrets.compare_digest(state.encode(), kept.encode()):
            return ""
        if self.store.take(f"scan:{state}", 1, PATIENCE) != 0:
            return ""
        try:
            return self.who(request.args.get("code", "")[:512]).employee
        except WeComError:
            return ""
