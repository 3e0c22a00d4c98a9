"""`run.py backup` and `restore`: everything the product knows in one file, and a new database from it.

The keys are not in it: who finds a backup can read nothing personal, who loses the keys cannot read it either.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
from sqlalchemy import create_engine, func, inspect, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from bot import audit
from commands.opened import local_settings, opened
from commands.say import fail, result
from config.settings import Settings
from gateways import dump
from models import schema
from models.ledger import Evidence
from models.work import utc_now

ABOUT, BODY, FORMAT = "about.json", "database", 1


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def backup(file: Path, *, as_json: bool) -> None:
    """备份数据库到 FILE（可在运行中执行；不含密钥，请另行保管 BOT_DATA_KEY、BOT_SECRET_KEY、BOT_EVIDENCE_KEY）。"""
    if file.exists():
        fail(f"{file} 已存在：换一个文件名，备份从不覆盖")
    settings = local_settings()
    with _in_words(), tempfile.TemporaryDirectory() as folder:
        body = Path(folder) / BODY
        taken_at = utc_now().isoformat()
        dump.dump(settings.DATABASE_URL, body)
        about = _about(settings, body) | {"taken_at": taken_at}
        _pack(file, about, body)
    text = f"已备份到 {file}（SHA-256 {str(about['sha256'])[:16]}…）。密钥不在其中，请另行保管"
    result({"file": str(file), **about}, text, as_json=as_json)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def restore(file: Path, *, as_json: bool) -> None:
    """把 FILE 恢复到 DATABASE_URL 指向的空数据库，升级结构，并核验存证链。"""
    settings = local_settings()
    with tempfile.TemporaryDirectory() as folder:
        body = _unpacked(file, Path(folder), settings)
        with _in_words():
            _must_be_empty(settings)
            dump.load(settings.DATABASE_URL, body)
    with opened() as product, product.db.read() as session:
        found = audit.verify(session, product.db.rules.evidence_seeds)
        records = session.scalar(select(func.count()).select_from(Evidence)) or 0
    verdict = "核验通过" if found.ok else f"从第 {found.first_bad} 条起不一致（{found.why}）"
    text = f"已恢复；存证 {records} 条，{verdict}"
    result({"ok": found.ok, "records": records, "why": found.why}, text, as_json=as_json, ok=found.ok)


@contextmanager
def _in_words() -> Iterator[None]:
    """What a database or a disk refuses, said to the person in a line."""
    try:
        yield
    except dump.DumpError as error:
        fail(str(error))
    except (OperationalError, sqlite3.Error, OSError) as error:
        fail(f"数据库或磁盘不可用：{str(error).splitlines()[0]}。检查 DATABASE_URL 与磁盘后重试")


def _about(settings: Settings, body: Path) -> dict[str, object]:
    revision = schema.current(create_engine(settings.DATABASE_URL, poolclass=NullPool))
    return {
        "format": FORMAT, "kind": _kind(settings), "schema": revision, "bytes": body.stat().st_size,
        "sha256": _digest(body),
    }  # fmt: skip


def _kind(settings: Settings) -> str:
    return "sqlite" if settings.on_sqlite else "postgresql"


def _pack(file: Path, about: Mapping[str, object], body: Path) -> None:
    """Readable by its owner alone; whole or not there at all."""
    fresh = file.with_name(f"{file.name}.part")
    words = json.dumps(about, ensure_ascii=False).encode()
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w") as packed:
            head = tarfile.TarInfo(ABOUT)
            head.size = len(words)
            packed.addfile(head, io.BytesIO(words))
            packed.add(body, BODY, filter=_plain)
        raw.flush()
        os.fsync(raw.fileno())
    fresh.rename(file)


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


def _unpacked(file: Path, folder: Path, settings: Settings) -> Path:
    """The dump inside, once it is what its head says. Nothing else of the archive is written anywhere."""
    body = folder / BODY
    try:
        with tarfile.open(file) as packed, body.open("wb") as out:
            about = json.loads(_inside(packed, ABOUT).read(10_000))
            kind, revision, promised = about["kind"], about["schema"], about["sha256"]
            shutil.copyfileobj(_inside(packed, BODY), out, 1 << 20)
    except (tarfile.TarError, KeyError, ValueError, TypeError, OSError):
        fail(f"{file} 不是本产品的备份，或已损坏")
    if _digest(body) != promised:
        fail(f"{file} 已损坏：内容与备份时的 SHA-256 不符，请换一份备份")
    if kind != _kind(settings):
        fail(f"备份来自 {kind}，而 DATABASE_URL 是 {_kind(settings)}：请改 DATABASE_URL")
    if revision > schema.newest():
        fail(f"备份的结构（{revision}）比本版本（{schema.newest()}）新：请先升级产品")
    return body


def _inside(packed: tarfile.TarFile, name: str) -> IO[bytes]:
    found = packed.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _must_be_empty(settings: Settings) -> None:
    engine = create_engine(settings.DATABASE_URL, poolclass=NullPool)
    path = Path(str(engine.url.database))
    if settings.on_sqlite and not path.exists():
        return
    if inspect(engine).get_table_names():
        fail("DATABASE_URL 指向的数据库里已有数据：恢复只写入空数据库，从不覆盖")
