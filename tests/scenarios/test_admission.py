"""What registers and standings keep from going out, and members' offences in groups."""

from datetime import date, timedelta

from models.content import Content
from models.ledger import Evidence
from models.register import GroupRecord, Licence
from models.suitability import MemberSuitability
from models.violation import Violation
from tests.world import World

FIELDS = {"nickname": "您", "product": "示例产品", "date": "12月1日"}


def push(world: World, content: str, segment: str, **fields: str) -> dict[str, tuple[str, str]]:
    moment = world.minutes_from_now(1)
    plan = world.plan(f"once {moment:%Y-%m-%dT%H:%M:%S}", content, segment, fields=fields)
    world.forward(minutes=2)
    return world.outcome(plan)


def note(world: World, *rows: object) -> None:
    with world.product.db.work() as work:
        work.session.add_all(rows)


def entry(world: World, chat: str, review_on: date) -> GroupRecord:
    return GroupRecord(
        chat_id=chat, owner_id="op01", officer="op01", purpose="投教", review_on=review_on, by="甲", at=world.hands.now
    )


def test_a_group_past_its_review_gets_nothing_until_somebody_has_looked(sqlite_world: World) -> None:
    world = sqlite_world
    today = world.hands.now.date()
    note(world, entry(world, world.group, today))
    assert push(world, "H-MID", "groups:all")[world.group] == ("withheld", f"群登记已到复核日 {today}")
    world.edit(GroupRecord, world.group, review_on=today + timedelta(days=90))
    assert push(world, "H-MID", "groups:all")[world.group][0] == "tasked"


def test_product_content_goes_to_no_group_and_only_to_whom_it_suits(sqlite_world: World) -> None:
    world = sqlite_world
    world.edit(Content, "S-DUE", product_risk="R3")
    fits, unknown, low = (world.client(name, "P") for name in ("合适", "未知", "偏低"))
    for who, level in ((fits, "C4"), (low, "C1")):
        row = MemberSuitability(
            member_id=who, level=level, lowest=False, professional=False, expires_on=date(2027, 11, 1),
            source_ref="A1", at=world.hands.now,
        )  # fmt: skip
        note(world, row)
    for who in (fits, unknown, low):
        world.member_says("同意4", by=who)
    found = push(world, "S-DUE", "tier:P", **FIELDS)
    assert found[fits] == ("tasked", "")
    assert found[unknown][1].startswith("SUIT-UNKNOWN")
    assert found[low][1].startswith("SUIT-ABOVE")
    world.edit(Content, "H-MID", product_risk="R1")
    assert push(world, "H-MID", "groups:all")[world.group][1].startswith("SUIT-GROUP")


def test_a_live_stream_is_announced_only_under_a_licence_in_force(sqlite_world: World) -> None:
    world = sqlite_world
    licence = Licence(number="S001", name="甲", employee_id="adv01", expires_on=date(2027, 1, 1), by="乙",
                      at=world.hands.now)  # fmt: skip
    note(world, licence)
    stream = world.live_stream("2026-11-25 15:00")
    plan = world.plan("once 2026-11-25T14:00", "L-T10M", kind="live_reminder", live_id=stream)
    world.until("2026-11-25 14:01")
    assert world.outcome(plan)[world.group] == ("withheld", "主讲人资格未登记或已过期")


def test_an_offence_is_kept_and_the_owner_told_once_and_nobody_removed(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("喊单的")
    world.group_hears("免费送牛股，想要的加我私人微信 13812345678", who)
    world.group_hears("内幕消息，下周重组确定了", who)
    rows = world.rows(of=Violation)
    assert [one.state for one in rows] == ["open", "open"]
    assert "13812345678" not in rows[0].quote
    (card,) = [one for one in world.cards("op01") if one.task_id.startswith("offence-")]
    world.clicks("op01", "handled", world.cards("op01").index(card))
    assert {one.state for one in world.rows(of=Violation)} == {"handled", "open"}
    assert len(world.rows(Evidence.kind == "member_offence", of=Evidence)) == 3
    assert who in world.company.groups[world.group].members


def test_a_question_in_the_group_is_answered_and_no_offence(sqlite_world: World) -> None:
    world = sqlite_world
    who = world.in_group("提问的")
    world.group_hears("这个产品保本吗？", who)
    world.group_hears("有没有稳赚的基金推荐一下呗", who)
    assert world.rows(of=Violation) == []
