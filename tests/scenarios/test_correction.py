"""更正: what was wrong is stopped, and exactly those who got it hear what is right, whatever else they had."""

import pytest

from models import approval, content_version, correction
from models.content import Content, PushPlan, hash_of
from models.ledger import Evidence
from models.plan import Actor, Refused
from tests.console.desk import Seat
from tests.world import World

WORDS = "更正：上一条中的时间有误，以官方公告为准。"


@pytest.fixture
def author(sqlite_world: World) -> Seat:
    return Seat(sqlite_world, "小编", "author")


def sent(world: World, segment: str = "groups:all") -> int:
    """A push its owner has tapped; we have not looked since."""
    made = world.plan(f"once {world.minutes_from_now(1):%Y-%m-%dT%H:%M:%S}", "H-MID", segment)
    world.forward(minutes=2)
    world.owner_taps()
    return made


def approved(world: World, number: int) -> None:
    """The correction's words and plan, by somebody else."""
    checker = Actor("老审", "approver")
    with world.product.db.work() as work:
        made = work.session.get_one(PushPlan, number)
        content = work.session.get_one(Content, made.content_id)
        content_version.approve(work, content, hash_of(content.body), checker)
        approval.submit(work, made, Actor("小编", "author"))
        approval.approve(work, made, 1, checker)


def corrections(world: World) -> list[PushPlan]:
    return [one for one in world.rows(of=PushPlan) if one.corrects]


def test_whoever_got_it_gets_the_correction_beyond_the_cap_and_nobody_else(sqlite_world: World, author: Seat) -> None:
    world = sqlite_world
    late = world.people.found_group("后建的群", "op01")
    world.settle()
    wrong = sent(world, f"groups:{world.group}")
    assert author.post(f"/console/plans/{wrong}/correct", words=WORDS).status_code == 303
    (made,) = corrections(world)
    approved(world, made.id)
    world.forward(minutes=40)
    assert world.outcome(made.id).keys() == {world.group}
    assert world.outcome(made.id)[world.group][0] in ("tasked", "sent")
    assert world.outcome(wrong)[world.group][0] == "sent"
    assert any(WORDS in one.content for one in world.company.mass.values())
    assert late not in {target for one in world.company.mass.values() for target in one.targets}
    facts = [one for one in world.rows(of=Evidence) if one.kind == "correction"]
    assert [one.ref for one in facts] == [f"plan:{made.id}"]


def test_what_still_runs_is_stopped_and_called_back(sqlite_world: World, author: Seat) -> None:
    world = sqlite_world
    wrong = world.plan("weekly 3 10:01", "H-MID")
    world.forward(minutes=2)
    before = world.company.calls.get("externalcontact/cancel_groupmsg_send", 0)
    author.post(f"/console/plans/{wrong}/correct", words=WORDS)
    world.settle()
    assert world.company.calls["externalcontact/cancel_groupmsg_send"] == before + 1
    assert next(one.status for one in world.rows(of=PushPlan) if one.id == wrong) == "paused"


def test_forbidden_words_and_pushes_nobody_got_are_refused(sqlite_world: World, author: Seat) -> None:
    world = sqlite_world
    quiet = world.plan("weekly 5 16:00", "H-MID")
    assert "没有到达任何人" in author.post(f"/console/plans/{quiet}/correct", words=WORDS).text
    wrong = sent(world)
    author.post(f"/console/plans/{wrong}/correct", words="更正：其实是稳赚不赔")
    (made,) = corrections(world)
    with pytest.raises(Refused, match="合规检查禁止发送"):
        approved(world, made.id)
    with world.product.db.work() as work, pytest.raises(Refused, match="不能再更正"):
        correction.begin(work, work.session.get_one(PushPlan, made.id), WORDS, Actor("小编", "author"))
