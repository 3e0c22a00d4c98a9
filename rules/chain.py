"""Evidence hash chain: each seal covers the seal before it and a record's header, so one changed byte shows.

The seals of a day are the leaves of a Merkle tree (as in RFC 6962 section 2.1: an odd node moves up), whose root is
signed: a single record can be proven with a dozen hashes and without the rest of the chain.
"""

import hmac
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from json import JSONEncoder

GENESIS = "0" * 64
"""What stands before the first record."""
NODE = b"\1"
"""Before the two children of a node: no seal is the hash of something that begins so."""
_encode = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode

Frontier = list[tuple[int, bytes]]
"""(height, hash) of the complete subtrees of a growing tree, from left to right."""
Path = list[tuple[str, str]]
"""(side, hash) of the neighbours from a leaf to the root; side L or R says where the neighbour stands."""


def canonical(data: Mapping[str, object]) -> str:
    """JSON as it is hashed and signed: sorted keys, no spaces, UTF-8 as it is.

    ValueError for NaN or infinity and TypeError for what JSON cannot say: two readers could write those differently.
    """
    return _encode(data)


def seal(previous: str, header: Mapping[str, object] | str) -> str:
    """The seal (64 hex digits) of a record that follows `previous`; `header` may be canonical already.

    Errors as `canonical`.
    """
    text = header if isinstance(header, str) else _encode(header)
    return sha256(f"{previous}\n{text}".encode()).hexdigest()


def first_bad(records: Iterable[tuple[Mapping[str, object], str]], previous: str = GENESIS) -> int | None:
    """Position (from 0) of the first (header, seal) that does not fit what came before; None when all fit.

    Reads one record at a time. A chain cut off at its end still fits: the caller compares the count.
    """
    for position, (header, sealed) in enumerate(records):
        if not hmac.compare_digest(seal(previous, header).encode(), sealed.encode()):
            return position
        previous = sealed
    return None


def grow(frontier: Frontier, seals: Iterable[str]) -> None:
    """More records at the right of the tree, in place; level by level, as millions are added at once."""
    nodes, height, left_over = [bytes.fromhex(one) for one in seals], 0, Frontier()
    while nodes:
        if frontier and frontier[-1][0] == height:
            nodes.insert(0, frontier.pop()[1])
        if len(nodes) % 2:
            left_over.append((height, nodes.pop()))
        nodes = [sha256(NODE + left + right).digest() for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
        height += 1
    frontier.extend(reversed(left_over))


def root(frontier: Frontier) -> str:
    """The root of the tree so far; GENESIS for none."""
    found = b""
    for _height, value in reversed(frontier):
        found = sha256(NODE + value + found).digest() if found else value
    return found.hex() or GENESIS


def paths(seals: Iterable[str], wanted: Collection[int]) -> tuple[str, dict[int, Path]]:
    """Root, and the path of each wanted position (from 0). Memory grows with the wanted, not with the seals."""
    found: dict[int, Path] = {one: [] for one in wanted}
    stack: list[tuple[int, bytes, list[int]]] = []
    for position, sealed in enumerate(seals):
        stack.append((0, bytes.fromhex(sealed), [position] if position in found else []))
        while len(stack) > 1 and stack[-2][0] == stack[-1][0]:
            _join(stack, found)
    while len(stack) > 1:
        _join(stack, found)
    return (stack[0][1].hex() if stack else GENESIS), found


def _join(stack: list[tuple[int, bytes, list[int]]], found: dict[int, Path]) -> None:
    (_, right, behind), (height, left, before) = stack.pop(), stack.pop()
    for one in before:
        found[one].append(("R", right.hex()))
    for one in behind:
        found[one].append(("L", left.hex()))
    stack.append((height + 1, sha256(NODE + left + right).digest(), before + behind))


def climb(sealed: str, path: Iterable[tuple[str, str]]) -> str:
    """The root a record's path leads to."""
    value = bytes.fromhex(sealed)
    for side, other in path:
        neighbour = bytes.fromhex(other)
        value = sha256(NODE + (neighbour + value if side == "L" else value + neighbour)).digest()
    return value.hex()
