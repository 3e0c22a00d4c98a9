"""Tickets of the JS-SDK and the signature a page of ours shows to the WeCom client (doc 96909, wecom-outbound 5.3)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from gateways.store import Store
from gateways.wecom.session import Session, family
from gateways.wecom.token import TokenStore


@dataclass(frozen=True, slots=True)
class Signed:
    """What `ww.register` wants to hear for a page."""

    timestamp: int
    nonce: str
    signature: str


def signature(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """SHA-1 over the four in this order; `url` as the browser shows it, without what follows `#`."""
    said = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url.split('#', 1)[0]}"
    return hashlib.sha1(said.encode(), usedforsecurity=False).hexdigest()


@family
class Tickets:
    """One for the corp, one for the app, not interchangeable (42012); kept like the access token."""

    def __init__(self, session: Session, store: Store, clock: Callable[[], float]) -> None:
        self._session = session
        self._clock = clock
        name = f"{session.credentials.corp_id}:{session.credentials.agent_id}"
        corp: tuple[str, Mapping[str, str]] = ("get_jsapi_ticket", {})
        app: tuple[str, Mapping[str, str]] = ("ticket/get", {"type": "agent_config"})
        self._corp = TokenStore(store, partial(self._fetch, *corp), f"ticket:{name}:corp", clock)
        self._app = TokenStore(store, partial(self._fetch, *app), f"ticket:{name}:app", clock)

    def sign(self, url: str, nonce: str) -> tuple[Signed, Signed]:
        """(for the corp, for the app) of a page. WeComError when WeCom gives no ticket."""
        now = int(self._clock())
        corp, app = (signature(one.get(), nonce, now, url) for one in (self._corp, self._app))
        return Signed(now, nonce, corp), Signed(now, nonce, app)

    def _fetch(self, path: str, params: Mapping[str, str]) -> tuple[str, int]:
        answer = self._session.call(path, method="GET", params=params)
        return str(answer["ticket"]), int(answer["expires_in"])
