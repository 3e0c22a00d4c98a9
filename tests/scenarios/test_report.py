"""The weekly report: on Monday morning, once, to those who run the community, with last week's figures."""

import io

from PIL import Image

from tests.world import World


def reports(world: World, who: str) -> list[str]:
    return [text for text in world.heard(who) if text.startswith("【社群周报】")]


def test_the_week_is_told_once_on_monday_morning_to_those_who_run_it(world: World) -> None:
    who = world.client("王女士", "A")
    world.joins(who)
    world.group_hears("今天的课在哪里看", by=who)
    world.member_says("怎么开户", by=who)
    world.until("2026-11-30 08:50")
    assert reports(world, "op01") == []
    world.until("2026-11-30 09:10")
    world.forward(hours=8)
    text = reports(world, "op01")
    assert len(text) == 1
    assert text[0].splitlines()[0] == "【社群周报】11-23 至 11-29（括号内为前一周）"
    assert "在群 1（0）；发言率 100.0%（—）" in text[0]
    assert "提问 1（0）；直接回答的占 100.0%（—）" in text[0]
    assert reports(world, "adv01") == []
    pictures = [one for one in world.company.books.of("op01") if one.kind == "image"]
    assert len(pictures) == 1
    (kept,) = (body for kind, _name, body, _until in world.company.media.values() if kind == "image")
    with Image.open(io.BytesIO(kept)) as drawn:
        assert (drawn.format, drawn.width) == ("PNG", 900)
    world.forward(days=1)
    assert len(reports(world, "op01")) == 1
