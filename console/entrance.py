"""How members come to their pages: WeCom's web authorisation (doc 96442), then a sealed cookie of two hours.

The `state` WeCom carries round is a nonce and a MAC over it, the cookie of this browser and the moment; it is good
once, for ten minutes, and only together with that cookie: a link somebody else began leads nowhere.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import g, redirect, request
from werkzeug.wrappers import Response

from config.settings import Settings
from gateways.store import Store
from gateways.wecom.errors import WeComError
from gateways.wecom.extras import App
from gateways.wecom.types import Visitor
from models.work import Database

COOKIE, WAITING = "member", "member_state"
LIFE, PATIENCE = 7200, 600
"""Seconds of a session, and of a visit to WeCom's page."""
PLACE = "cookie.member"
OFFICIAL = "https://qyapi.weixin.qq.com"
AUTHORIZE = "https://open.weixin.qq.com"
SAFE_PATHS = ("/m/",)
OPEN_TO_ALL = "/m/go/"
"""Pages that lead on whoever it is: a push is no dead end for anybody."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is looking. `id` is empty for somebody WeCom does not know as a customer."""

    id: str
    csrf: str


class Entrance:
    """Sends people to WeCom and takes them back."""

    def __init__(self, db: Database, store: Store, settings: Settings, who: Callable[[str], Visitor]) -> None:
        self.db = db
        self._store = store
        self._settings = settings
        self._who = who
        self._key = hashlib.sha256(b"member" + settings.BOT_SECRET_KEY.get_secret_value().encode()).digest()

    @classmethod
    def of(cls, db: Database, store: Store, settings: Settings, app: App) -> "Entrance":
        """The one for a deployment."""
        return cls(db, store, settings, app.visitor)

    def guard(self) -> Response | None:
        """Before a page: somebody is known; forms carry their token. A redirect to WeCom otherwise."""
        guest = self.guest()
        if guest is None:
            return self.send(request.full_path.rstrip("?"))
        g.guest = guest
        if request.method == "POST" and not hmac.compare_digest(request.form.get("csrf", ""), guest.csrf):
            return Response("页面已过期，请返回刷新后重试", 400, mimetype="text/plain")
        return None

    def guest(self) -> Guest | None:
        """Who this browser's cookie says, while it is genuine and fresh."""
        sealed = request.cookies.get(COOKIE, "")
        try:
            member, until = self.db.keyring.open(sealed, PLACE).split("|")
        except ValueError:
            return None
        if int(until) < self._now():
            return None
        return Guest(member, self._mac(f"csrf|{sealed}"))

    def send(self, path: str) -> Response:
        """To WeCom's page, which brings the person back to `/m/enter`."""
        kept = f"{secrets.token_hex(8)}.{path if path.startswith(SAFE_PATHS) else '/m/'}"
        begun = f"{self._now():08x}"
        state = begun + self._mac(f"state|{begun}|{kept}")
        query = {
            "appid": self._settings.WECOM_CORP_ID, "redirect_uri": f"{self._settings.BOT_PUBLIC_URL}/m/enter",
            "response_type": "code", "scope": "snsapi_base", "state": state, "agentid": self._settings.WECOM_AGENT_ID,
        }  # fmt: skip
        base = AUTHORIZE if self._settings.WECOM_API_BASE == OFFICIAL else self._settings.WECOM_API_BASE
        away = redirect(f"{base}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect")
        self._cookie(away, WAITING, kept, PATIENCE)
        return away

    def take_back(self) -> tuple[Guest | None, Response]:
        """The person WeCom brings, and where they wanted to go. A guest without id came by WeChat only."""
        state, kept = request.args.get("state", ""), request.cookies.get(WAITING, "")
        if not self._genuine(state, kept):
            return None, Response("登录已过期，请从聊天里的链接重新打开", 403, mimetype="text/plain")
        path = kept.split(".", 1)[1]
        onward = redirect(f"{path}?anyone") if path.startswith(OPEN_TO_ALL) else None
        try:
            visitor = self._who(request.args.get("code", "")[:512])
        except WeComError:
            refused = Response("企业微信没有确认您的身份，请重新打开链接", 403, mimetype="text/plain")
            return None, onward or refused
        if visitor.employee:
            refused = Response("积分活动仅面向社群成员，公司员工不参与", 403, mimetype="text/plain")
            return None, onward or refused
        home = redirect(path)
        sealed = self.db.keyring.seal(f"{visitor.customer}|{self._now() + LIFE}", PLACE)
        self._cookie(home, COOKIE, sealed, LIFE)
        home.delete_cookie(WAITING, path="/m/")
        return Guest(visitor.customer, ""), home

    def _genuine(self, state: str, kept: str) -> bool:
        begun, mac = state[:8], state[8:]
        if not kept or not hmac.compare_digest(mac.encode(), self._mac(f"state|{begun}|{kept}").encode()):
            return False
        fresh = 0 <= self._now() - int(begun, 16) <= PATIENCE
        return fresh and self._store.take(f"oauth:{state}", 1, PATIENCE) == 0

    def _mac(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:40]

    def _now(self) -> int:
        return int(self.db.clock().timestamp())

    def _cookie(self, answer: Response, name: str, value: str, life: int) -> None:
        secure = self._settings.BOT_PUBLIC_URL.startswith("https://")
        answer.set_cookie(name, value, max_age=life, path="/m/", httponly=True, secure=secure, samesite="Lax")
