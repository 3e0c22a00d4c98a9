"""Checks an evidence pack offline: `python verify.py [FOLDER] [--key HEX]`. Needs Python 3.9 or later and nothing else.

What is proven, from the inside out: each record's words have the digest in its header; header and seal before it give
its seal; its seal leads by its Merkle path to the root of its day; the root is signed (Ed25519, RFC 8032). The manifest
lists every file with its SHA-256 and is signed too. --key: the public key the firm has published; without it compare
the key printed here with that one.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import sys
from collections.abc import Iterable, Iterator
from typing import Any

Point = tuple[int, int, int, int]
"""A point of edwards25519 in extended coordinates."""
Json = dict[str, Any]

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Y = 4 * pow(5, P - 2, P) % P


def x_of(y: int, sign: int) -> int | None:
    """The x of a point of edwards25519, or None."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def add(one: Point, other: Point) -> Point:
    """The sum of two points in extended coordinates."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number: int, point: Point) -> Point:
    """A multiple of a point."""
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point = add(point, point)
        number >>= 1
    return found


def point_of(raw: bytes) -> Point | None:
    """The point 32 bytes stand for, or None."""
    number = int.from_bytes(raw, "little")
    y = number & ((1 << 255) - 1)
    x = x_of(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def signed(key: str, message: bytes, signature: str) -> bool:
    """Whether an Ed25519 signature (hex) of a message (bytes) fits a public key (hex)."""
    try:
        raw_key, raw = bytes.fromhex(key), bytes.fromhex(signature)
    except ValueError:
        return False
    if len(raw_key) != 32 or len(raw) != 64:  # noqa: PLR2004 RFC 8032
        return False
    public, shown, s = point_of(raw_key), point_of(raw[:32]), int.from_bytes(raw[32:], "little")
    if public is None or shown is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(raw[:32] + raw_key + message).digest(), "little") % ORDER
    base = point_of(Y.to_bytes(32, "little"))
    assert base is not None  # noqa: S101 a constant of the curve
    left, right = times(s, base), add(shown, times(h, public))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def canonical(data: object) -> str:
    """JSON as it was hashed and signed."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def climb(seal: str, path: Iterable[tuple[str, str]]) -> str:
    """The root a seal leads to."""
    value = bytes.fromhex(seal)
    for side, other in path:
        neighbour = bytes.fromhex(other)
        value = hashlib.sha256(b"\1" + (neighbour + value if side == "L" else value + neighbour)).digest()
    return value.hex()


def faults_of_record(one: Json, days: dict[str, Json], erased: set[int]) -> Iterator[str]:
    """What is wrong with one record."""
    header = one["header"]
    if one["content"] is None:
        if header["seq"] not in erased:
            yield "内容缺失"
    elif sha(one["content"].encode()) != header["digest"]:
        yield "内容与摘要不符"
    elif one["words"] is not None and sha(one["words"].encode()) != json.loads(one["content"])["digest"]:
        yield "原文与摘要不符"
    if sha(f"{one['previous']}\n{canonical(header)}".encode()) != one["seal"]:
        yield "封签不符"
    day = days.get(one["day"])
    if day is None:
        yield "没有所属日期的签名"
    elif climb(one["seal"], one["path"]) != day["root"]:
        yield "不在当日的签名树中"


def manifest_of(folder: pathlib.Path, key: str) -> tuple[tuple[Json, str] | None, list[str]]:
    """(manifest, faults): its signature is the first thing to hold."""
    try:
        whole = json.loads((folder / "manifest.json").read_text("utf-8"))
        manifest, public, signature = whole["manifest"], whole["key"], whole["signature"]
    except (OSError, ValueError, KeyError, TypeError):
        return None, ["manifest.json：缺失或无法读取"]
    faults = [] if set(whole) == {"manifest", "key", "signature"} else ["manifest.json：含有多余内容"]
    text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if text != (folder / "manifest.json").read_text("utf-8"):
        faults.append("manifest.json：文件被改动")
    if key and public != key:
        faults.append("manifest.json：不是用给出的公钥签名的")
    if not signed(public, canonical(manifest).encode(), signature):
        faults.append("manifest.json：签名不符")
    return (manifest, public), faults


def faults_of(folder: pathlib.Path, key: str = "") -> list[str]:
    """Every fault of a pack, in Chinese, each naming its file and record."""
    found, faults = manifest_of(folder, key)
    if found is None:
        return faults
    manifest, _public = found
    for name, expected in sorted(manifest["files"].items()):
        path = folder / name
        if not path.is_file():
            faults.append(f"{name}：文件缺失")
        elif sha(path.read_bytes()) != expected:
            faults.append(f"{name}：文件被改动")
    try:
        faults += faults_of_records(folder, manifest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        faults.append(f"days.json：无法读取（{type(error).__name__}）")
    return faults


def faults_of_records(folder: pathlib.Path, manifest: Json) -> Iterator[str]:
    """What is wrong with days and records."""
    days: dict[str, Json] = {}
    for one in json.loads((folder / "days.json").read_text("utf-8")):
        said = canonical(one["statement"]).encode()
        if one["key"] not in manifest["keys"] or not signed(one["key"], said, one["signature"]):
            yield f"days.json：{one['id']} 的签名不符"
        days[one["id"]] = one["statement"]
    seen: list[int] = []
    for number, line in enumerate((folder / "records.jsonl").read_bytes().split(b"\n")[:-1], 1):
        name, reasons = read(line, days, set(manifest["erased"]), seen)
        for reason in reasons:
            yield f"records.jsonl 第 {number} 行，{name}：{reason}"
    for seq in manifest["records"]:
        if seq not in seen:
            yield f"records.jsonl：缺少记录 {seq}"
    if seen != sorted(seen):
        yield "records.jsonl：记录顺序被改动"


def read(line: bytes, days: dict[str, Json], erased: set[int], seen: list[int]) -> tuple[str, list[str]]:
    """Name and faults of the record in a line; its number joins `seen`."""
    name = "记录"
    try:
        one = json.loads(line.decode("utf-8"))
        name = f"记录 {one['header']['seq']}"
        seen.append(int(one["header"]["seq"]))
        return name, list(faults_of_record(one, days, erased))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return name, ["无法读取"]


def main(arguments: list[str]) -> int:
    """Print the verdict; 0 when everything fits, 1 when something does not."""
    key = arguments[arguments.index("--key") + 1] if "--key" in arguments[:-1] else ""
    places = [one for one in arguments if not one.startswith("--") and one != key]
    folder = pathlib.Path(places[0]) if places else pathlib.Path(__file__).resolve().parent
    faults = faults_of(folder, key)
    out = sys.stdout.write
    for fault in faults:
        out(f"不符 {fault}\n")
    if faults:
        out(f"核验不通过：{len(faults)} 处不符\n")
        return 1
    whole = json.loads((folder / "manifest.json").read_text("utf-8"))
    out(f"核验通过：{len(whole['manifest']['records'])} 条记录，{whole['manifest']['about']}\n")
    out(f"签名公钥 {whole['key']}{'' if key else '（请与公司公布的公钥核对，或用 --key 给出）'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
