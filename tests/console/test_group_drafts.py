"""群内草稿: the owner gets the approved answer, copies it with one tap, and says what became of it."""

import re

from models.group_draft import GroupDraft
from tests.browser import PHONE, chromium, served, window
from tests.console.desk import Seat
from tests.world import World


def asked(world: World) -> str:
    """Somebody asks in the group; where the owner's card leads."""
    who = world.in_group("王女士")
    world.group_hears("请问怎么开户？我的手机号13800138000", by=who)
    card = [one for one in world.company.books.of("op01") if one.kind == "template_card"][-1]
    return str(re.search(r"/console/drafts/\d+", str(card.body))[0])  # type: ignore[index]  # there or the test fails


def test_the_card_leads_to_the_whole_answer_and_numbers_of_persons_are_masked(sqlite_world: World) -> None:
    at = asked(sqlite_world)
    owner = Seat(sqlite_world, "op01", "advisor")
    page = owner.get(at).text
    draft = sqlite_world.rows(of=GroupDraft)[-1]
    assert draft.answer[:20] in page
    assert "13800138000" not in page
    assert "13800138000" not in draft.question
    assert owner.post(at, outcome="used").status_code == 303
    assert "已发到群里" in owner.get("/console/drafts").text
    assert owner.post(at, outcome="elsewhere").status_code == 400


def test_a_colleague_who_owns_another_group_sees_nothing_of_it(sqlite_world: World) -> None:
    at = asked(sqlite_world)
    other = Seat(sqlite_world, "adv02", "advisor")
    assert other.get(at).status_code == 404
    assert other.post(at, outcome="used").status_code == 404
    assert at not in other.get("/console/drafts").text


def test_one_tap_on_a_phone_copies_it(sqlite_world: World) -> None:
    at = asked(sqlite_world)
    with chromium() as browser, served(sqlite_world.site.door) as base:
        page, complaints = window(browser, Seat(sqlite_world, "op01", "advisor").cookie, base, PHONE, "light")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base)
        page.goto(base + at)
        page.get_by_role("button", name="复制").click()
        page.get_by_role("button", name="已复制，回到群里粘贴发送").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.replace("\r\n", "\n") == sqlite_world.rows(of=GroupDraft)[-1].answer
        assert complaints == []


def test_drafts_are_let_go_after_ninety_days(sqlite_world: World) -> None:
    asked(sqlite_world)
    sqlite_world.forward(days=92)
    assert sqlite_world.rows(of=GroupDraft) == []
