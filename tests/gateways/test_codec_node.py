"""Agreement with Tencent's own @wecom/crypto (npm) in both directions, where Node is at hand."""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any, NoReturn

import pytest

from gateways.wecom.codec import CallbackKey, Codec

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".venv" / "node"
PACKAGE = "@wecom/crypto"
INSTALL = ["install", "--prefix", str(HOME), "--no-package-lock", "--no-save", "--silent", f"{PACKAGE}@1.0.1"]
TOKEN, NOW, NONCE = "simTok2026", 1_767_225_600, "n0nce01"
KEYS = ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "BBECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHhZ"]
RECEIVERS = ["ww0000000000000001", "", "企业"]
SCRIPT = """
const crypto = require(process.argv[1]);
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const answers = asked.map(({ key, token, timestamp, nonce, message, receiver, sealed }) => {
  const made = crypto.encrypt(key, message, receiver);
  const { message: read, id } = crypto.decrypt(key, sealed);
  return { read, id, sealed: made, signature: crypto.getSignature(token, timestamp, nonce, made),
           ours: crypto.getSignature(token, timestamp, nonce, sealed) };
});
process.stdout.write(JSON.stringify(answers));
"""


def unavailable(why: str) -> NoReturn:
    """A machine without Node may skip; CI may not."""
    if os.environ.get("CI"):
        pytest.fail(f"CI must compare with {PACKAGE}: {why}")
    pytest.skip(f"not compared with {PACKAGE}: {why}")


@pytest.fixture(scope="module")
def oracle() -> tuple[str, str]:
    """Node and the folder of the package, installed into .venv on first use."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        unavailable("Node is not installed")
    package = HOME / "node_modules" / PACKAGE
    if not package.is_dir() and npm is None:
        unavailable("the package is not installed and there is no npm")
    if not package.is_dir():
        try:
            subprocess.run([str(npm), *INSTALL], check=True, capture_output=True, timeout=120)
        except (subprocess.SubprocessError, OSError) as error:
            unavailable(f"npm could not install it ({type(error).__name__})")
    return node, str(package)


def messages() -> list[str]:
    """Every length around the 32-byte block, then Chinese, emoji and markup."""
    rng = random.Random(7)
    letters = "abc盈亏自负🎉<>&]]>\n"
    return ["x" * length for length in range(70)] + ["".join(rng.choices(letters, k=n)) for n in range(60)]


def ask(oracle: tuple[str, str], asked: list[dict[str, str]]) -> list[dict[str, Any]]:
    node, package = oracle
    done = subprocess.run(
        [node, "-e", SCRIPT, package], input=json.dumps(asked).encode(), check=True, capture_output=True, timeout=60
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(answers) == len(asked)
    return answers


@pytest.mark.parametrize("receiver", RECEIVERS, ids=["corp", "robot", "not ASCII"])
@pytest.mark.parametrize("aes_key", KEYS, ids=["plain key", "key with stray bits"])
def test_tencents_package_reads_ours_and_we_read_its(oracle: tuple[str, str], aes_key: str, receiver: str) -> None:
    key = CallbackKey(TOKEN, aes_key, receiver)
    codec = Codec([key])
    texts = messages()
    ours = [key.seal(text.encode(), os.urandom(16)) for text in texts]
    common = {"key": aes_key, "token": TOKEN, "timestamp": str(NOW), "nonce": NONCE, "receiver": receiver}
    asked = [{**common, "message": text, "sealed": one} for text, one in zip(texts, ours, strict=True)]
    for text, sealed, answer in zip(texts, ours, ask(oracle, asked), strict=True):
        assert (answer["read"], answer["id"]) == (text, receiver)
        assert answer["ours"] == key.sign(str(NOW), NONCE, sealed)
        query = {"msg_signature": answer["signature"], "timestamp": str(NOW), "nonce": NONCE}
        assert codec.open_json(query, json.dumps({"encrypt": answer["sealed"]}).encode(), NOW).decode() == text
