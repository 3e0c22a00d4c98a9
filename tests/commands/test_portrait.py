"""Clusters: three groups in the order of their appetite, told in sentences, the same again the next time."""

import random

from commands.portrait import clustered
from models.member import Member
from models.portrait import MemberTag, MemberTopic
from models.rfm import RfmState
from tests.world import World

WORLDS = {"steady": ("repo", "cash"), "growing": ("etf", "fund"), "bold": ("margin", "option")}


def test_members_alike_are_grouped_and_told_about(sqlite_world: World) -> None:
    rng = random.Random(4)
    with sqlite_world.product.db.work() as work:
        assert clustered(work) is None
        for number in range(60):
            style = ("steady", "growing", "bold")[number % 3]
            who = f"wm{style:>28}{number:02d}".replace(" ", "0")
            work.session.add(Member(id=who, name="", tier="", tier_why="", first_seen_at=work.now))
            busy = {"steady": 2, "growing": 8, "bold": 25}[style] + rng.randrange(2)
            state = RfmState(member_id=who, first_at=work.now, last_at=work.now, count_30d=busy, days_30d=busy // 2)
            work.session.add(state)
            for topic in WORLDS[style]:
                work.session.add(MemberTopic(member_id=who, topic=topic, count=3, last_at=work.now))
        work.session.flush()
        made = clustered(work)
        assert made is not None
        assert made.sizes == {"steady": 20, "growing": 20, "bold": 20}
        assert made.stability is None
        assert made.profiles[2].startswith("激进（20 人）")
        assert "融资融券" in made.profiles[2]
        again = clustered(work)
        assert again is not None
        assert again.stability == 1.0
    tags = {one.member_id: one.tag_key for one in sqlite_world.rows(MemberTag.source == "cluster", of=MemberTag)}
    assert all(key.removeprefix("style:") in who for who, key in tags.items())
