"""The guides show the console as it is: their pictures are taken here, and each of them is there and used.

`make guides` takes them anew into docs/guides/pictures.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import DESK, PHONE, chromium, served, window
from tests.console.desk import Seat
from tests.console.test_engagements import VOTE, approved, takes
from tests.world import World

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"
PICTURES = GUIDES / "pictures"
SHOTS = {
    "overview": ("operator", DESK, "/console/"),
    "calendar": ("operator", DESK, "/console/calendar"),
    "plan-new": ("operator", DESK, "/console/plans/new"),
    "plan-approve": ("approver", DESK, "/console/plans"),
    "content-edit": ("author", DESK, "/console/contents"),
    "copydesk": ("author", DESK, "/console/contents/draft?topic=怎么开户&audience=30 岁程序员，稳健型"),
    "engagement": ("operator", DESK, "/console/engagements/1"),
    "faq": ("operator", DESK, "/console/faq"),
    "faq-learning": ("operator", DESK, "/console/faq/learning"),
    "tiers": ("operator", DESK, "/console/tiers"),
    "reports": ("operator", DESK, "/console/reports"),
    "opinion": ("approver", DESK, "/console/opinion"),
    "compliance": ("approver", DESK, "/console/compliance"),
    "evidence": ("auditor", DESK, "/console/evidence"),
    "letters": ("operator", DESK, "/console/letters"),
    "accounts": ("admin", DESK, "/console/accounts"),
    "system": ("admin", DESK, "/console/system"),
    "costs": ("operator", DESK, "/console/costs"),
    "advisor-sidebar": ("advisor", PHONE, "/console/sidebar"),
    "advisor-alerts": ("advisor", PHONE, "/console/alerts"),
    "advisor-tasks": ("advisor", PHONE, "/console/tiers/tasks"),
}
"""Name -> who looks, on what, at which page."""
NAMES = {"advisor": "adv01", "operator": "运营小王", "approver": "合规老周", "author": "编辑小李"}


@pytest.fixture
def community(sqlite_world: World) -> World:
    """A working week."""
    world = sqlite_world
    wang, li = world.client("王女士", "S"), world.client("李先生", "A")
    for who in (wang, li):
        world.joins(who)
    world.group_hears("请问怎么开户", by=li)
    world.member_says("我要销户", by=wang)
    for text in ("你们这个月卡怎么办理", "月卡怎么办", "港股通那个测试在哪里做来着"):
        world.member_says(text, by=li)
    world.plan("weekly 5 16:00")
    activity = approved(world, kind="vote", questions=VOTE, title="下周想听哪一课")
    takes(world, activity, wang, q0="1")
    world.forward(hours=3)
    world.settle()
    return world


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_every_picture_of_the_guides_can_be_taken(community: World, browser: Browser, tmp_path: Path) -> None:
    folder = PICTURES if os.environ.get("TEST_GUIDES") == "write" else tmp_path
    folder.mkdir(exist_ok=True)
    with served(community.site.door) as base:
        for name, (role, size, path) in SHOTS.items():
            page, complaints = window(browser, Seat(community, NAMES.get(role, role), role).cookie, base, size, "light")
            answer = page.goto(f"{base}{path}")
            assert answer is not None
            assert (answer.status, complaints) == (200, []), path
            page.screenshot(path=folder / f"{name}.png")
            assert (folder / f"{name}.png").stat().st_size > 10_000, f"{name} shows next to nothing"
            page.context.close()


def test_the_guides_show_every_picture_and_no_other() -> None:
    words = "".join(guide.read_text(encoding="utf-8") for guide in GUIDES.glob("*.md"))
    shown = set(re.findall(r"\(pictures/([\w-]+)\.png\)", words))
    assert shown == set(SHOTS) == {path.stem for path in PICTURES.glob("*.png")}
