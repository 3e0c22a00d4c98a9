"""Rigs of real processes, on both databases."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis as redis_client

from tests import servers
from tests.chaos.rig import Rig

MakeRig = Callable[[int], Rig]


@pytest.fixture(params=["sqlite", "postgres"])
def make_rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeRig]:
    """A rig for a seed; everything it started is ended afterwards, whatever happened."""
    made: list[Rig] = []
    if request.param == "sqlite":
        database, redis_url, server = f"sqlite:///{tmp_path / 'bot.db'}", "", None
    else:
        server = request.getfixturevalue("postgres")
        assert isinstance(server, servers.Postgres)
        database, redis_url = server.create(), request.getfixturevalue("redis_url")
        redis_client.Redis.from_url(redis_url).flushall()

    def make(seed_number: int) -> Rig:
        made.append(Rig.build(request.param, tmp_path, database, redis_url, seed_number))
        return made[0]

    yield make
    for rig in made:
        for name in list(rig.stage.running):
            rig.stage.kill(name)
    if server is not None:
        server.drop(database)
