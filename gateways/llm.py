"""A language model behind an OpenAI-compatible address: it drafts for people, within three seconds or not at all."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import urllib3
from urllib3.exceptions import HTTPError

BUDGET = 3.0
"""Seconds for a whole answer: whoever waits has a client waiting."""
LARGEST = 64 * 1024
FAILURES, REST = 3, 60.0
"""After so many failures in a row it is left alone for so many seconds."""


class NoDraft(Exception):
    """There is no draft; the text says why, for people, and holds nothing that was sent."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """What came back, and what it cost; where the service does not say, a token for each letter."""

    text: str
    tokens: int


class Drafter(Protocol):
    """Writes one answer."""

    def draft(self, system: str, user: str) -> Drafted:
        """The text. Raises NoDraft."""


class OpenAiDrafter:
    """`/chat/completions` at `url` (…/v1). No retries, no redirects; never sends a key anywhere else."""

    def __init__(
        self, url: str, key: str, model: str, clock: Callable[[], float] = time.monotonic, budget: float = BUDGET
    ) -> None:
        self._url = f"{url.rstrip('/')}/chat/completions"
        self._key = key
        self._model = model
        self._clock = clock
        self._budget = budget
        self._pool = urllib3.PoolManager(maxsize=4, block=False)
        self._failures = 0
        self._rests_until = float("-inf")

    def draft(self, system: str, user: str) -> Drafted:
        """One answer, its whitespace trimmed."""
        if self._clock() < self._rests_until:
            raise NoDraft("模型服务连续失败，已暂停一分钟：请直接人工回复")
        try:
            made = self._asked(system, user)
        except NoDraft:
            self._failures += 1
            if self._failures >= FAILURES:
                self._failures, self._rests_until = 0, self._clock() + REST
            raise
        self._failures = 0
        return made

    def _asked(self, system: str, user: str) -> Drafted:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        body = {"model": self._model, "messages": messages, "temperature": 0, "max_tokens": 600, "stream": False}
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"}
        ends = time.monotonic() + self._budget
        try:
            answer = self._pool.request(
                "POST", self._url, body=json.dumps(body, ensure_ascii=False).encode(), headers=headers,
                timeout=urllib3.Timeout(total=self._budget), retries=False, redirect=False, preload_content=False,
            )  # fmt: skip
            content = _read(answer, ends)
        except HTTPError:
            raise NoDraft("模型服务没有在 3 秒内应答：请直接人工回复") from None
        if answer.status != HTTPStatus.OK:
            raise NoDraft(f"模型服务拒绝了请求（HTTP {answer.status}）：请检查 BOT_LLM_URL、BOT_LLM_KEY、BOT_LLM_MODEL")
        text, tokens = _text(content)
        return Drafted(text, tokens or len(system) + len(user) + len(text))


def _read(answer: urllib3.BaseHTTPResponse, ends: float) -> bytes:
    """The body, unless it trickles past the budget or has no end."""
    taken = b""
    try:
        for chunk in answer.stream(8192):
            taken += chunk
            if time.monotonic() > ends:
                raise NoDraft("模型服务没有在 3 秒内答完：请直接人工回复")
            if len(taken) > LARGEST:
                raise NoDraft("模型服务的应答过长：请直接人工回复")
    finally:
        answer.close()
    return taken


def _text(content: bytes) -> tuple[str, int]:
    """The answer and its tokens; 0 where the service does not count them."""
    try:
        data: Any = json.loads(content)
        text = data["choices"][0]["message"]["content"]
        usage = data.get("usage") or {}
        tokens = max(0, int(usage.get("total_tokens") or 0))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError):
        text, tokens = None, 0
    if not isinstance(text, str) or not text.strip():
        raise NoDraft("模型服务的应答无法识别：请检查 BOT_LLM_URL 是否为 OpenAI 兼容接口")
    return text.strip(), tokens
