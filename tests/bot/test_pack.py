"""An exported pack: the script inside passes it, and names whatever was changed in it; nothing but Python is needed."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import evidence, pack, verify_pack
from models.evidence import subject_of
from models.person_key import destroy
from tests.world import World


def packed(world: World, member: str, folder: Path) -> Path:
    rules = world.product.db.rules
    evidence.seal(world.product.db)
    with world.product.db.read() as session:
        order = pack.Order(
            about=f"成员 {member} 的存证", maker="审计员", at=world.hands.now, where=pack.of_member(member, rules)
        )
        files = pack.make(session, rules, order)
    folder.mkdir()
    for name, body in files.items():
        (folder / name).write_bytes(body)
    return folder


@pytest.fixture
def client(world: World) -> str:
    """Somebody with records of two days."""
    who = world.member_says("怎么开户")
    world.hands.now = world.hands.now.replace(day=world.hands.now.day + 1)
    world.member_says("银证转账怎么弄", by=who)
    world.member_says("转人工", by=who)
    return who


def test_the_script_passes_a_pack_alone_in_its_folder_and_names_what_was_changed(
    world: World, client: str, tmp_path: Path
) -> None:
    folder = packed(world, client, tmp_path / "pack")
    run = [sys.executable, "-I", "-S", "verify.py"]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "核验通过" in done.stdout
    assert client in done.stdout
    records = (folder / "records.jsonl").read_text("utf-8")
    (folder / "records.jsonl").write_text(records.replace('"kind":"sent"', '"kind":"sett"', 1), "utf-8")
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "封签不符" in done.stdout
    assert "records.jsonl：文件被改动" in done.stdout


def test_any_changed_byte_is_named_with_its_file(world: World, client: str, tmp_path: Path) -> None:
    folder = packed(world, client, tmp_path / "pack")
    assert verify_pack.faults_of(folder) == []
    rng = random.Random(7)
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for _ in range(6):
            at = rng.randrange(len(whole))
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1 :])
            faults = verify_pack.faults_of(folder)
            assert any(one.startswith(path.name) for one in faults), (path.name, at)
        path.write_bytes(whole)
    assert verify_pack.faults_of(folder) == []


def test_a_missing_or_moved_record_is_named(world: World, client: str, tmp_path: Path) -> None:
    folder = packed(world, client, tmp_path / "pack")
    path = folder / "records.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    gone = json.loads(lines[1])["header"]["seq"]
    path.write_text(lines[0] + "".join(lines[2:]), "utf-8")
    assert f"records.jsonl：缺少记录 {gone}" in verify_pack.faults_of(folder)
    path.write_text("".join([lines[1], lines[0], *lines[2:]]), "utf-8")
    assert "records.jsonl：记录顺序被改动" in verify_pack.faults_of(folder)


def test_another_firms_key_is_not_ours(world: World, client: str, tmp_path: Path) -> None:
    folder = packed(world, client, tmp_path / "pack")
    assert verify_pack.faults_of(folder, "ab" * 32) == ["manifest.json：不是用给出的公钥签名的"]
    key = json.loads((folder / "manifest.json").read_text("utf-8"))["key"]
    assert verify_pack.faults_of(folder, key) == []


def test_the_pack_of_an_erased_person_says_nothing_and_still_fits(world: World, client: str, tmp_path: Path) -> None:
    with world.product.db.work() as work:
        destroy(work, subject_of(client, work.rules.pepper))
    folder = packed(world, client, tmp_path / "pack")
    assert verify_pack.faults_of(folder) == []
    assert "内容已无法读取" in (folder / "index.html").read_text("utf-8")
    assert "provider_id" not in (folder / "records.jsonl").read_text("utf-8")


@settings(max_examples=12)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_the_plain_ed25519_agrees_with_the_library(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = private.public_key().public_bytes_raw().hex(), private.sign(message)
    assert verify_pack.signed(key, message, signature.hex())
    other = bytearray(signature)
    other[bit // 8] ^= 1 << bit % 8
    assert not verify_pack.signed(key, message, other.hex())
    assert not verify_pack.signed(key, message + b"x", signature.hex())


@pytest.mark.parametrize("key", ["", "zz", "ff" * 32, "00" * 31])
def test_what_is_no_key_fits_nothing(key: str) -> None:
    assert not verify_pack.signed(key, b"", "00" * 64)
