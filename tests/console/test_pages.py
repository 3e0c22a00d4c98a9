"""Every page of the menu in a real browser: it can be read by everybody, runs nothing foreign, and fits a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from console.nav import SECTIONS
from tests.browser import DESK, PHONE, chromium, served, window
from tests.console.desk import Seat
from tests.world import World

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
SERIOUS = ("serious", "critical")
LINKS = [link for _, links in SECTIONS for link in links]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def lived_in(sqlite_world: World) -> World:
    """A community in which something has happened, some of it under hostile names."""
    world = sqlite_world
    who = world.client(HOSTILE, "S")
    world.joins(who)
    world.group_hears(f"怎么开户 {HOSTILE}", by=who)
    world.member_says("我要销户", by=who)
    world.member_says("你们这个月卡怎么办理", by=who)
    world.plan("weekly 5 16:00")
    world.people.found_group(HOSTILE, "op01")
    world.settle()
    return world


@pytest.fixture
def base(lived_in: World) -> Iterator[str]:
    with served(lived_in.site.door) as address:
        yield address


def barriers(page: Page) -> list[str]:
    """What keeps people with a screen reader, a keyboard or weak eyes out of this page."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url}: {one['id']} {one['nodes'][0]['target']}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out_or_runs_what_it_shows(
    lived_in: World, base: str, browser: Browser, scheme: str
) -> None:
    seat = Seat(lived_in, "管理员", "admin")
    page, complaints = window(browser, seat.cookie, base, DESK, scheme)
    wrong = []
    for link in LINKS:
        if "admin" in link.roles:
            page.goto(f"{base}{link.path}")
            wrong += barriers(page)
            assert page.title() != "owned", link.path
    assert (wrong, complaints) == ([], [])


def test_every_page_an_advisor_sees_fits_a_phone(lived_in: World, base: str, browser: Browser) -> None:
    seat = Seat(lived_in, "adv01", "advisor")
    page, complaints = window(browser, seat.cookie, base, PHONE, "light")
    wide = []
    for link in LINKS:
        if "advisor" in link.roles:
            page.goto(f"{base}{link.path}")
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wide.append(link.path)
    assert (wide, complaints) == ([], [])


def test_an_operator_plans_and_an_approver_approves_with_scripts_off(
    lived_in: World, base: str, browser: Browser
) -> None:
    for seat, deed in ((Seat(lived_in, "小编", "operator"), "plan"), (Seat(lived_in, "老审", "approver"), "approve")):
        context = browser.new_context(java_script_enabled=False)
        context.add_cookies([{"name": "console", "value": seat.cookie, "url": f"{base}/console/"}])
        page = context.new_page()
        page.set_default_timeout(60_000)
        if deed == "plan":
            page.goto(f"{base}/console/plans/new")
            page.locator("[name=name]").fill("周五问候")
            page.locator("[name=content_id]").select_option("H-MID")
            page.locator("[name=weekday]").select_option("5")
            page.get_by_role("button", name="保存草稿").click()
            page.get_by_role("button", name="提交审批").click()
        else:
            page.goto(f"{base}/console/plans")
            page.get_by_role("link", name="周五问候").click()
            page.get_by_role("button", name="批准").click()
            assert "已批准，计划开始运行" in page.content()
        context.close()
