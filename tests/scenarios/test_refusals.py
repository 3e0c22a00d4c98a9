"""What must not happen at the console is refused with a reason, and the refusal is evidence."""

import json
from datetime import timedelta

import pytest
from flask import Blueprint, Flask
from sqlalchemy import select

from console.app import console
from models.content import Content
from models.content_version import ContentVersion
from models.evidence import content_of
from models.ledger import Evidence
from tests.console.desk import Seat
from tests.world import World


def facts(world: World, kind: str) -> list[dict[str, object]]:
    with world.product.db.read() as session:
        rows = session.scalars(select(Evidence).where(Evidence.kind == kind).order_by(Evidence.id))
        return [json.loads(content_of(session, one) or "{}") for one in rows]


def test_a_push_is_made_sent_and_answered_for_in_the_evidence(world: World) -> None:
    world.plan("once 2026-11-25T16:05")
    world.until("2026-11-25 16:10")
    assert world.owner_taps() == 1
    world.until("2026-11-25 18:00")
    audience = facts(world, "audience")[0]
    assert audience["size"] == 1
    assert len(str(audience["sha256"])) == 64
    assert [one["states"] for one in facts(world, "provider_answer")][-1] == {"1": 1}


def test_a_hand_over_is_on_record(world: World) -> None:
    world.member_says("转人工")
    assert facts(world, "hand_over")


def test_nobody_approves_their_own_words_nor_words_edited_since(sqlite_world: World) -> None:
    boss, checker = Seat(sqlite_world, "王管理", "admin"), Seat(sqlite_world, "李审批", "approver")
    form = {"id": "WK-99", "type": "weekly", "kind": "education", "channel": "group", "risk_tip": "general"}
    boss.post("/console/contents/new", **form, body="本周课程：怎么看懂年报")
    [version] = sqlite_world.rows(of=ContentVersion)
    boss.post("/console/contents/WK-99/approve", seen=version.hash)
    boss.post("/console/contents/WK-99/edit", **form, body="换了一句话")
    checker.post("/console/contents/WK-99/approve", seen=version.hash)
    assert not sqlite_world.rows(Content.id == "WK-99", of=Content)[0].approved
    said = [(one["by"], one["why"]) for one in facts(sqlite_world, "refused")]
    assert [name for name, _why in said] == ["王管理", "李审批"]
    assert "双人复核" in str(said[0][1])
    assert "与您看到的不同" in str(said[1][1])


def test_an_advisor_asking_for_somebody_elses_client_is_refused_and_noted(sqlite_world: World) -> None:
    """A page about a member, as any feature puts one up."""
    world = sqlite_world
    client = world.friend("赵阿姨", "adv01")
    flask = Flask("console.app")
    desk = console(flask, world.product.db, world.product.store, world.product.settings, world.product.wecom)
    pages = Blueprint("probe", __name__)

    @desk.page(pages, "/console/probe/<member_id>", ("advisor", "operator"), about="member_id")
    def probe(member_id: str) -> str:
        return f"client {member_id}"

    flask.register_blueprint(pages)
    path = f"/console/probe/{client}"
    owner, stranger = Seat(world, "adv01", "advisor", flask), Seat(world, "adv02", "advisor", flask)
    assert owner.get(path).text == f"client {client}"
    refused = stranger.get(path)
    assert refused.status_code == 403
    assert "不是您名下的客户" in refused.text
    assert [(one["by"], one["why"]) for one in facts(world, "refused")] == [("adv02", "不是本人名下客户")]
    assert [one["by"] for one in facts(world, "viewed")] == ["adv01"]
    stranger.post("/console/break-glass", member_id=client, reason="客户来电称账户被盗，林顾问联系不上")
    assert stranger.get(path).text == f"client {client}"
    world.hands.now += timedelta(hours=1, seconds=1)
    assert stranger.get(path).status_code in (302, 403), "an hour later it is shut, and so may be the session"


@pytest.mark.parametrize("role", ["author", "operator", "advisor"])
def test_a_role_that_may_not_approve_is_told_so_and_noted(sqlite_world: World, role: str) -> None:
    seat = Seat(sqlite_world, f"某{role}", role)
    assert seat.post("/console/contents/H-MID/approve").status_code == 403
    assert facts(sqlite_world, "refused")[-1]["by"] == f"某{role}"


def test_an_answer_that_promises_profit_is_not_even_kept_and_the_attempt_is_on_record(sqlite_world: World) -> None:
    author = Seat(sqlite_world, "小编", "author")
    form = {
        "known": "", "id": "BAD-1", "category": "试", "question": "哪个产品好", "phrasings": "哪个好",
        "answer": "这款产品稳赚不赔", "risk_tip": "none",
    }  # fmt: skip
    assert "稳赚" in author.post("/console/faq/save", **form).text
    noted = [one for one in facts(sqlite_world, "refused") if one["what"] == "/console/faq/save"]
    assert len(noted) == 1
    assert "稳赚" in str(noted[0]["why"])
    assert noted[0]["by"] == "小编"
