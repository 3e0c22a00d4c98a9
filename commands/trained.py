"""Trains the matcher of a base in a process of its own, and keeps that of a base which nobody has released yet.

Training needs 250 MB and all of the interpreter for seconds; a process that takes callbacks has neither to give.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

from config import data
from gateways.encoder import UseEncoder
from rules.grams import Background
from rules.match import Entry
from rules.model import NotTrained

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Base:
    """What is trained on, with sentence vectors or by letters alone; `folder` keeps it and makes no difference."""

    entries: tuple[Entry, ...]
    sentences: bool
    folder: Path = field(compare=False)

    def path(self) -> Path:
        """Where it is kept: another base, another background or other code has another name."""
        said = hashlib.sha256(_order(self.entries, sentences=self.sentences))
        for file in (*sorted((ROOT / "rules").glob("*.py")), *data.background_files()):
            said.update(file.read_bytes())
        return self.folder / f"{said.hexdigest()[:32]}.npz"


@lru_cache(maxsize=2)
def kept(base: Base) -> bytes:
    """The artefact of a base, from its file or trained now. NotTrained."""
    path = base.path()
    if path.exists():
        return path.read_bytes()
    artefact = apart(base.entries, sentences=base.sentences)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_bytes(artefact)
    fresh.replace(path)
    return artefact


def apart(entries: Sequence[Entry], *, sentences: bool) -> bytes:
    """Train in another process. NotTrained."""
    done = subprocess.run(
        [sys.executable, "-m", "commands.trained"],
        input=_order(entries, sentences=sentences), capture_output=True, cwd=ROOT, check=False,
    )  # fmt: skip
    if done.returncode or not done.stdout:
        raise NotTrained(f"FAQ training ended with {done.returncode}: {done.stderr.decode(errors='replace')[-400:]}")
    return done.stdout


def background() -> Background:
    """What every base is trained against."""
    return Background(talk=tuple(data.chatter()), hanzi=data.hanzi())


def _order(entries: Sequence[Entry], *, sentences: bool) -> bytes:
    return json.dumps({"entries": [asdict(one) for one in entries], "sentences": sentences}).encode()


def main() -> None:
    """An order on stdin, the artefact on stdout."""
    from rules.train import build  # not where messages are handled

    order = json.load(sys.stdin)
    entries = [Entry(**one | {"paraphrases": tuple(one["paraphrases"])}) for one in order["entries"]]
    sys.stdout.buffer.write(build(entries, background(), UseEncoder() if order["sentences"] else None))


if __name__ == "__main__":
    main()
