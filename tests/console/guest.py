"""A member's phone: opened through WeCom, forms with their token."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.test import Client, TestResponse

from simulator.api import oauth
from tests.world import World

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"}


class Guest:
    """One person's browser."""

    def __init__(self, world: World, who: str) -> None:
        self._world, self._who = world, who
        self._web = Client(world.site.door)

    def get(self, path: str) -> TestResponse:
        """A page, by way of WeCom where it asks who it is."""
        answer = self._web.get(path, headers=PHONE)
        if answer.status_code != 302:
            return answer
        query = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        back = urlsplit(oauth.back_to(self._world.company, query, self._who))
        self._web.get(f"{back.path}?{back.query}", headers=PHONE)
        return self._web.get(path, headers=PHONE)

    def post(self, path: str, **said: Any) -> TestResponse:
        """The page's form; the page itself where it has none."""
        page = self.get(path)
        if 'name="csrf" value="' not in page.text:
            return page
        token = page.text.split('name="csrf" value="')[1].split('"')[0]
        return self._web.post(path, data={"csrf": token, **said}, headers=PHONE)
