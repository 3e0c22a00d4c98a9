"""An advisor's queries find their own clients and nobody else's."""

from sqlalchemy import select

from models.member import Member
from models.scope import Viewer, narrow
from tests.world import World


def seen(world: World, viewer: Viewer) -> set[str]:
    with world.product.db.read() as session:
        return set(session.scalars(narrow(select(Member.id), viewer, Member.id)))


def test_advisors_find_their_own_clients_and_lose_them_with_the_relation(world: World) -> None:
    mine, theirs = world.friend("赵阿姨", "adv01"), world.friend("钱先生", "adv02")
    assert seen(world, Viewer(name="adv01", role="advisor")) == {mine}
    assert seen(world, Viewer(name="苏顾问", role="advisor", employee="adv02")) == {theirs}
    assert {mine, theirs} <= seen(world, Viewer(name="王", role="operator"))
    assert seen(world, Viewer(name="离职", role="advisor")) == set()
    world.deletes(mine, "adv01")
    assert seen(world, Viewer(name="adv01", role="advisor")) == set()
