"""Browser windows on the chat page, and a product that says nothing."""

from http.server import BaseHTTPRequestHandler
from urllib.parse import urlencode

from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.simulator.serving import Served

PATIENCE = 8000
"""Milliseconds until something that should appear is missed; the page asks every second."""


class Acks(BaseHTTPRequestHandler):
    """A product that takes every callback and says nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Keeps quiet."""


class Screens:
    """Opens the page as somebody, in a window of its own; whatever the page complains of fails the test.

    Windows are used again, being slow to open. They are no tabs: the browser paints a tab behind once a second.
    """

    def __init__(self, browser: Browser, served: Served) -> None:
        self.complaints: list[str] = []
        self._browser = browser
        self._base = served.base
        self._free: list[Page] = []
        self._used: list[Page] = []

    def __call__(self, person: str = "", talk: str = "", path: str = "/") -> Page:
        page = self._free.pop() if self._free else self._window()
        self._used.append(page)
        where = urlencode({name: value for name, value in (("as", person), ("talk", talk)) if value})
        page.goto(f"{self._base}{path}#{where}" if where else f"{self._base}{path}")
        return page

    def _window(self) -> Page:
        page = self._browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", self._complain)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _complain(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def clear(self) -> None:
        """Forget what the last test left behind."""
        while self._used:
            page = self._used.pop()
            page.evaluate("sessionStorage.clear(), localStorage.clear()")
            page.goto("about:blank")
            self._free.append(page)
        self.complaints.clear()

    def close(self) -> None:
        for page in [*self._free, *self._used]:
            page.context.close()
