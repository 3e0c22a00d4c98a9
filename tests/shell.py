"""A person at the command line: in this process, or in one of its own where that is what is tried."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from run import main
from tests.world import KEYS, World

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(slots=True)
class Shell:
    """A folder of its own and an environment without anybody's settings but `home`."""

    folder: Path
    home: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World, folder: Path) -> "Shell":
        """On a world's own database and keys."""
        return cls(folder, {**KEYS, "DATABASE_URL": world.product.settings.DATABASE_URL})

    def __call__(self, *words: str, **env: str) -> Done:
        """In this process."""
        made = CliRunner().invoke(main, [*words], env=self._env(env))
        if made.exception is not None and not isinstance(made.exception, SystemExit):
            raise made.exception
        return Done(made.exit_code, made.stdout, made.stderr)

    def apart(self, *words: str, **env: str) -> Done:
        """In a process of its own, as people start it."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "run.py"), *words],
            cwd=self.folder, env=self._env(env), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def json(self, *words: str, **env: str) -> dict[str, Any]:
        """What a program reads."""
        done = self(*words, "--json", **env)
        assert done.stdout, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def _env(self, env: dict[str, str]) -> dict[str, str]:
        database = f"sqlite:///{self.folder / 'bot.db'}"
        return {"PATH": "/usr/bin:/bin", "BOT_VAR": str(self.folder), "DATABASE_URL": database, **self.home, **env}
