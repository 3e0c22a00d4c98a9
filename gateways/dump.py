"""A database as one file and back: SQLite's online backup, PostgreSQL's pg_dump and pg_restore."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

NEWEST_FIRST = "/usr/lib/postgresql/*/bin"
"""Where Debian keeps the tools of each version."""


class DumpError(Exception):
    """The database could not be written out or read in; the message says why and what to do."""


def dump(url: str, path: Path) -> None:
    """The whole database as of one moment, while others go on writing. DumpError."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        with closing(_reading(Path(str(made.database)))) as source, closing(sqlite3.connect(path)) as copy:
            source.backup(copy, pages=1000)
    else:
        _run("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", f"--file={path}"])


def load(url: str, path: Path) -> None:
    """An empty database becomes what was dumped. DumpError: PostgreSQL is empty as before, SQLite may hold a part."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        target = Path(str(made.database))
        target.parent.mkdir(parents=True, exist_ok=True)
        with closing(_reading(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    else:
        words = ["--single-transaction", "--no-owner", "--no-privileges", f"--dbname={made.database}"]
        _run("pg_restore", url, [*words, str(path)])


def _reading(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise DumpError(f"{path} 不存在：检查 DATABASE_URL")
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _run(tool: str, url: str, words: list[str]) -> None:
    """Where to connect goes by environment: arguments can be read by everybody on the machine."""
    found = shutil.which(tool) or next((str(one) for one in _installed(tool)), None)
    if found is None:
        raise DumpError(f"找不到 {tool}：请安装 PostgreSQL 客户端（版本不低于服务器），并放进 PATH")
    made = make_url(url)
    parts = {
        "PGHOST": made.host or made.query.get("host"), "PGPORT": made.port or made.query.get("port"),
        "PGUSER": made.username, "PGPASSWORD": made.password, "PGDATABASE": made.database,
    }  # fmt: skip
    env = {name: str(value) for name, value in parts.items() if value}
    done = subprocess.run([found, *words], env={**os.environ, **env}, capture_output=True, text=True, check=False)  # noqa: S603, TID251 a tool of the database's own
    if done.returncode:
        raise DumpError(f"{tool} 失败（{done.returncode}）：{done.stderr.strip()[-300:]}")


def _installed(tool: str) -> list[Path]:
    folders = sorted(Path("/").glob(NEWEST_FIRST.lstrip("/")), reverse=True)
    return [folder / tool for folder in folders if (folder / tool).exists()]
