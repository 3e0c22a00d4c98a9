"""wechatpy's client over our transport, token store, limits and error tree.

wechatpy alone has no time-out, no lock, retries a refused token without end, and shows the secret in errors (measured;
reliability 4). Here every call is bounded: one request, one repeat with a fresh token, nothing else.
"""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from wechatpy.work import WeChatClient

from gateways.store import Store
from gateways.wecom.errors import SETUP_PAUSE, TOKEN_CODES, Refused, Retry, Unknown, decode, explain
from gateways.wecom.limits import Limits
from gateways.wecom.token import TokenStore
from gateways.wecom.transport import Files, Lost, NotSent, Request, Response, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A self-built app."""

    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    api_base: str = "https://qyapi.weixin.qq.com"
    robots: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Name of a robot in an internal group -> its key."""


class Session(WeChatClient):  # type: ignore[misc]  # wechatpy is untyped
    """A client whose every call goes through `call`; wechatpy's own methods end in `_request`, so they do too."""

    def __init__(
        self,
        credentials: Credentials,
        transport: Transport,
        store: Store,
        clock: Callable[[], float],
        timeout: float = 8.0,
    ) -> None:
        super().__init__(credentials.corp_id, "", access_token="unused", auto_retry=False)  # noqa: S106 not a token
        self.credentials = credentials
        self.limits = Limits(store, clock)
        self._base = f"{credentials.api_base}/cgi-bin/"
        self._transport = transport
        self._timeout = timeout
        name = f"{credentials.corp_id}:{credentials.agent_id}"
        self.tokens = TokenStore(store, self._fetch_token, name, clock)

    def call(
        self, path: str, body: Mapping[str, object] | None = None, *, method: str = "POST",
        params: Mapping[str, str] | None = None, files: Files | None = None, recipients: Sequence[str] = (),
    ) -> dict[str, Any]:  # fmt: skip
        """One API call and its decoded answer. Raises Retry, Refused or Unknown."""
        self.limits.before(path, recipients)
        payload = encode(body) if body is not None else None
        try:
            token = self._token()
            return self._once(path, payload, method, {**(params or {}), "access_token": token}, files)
        except Refused as error:
            if error.errcode not in TOKEN_CODES:
                raise
        self.tokens.invalidate(token)
        try:
            return self._once(path, payload, method, {**(params or {}), "access_token": self._token()}, files)
        except Refused as error:
            if error.errcode not in TOKEN_CODES:
                raise
            raise Retry(path, error.errcode, explain(error.errcode), after=SETUP_PAUSE) from None

    def _token(self) -> str:
        """A token; a secret that was reset is the operator's to mend, and no reason to give a message up."""
        try:
            return self.tokens.get()
        except Refused as error:
            raise Retry("gettoken", error.errcode, explain(error.errcode), after=SETUP_PAUSE) from None

    def anonymous(
        self, url: str, body: Mapping[str, object], params: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """A call whose address is its own secret (response_url, robot key)."""
        request = Request("POST", url, params or {}, encode(body), None, self._timeout)
        response = self._send("robot", request)
        return decode("robot", response.status, response.content)

    def _once(
        self, path: str, payload: bytes | None, method: str, params: Mapping[str, str], files: Files | None
    ) -> dict[str, Any]:
        with self.limits.parallel(path):
            response = self._send(path, Request(method, self._base + path, params, payload, files, self._timeout))
        try:
            return decode(path, response.status, response.content)
        except Retry as error:
            if error.errcode == 45009:
                self.limits.closed(path, error.after)
            raise

    def _send(self, path: str, request: Request) -> Response:
        try:
            return self._transport.send(request)
        except NotSent:
            raise Retry(path, None, "无法连接企业微信接口：检查网络与 WECOM_API_BASE", after=2.0) from None
        except Lost:
            raise Unknown(path, None, "请求已发出，未收到完整应答") from None

    def _fetch_token(self) -> tuple[str, int]:
        params = {"corpid": self.credentials.corp_id, "corpsecret": self.credentials.secret}
        try:
            response = self._send(
                "gettoken", Request("GET", f"{self._base}gettoken", params, None, None, self._timeout)
            )
            data = decode("gettoken", response.status, response.content)
            return str(data["access_token"]), int(data["expires_in"])
        except Unknown as error:  # asking again does no harm
            raise Retry("gettoken", None, str(error), after=2.0) from None
        except (KeyError, ValueError, TypeError):
            raise Retry("gettoken", None, "应答缺少 access_token", after=2.0) from None

    # --- wechatpy's own methods arrive here ---

    @property
    def access_token(self) -> str:
        """For wechatpy methods that put the token together themselves."""
        return self.tokens.get()

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> Any:
        path = url_or_endpoint.rsplit("/cgi-bin/", 1)[-1]
        params = {name: str(value) for name, value in (kwargs.get("params") or {}).items() if name != "access_token"}
        files = kwargs.get("files")
        named = {name: (part[0], part[1]) for name, part in files.items()} if files else None
        answer = self.call(path, kwargs.get("data"), method=method.upper(), params=params, files=named)
        process = kwargs.get("result_processor")
        return process(answer) if process else answer


Family = TypeVar("Family", bound=type)


def family(cls: Family) -> Family:
    """A family of calls. An answer of another shape than documented is Unknown, not a KeyError in a reader of it."""
    for name, method in [*vars(cls).items()]:
        if callable(method) and not name.startswith("_"):
            setattr(cls, name, _understood(method))
    return cls


def _understood(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise Unknown(method.__qualname__, None, f"应答的格式与文档不符（{type(error).__name__}）") from None

    return call


def encode(body: Mapping[str, object]) -> bytes:
    """JSON as WeCom wants it: raw UTF-8 (40033 otherwise), the same bytes for the same request (duplicate check)."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")
