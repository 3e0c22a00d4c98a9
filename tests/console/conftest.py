"""A console with a language model to draft with."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateways.llm_server import Model, model
from tests.world import World


@pytest.fixture
def server() -> Iterator[Model]:
    """The model, running on this machine."""
    with model() as running:
        yield running


@pytest.fixture
def drafting(seeded_sqlite: Path, tmp_path: Path, server: Model) -> Iterator[World]:
    """A world whose console may ask it for 100,000 tokens a month."""
    shutil.copy(seeded_sqlite, tmp_path / "bot.db")
    more = {"BOT_LLM_URL": server.url, "BOT_LLM_KEY": "k", "BOT_LLM_MODEL": "m", "BOT_LLM_MONTHLY_TOKENS": "100000"}
    made = World(tmp_path, f"sqlite:///{tmp_path / 'bot.db'}", **more)
    yield made
    made.close()
