"""Names, remarks, group names, chat and whatever else people typed never run: every page, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from models.evidence import record
from models.token import issue
from tests.browser import DESK, chromium, served, window
from tests.console.desk import Seat
from tests.console.matrix import CLIENT, EVERYONE, MATRIX, OPEN, Row
from tests.world import World

MARK = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
ATTRIBUTE = '" autofocus onfocus="document.title=\'owned\'" x="'
FILES = ("/console/faq/file", "/console/static", "/m/", "/r/", "/healthz", "/readyz", "/metrics")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def hostile(sqlite_world: World) -> World:
    """A community in which everybody writes markup wherever they can."""
    world = sqlite_world
    who = world.client(MARK, "S")
    world.people.found_group(MARK, "op01")
    world.joins(who)
    world.group_hears(f"怎么开户 {MARK}", by=who)
    world.member_says(f"我要投诉 {MARK}", by=who)
    world.member_says(ATTRIBUTE, by=who)
    admin = Seat(world, f"管理{ATTRIBUTE}"[:64], "admin")
    for text in (MARK, ATTRIBUTE):
        admin.post("/console/accounts/add", name=text[:64], role="author", employee=text[:64])
    form = {"type": "weekly", "kind": "education", "channel": "group", "risk_tip": "general"}
    admin.post("/console/contents/new", **form, id="WK-98", body=f"本周课程 {MARK} {ATTRIBUTE}")
    with world.product.db.work() as work:
        issue(work, MARK, ["trading:write"], 30, ATTRIBUTE)
        record(work, "operator_action", "", {"by": MARK, MARK: ATTRIBUTE}, ref=MARK)
    world.plan("weekly 5 16:00", content="WK-98")
    world.settle()
    return world


@pytest.fixture
def base(hostile: World) -> Iterator[str]:
    with served(hostile.site.door) as address:
        yield address


def address(row: Row) -> str:
    parts = [
        row.args[one.strip("<>").rsplit(":", 1)[-1]] if one.startswith("<") else one for one in row.rule.split("/")
    ]
    return "/".join(parts)


def test_nothing_anybody_wrote_runs_on_any_page(hostile: World, base: str, browser: Browser) -> None:
    page, complaints = window(browser, Seat(hostile, "赵管理", "admin").cookie, base, DESK, "light")
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    visited = 0
    for row in MATRIX:
        shown = row.roles in (EVERYONE, OPEN) or "admin" in row.roles.split()
        if "GET" not in row.methods.split() or not shown or CLIENT in str(row.args) or row.rule.startswith(FILES):
            continue
        if row.rule.startswith("/console/login/wecom"):
            continue
        page.goto(f"{base}{address(row)}")
        assert page.title() != "owned", row.rule
        assert page.locator("main img[src=x], main [onfocus], main [onerror], main script").count() == 0, row.rule
        visited += 1
    assert visited > 15
    assert [one for one in complaints if "Content Security Policy" in one or "owned" in one] == []
