"""A small pretend company, its people, and a product that notes every callback it gets."""

import json
import random
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from simulator import codec, inprocess
from simulator.company import Company, Corp
from simulator.courier import Courier
from simulator.people import People

START = 1_767_225_600.0


class Hands:
    """A clock that moves by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@dataclass
class Product:
    """Answers callbacks with the next of `statuses` (then 200) and keeps what it could read."""

    corp: Corp
    statuses: list[int] = field(default_factory=list)
    reply: bytes = b""
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        self.posts.append((path, query, body))
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 0:
            raise TimeoutError
        return status, self.reply if status == 200 else b""

    @property
    def plain(self) -> list[str]:
        """Every callback's plaintext, in order of arrival."""
        found = []
        for path, _query, body in self.posts:
            robot = path == "/wecom/aibot"
            text = json.loads(body)["encrypt"] if robot else ET.fromstring(body).findtext("Encrypt", "")
            key = self.corp.aibot_aes_key if robot else self.corp.aes_key
            found.append(codec.opened(key, text)[0].decode())
        return found

    def last(self, name: str) -> str:
        """A field of the last XML callback."""
        return ET.fromstring(self.plain[-1]).findtext(name, "")


@dataclass
class World:
    """Everything a test touches."""

    clock: Hands
    company: Company
    product: Product
    courier: Courier
    people: People

    def get(self, path: str, **params: str) -> dict[str, Any]:
        """A GET with a good token."""
        return self._call("GET", path, params, None)

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """A POST with a good token."""
        return self._call("POST", path, {}, json.dumps(body).encode())

    def code(self, path: str, body: Mapping[str, object]) -> int:
        """Only the errcode of a POST."""
        return int(self.post(path, body)["errcode"])

    def raw(self, method: str, path: str, params: Mapping[str, str], body: bytes | None = None) -> dict[str, Any]:
        """A call as given, without a token of ours."""
        status, _headers, content = inprocess.handle(
            self.company, method, f"https://qyapi.weixin.qq.com/cgi-bin/{path}", params, body
        )
        assert status == 200
        answer: dict[str, Any] = json.loads(content)
        return answer

    def token(self) -> str:
        corp = self.company.corp
        return str(self.raw("GET", "gettoken", {"corpid": corp.corp_id, "corpsecret": corp.secret})["access_token"])

    def _call(self, method: str, path: str, params: Mapping[str, str], body: bytes | None) -> dict[str, Any]:
        return self.raw(method, path, {"access_token": self.token(), **params}, body)


@pytest.fixture
def world() -> World:
    clock = Hands()
    company = Company(Corp(), clock, random.Random(7))
    product = Product(company.corp)
    courier = Courier(company, product)
    people = People(company, courier)
    people.hire("adv01", "林顾问")
    people.hire("adv02", "苏顾问")
    people.hire("op01", "运营小王", servicer=False)
    return World(clock, company, product, courier, people)


@pytest.fixture
def customer(world: World) -> str:
    return world.people.meet("赵阿姨")


@pytest.fixture
def kf_text(world: World, customer: str) -> Mapping[str, object]:
    """A text to the customer through 微信客服."""
    return {
        "touser": customer,
        "open_kfid": world.company.kf_account,
        "msgtype": "text",
        "text": {"content": "您好"},
    }
