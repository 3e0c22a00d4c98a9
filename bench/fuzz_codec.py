"""Coverage-guided fuzzing of the callback codec: anything but BadCallback, and any broken round trip, is a find.

`python bench/fuzz_codec.py -max_total_time=25 [folder]` (libFuzzer's options). The first byte of an input chooses the
door, the rest is what comes through it. The folder (var/fuzz) keeps what was learned, so the next run begins there; a
find is written beside it, printed with its trace, and ends the run with code 77.
"""

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl
from xml.parsers import expat

import atheris

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["gateways.wecom.codec"]):
    from gateways.wecom.codec import BadCallback, CallbackKey, Codec, cdata, render_xml, xml_fields

NOW, NONCE, PREFIX = 1_767_225_600, "n0nce01", b"0123456789abcdef"
KEY = CallbackKey("simTok2026", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "ww0000000000000001")
CODEC = Codec([KEY])


def signed(sealed: str) -> dict[str, str]:
    """A query WeCom would have sent with this ciphertext."""
    return {"msg_signature": KEY.sign(str(NOW), NONCE, sealed), "timestamp": str(NOW), "nonce": NONCE}


def encrypted(plain: bytes) -> str:
    """Whole blocks as they are: prefix, length, receiver and padding are the fuzzer's."""
    encryptor = KEY.cipher.encryptor()
    return base64.b64encode(encryptor.update(plain[: len(plain) // 16 * 16]) + encryptor.finalize()).decode()


def plain_xml(data: bytes) -> None:
    """What is accepted has no DOCTYPE, in the eyes of a parser that looks for one."""
    xml_fields(data)
    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.Parse(data, True)


def refuse_doctype(*_declared: object) -> None:
    """Called by expat."""
    raise AssertionError("a DOCTYPE got through")


def sealed_in_xml(data: bytes) -> None:
    """Well sealed: it must open to the same, and its fields are read."""
    sealed = KEY.seal(data, PREFIX)
    body = f"<xml><Encrypt>{cdata(sealed)}</Encrypt></xml>".encode()
    if CODEC.open_xml(signed(sealed), body, NOW) != data:
        raise AssertionError("what was sealed opened to something else")
    plain_xml(data)


def rendered(data: bytes) -> None:
    """No text breaks a reply, whoever wrote it."""
    text = data.decode("utf-8", "surrogatepass" if data[:1] == b"s" else "replace")
    if list(xml_fields(render_xml({"Content": text, "Deep": {"Count": len(text)}}))) != ["Content", "Deep"]:
        raise AssertionError("a text broke out of its field")


def any_query(data: bytes) -> None:
    """Query and body both foreign."""
    head, _, body = data.partition(b"\n")
    query = dict(parse_qsl(head.decode("utf-8", "surrogateescape"), keep_blank_values=True))
    CODEC.open_xml(query, body, NOW)


def any_echo(data: bytes) -> None:
    """A well signed echo of whatever letters."""
    letters = data.decode("latin-1")
    CODEC.open_echo({**signed(letters), "echostr": letters}, NOW)


DOORS: tuple[Callable[[bytes], object], ...] = (
    plain_xml,
    lambda data: CODEC.open_xml(signed("x"), data, NOW),
    lambda data: CODEC.open_json(signed("x"), data, NOW),
    lambda data: KEY.open(data.decode("latin-1")),
    lambda data: KEY.open(encrypted(data)),
    any_echo,
    any_query,
    sealed_in_xml,
    rendered,
)


def one_input(data: bytes) -> None:
    """What the fuzzer calls."""
    if data:
        try:
            DOORS[data[0] % len(DOORS)](data[1:])
        except BadCallback:
            return
        except UnicodeDecodeError:
            if data[0] % len(DOORS) != DOORS.index(rendered):  # there the driver itself decodes
                raise


def seeds() -> list[bytes]:
    """A good input for each door, so that the fuzzer begins inside."""
    event = b"<xml><MsgType><![CDATA[event]]></MsgType><List><Item>1</Item><Item>2</Item></List></xml>"
    sealed = KEY.seal(event, PREFIX)
    plain = PREFIX + len(event).to_bytes(4, "big") + event + KEY.receive_id
    pad = 32 - len(plain) % 32
    query = "&".join(f"{name}={value}" for name, value in signed("AAAA").items()).encode()
    envelope = b"<xml><Encrypt><![CDATA[AAAA]]></Encrypt></xml>"
    good = (
        event, envelope, json.dumps({"encrypt": "AAAA"}).encode(), sealed.encode(), plain + bytes([pad]) * pad,
        sealed.encode(), query + b"\n" + envelope, event, "盈亏自负 ]]> <b>".encode(),
    )  # fmt: skip
    return [bytes([door]) + one for door, one in enumerate(good)]


def main() -> None:
    """Fuzz as the command line says."""
    named = [one for one in sys.argv[1:] if not one.startswith("-")]
    folder = Path(named[0]) if named else ROOT / "var" / "fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (folder / f"seed-{number}").write_bytes(seed)
    options = [one for one in sys.argv[1:] if one.startswith("-")]
    finds = f"-artifact_prefix={folder.with_name('fuzz-find-')}"
    atheris.Setup([sys.argv[0], "-max_len=4096", finds, *options, str(folder)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
