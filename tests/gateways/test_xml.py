"""Reading and writing the XML of callbacks: bounded, without entities, and no text of a person counts as markup."""

import time
from contextlib import suppress
from xml.parsers import expat

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateways.wecom.codec import MAX_BODY, BadCallback, CallbackKey, Codec, render_xml, xml_fields
from tests.inprocess import START

KEY = CallbackKey("simTok2026", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "ww0000000000000001")
CODEC = Codec([KEY])
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DEEP = 1900
REFUSED: dict[str, tuple[bytes, str]] = {
    "a DOCTYPE": (b"<!DOCTYPE xml><xml><A>1</A></xml>", "doctype"),
    "a DOCTYPE in small letters": (b"<!doctype xml><xml><A>1</A></xml>", "doctype"),
    "a DOCTYPE elsewhere": (b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml><A>1</A></xml>', "doctype"),
    "an entity of a file": (
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><A>&f;</A></xml>',
        "doctype",
    ),
    "a parameter entity": (b'<!DOCTYPE x [<!ENTITY % p "x"> %p;]><xml><A>1</A></xml>', "doctype"),
    "a billion laughs": (f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><xml><A>&l9;</A></xml>'.encode(), "doctype"),
    "a DOCTYPE behind a declaration": (b"<?xml version='1.0'?><!DOCTYPE x><xml><A>1</A></xml>", "doctype"),
    "a DOCTYPE between comments that look like CDATA": (
        b"<!--<![CDATA[--><!DOCTYPE x [<!ENTITY a 'b'>]><!--]]>--><xml><A>&a;</A></xml>",
        "doctype",
    ),
    "a DOCTYPE between instructions that look like CDATA": (
        b"<?a <![CDATA[?><!DOCTYPE x [<!ENTITY a 'b'>]><?b ]]>?><xml><A>&a;</A></xml>",
        "doctype",
    ),
    "a DOCTYPE behind a declaration that looks like CDATA": (
        b"<?xml version='1.0' <![CDATA[?><!DOCTYPE x [<!ENTITY a 'b'>]><xml><A>&a;]]></A></xml>",
        "xml",
    ),
    "a comment": (b"<xml><!-- hi --><A>1</A></xml>", "doctype"),
    "an instruction": (b"<xml><?php evil ?><A>1</A></xml>", "doctype"),
    "an entity nobody declared": (b"<xml><A>&nbsp;</A></xml>", "xml"),
    "CDATA before the root": (b"<![CDATA[<!DOCTYPE x>]]><xml><A>1</A></xml>", "xml"),
    "CDATA without end": (b"<xml><A><![CDATA[never ends</A></xml>", "xml"),
    "nine levels": (b"<a>" * 9 + b"1" + b"</a>" * 9, "xml"),
    "a great many levels": (b"<a>" * DEEP + b"</a>" * DEEP, "xml"),
    "levels with foreign names": (("<中>" * DEEP + "</中>" * DEEP).encode(), "xml"),
    "levels that look empty": (b'<a b="/>">' * DEEP + b"</a>" * DEEP, "xml"),
    "levels hidden behind closing ones": (b"<xml>" + b"<a></a>" * 50 + b"<b>" * 9 + b"</b>" * 9 + b"</xml>", "xml"),
    "too many nodes": (b"<xml>" + b"<a></a>" * 2000 + b"</xml>", "xml"),
    "too many empty nodes": (b"<xml>" + b"<a/>" * 4000 + b"</xml>", "xml"),
    "too large": (b"<xml><A>" + b"x" * MAX_BODY + b"</A></xml>", "size"),
    "a NUL": (b"<xml><A>a\x00b</A></xml>", "xml"),
    "a NUL in CDATA": (b"<xml><A><![CDATA[a\x00b]]></A></xml>", "xml"),
    "a NUL by number": (b"<xml><A>&#0;</A></xml>", "xml"),
    "not UTF-8": ("<xml><A>风险</A></xml>".encode("gbk"), "xml"),
    "UTF-16": ("<xml><A>1</A></xml>".encode("utf-16"), "xml"),
    "half a character": ("<xml><A>险".encode()[:-1] + b"</A></xml>", "xml"),
    "a surrogate in UTF-8": (b"<xml><A>\xed\xa0\x80</A></xml>", "xml"),
    "two roots": (b"<xml><A>1</A></xml><xml><A>2</A></xml>", "xml"),
    "tags that cross": (b"<xml><A><B></A></B></xml>", "xml"),
    "an attribute twice": (b'<xml a="1" a="2"><A>1</A></xml>', "xml"),
    "a prefix of nowhere": (b"<xml><x:A>1</x:A></xml>", "xml"),
    "only text": (b"hello", "xml"),
    "nothing": (b"", "xml"),
    "a root without fields": (b"<xml/>", "xml"),
    "JSON": (b'{"a":1}', "xml"),
}


@pytest.mark.parametrize(("message", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_message_of_wecom_is_refused(message: bytes, reason: str) -> None:
    for read in (xml_fields, lambda body: CODEC.open_xml({}, body, START)):
        with pytest.raises(BadCallback) as refused:
            read(message)
        assert refused.value.reason == reason


TOKENS = [
    "<!--", "-->", "<![CDATA[", "]]>", "<?a ", "<?xml ", "?>", "<!DOCTYPE x>", "<!DOCTYPE x [", "]>", "<x>", "</x>",
    "version='1.0'", "<x a='", "'/>", "text", "\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(TOKENS), max_size=12).map("".join).map(str.encode))
def test_no_arrangement_of_markup_hides_a_doctype(body: bytes) -> None:
    for message in (body, b"<x>" + body + b"</x>"):
        seen: list[object] = []
        parser = expat.ParserCreate("utf-8")
        parser.StartDoctypeDeclHandler = lambda *declared, seen=seen: seen.append(declared)
        with suppress(BadCallback):
            xml_fields(message)
            parser.Parse(message, True)  # what is accepted is XML, to any parser
            assert seen == []


READ: dict[str, tuple[str, dict[str, object]]] = {
    "leaves": (
        "<xml><A>1</A><B><![CDATA[二]]></B><C/><D></D><E> </E></xml>",
        {"A": "1", "B": "二", "C": "", "D": "", "E": " "},
    ),
    "a declaration": ('<?xml version="1.0" encoding="UTF-8"?>\n<xml>\n <A>1</A>\n</xml>', {"A": "1"}),
    "a declaration that lies": ('<?xml version="1.0" encoding="GBK"?><xml><A>险</A></xml>', {"A": "险"}),
    "nested": ("<xml><A><B>1</B><C><D>2</D></C></A></xml>", {"A": {"B": "1", "C": {"D": "2"}}}),
    "repeated": ("<xml><A><I>1</I><I>2</I><I>3</I></A></xml>", {"A": {"I": ["1", "2", "3"]}}),
    "repeated and nested": ("<xml><A><B>1</B></A><A><B>2</B></A></xml>", {"A": [{"B": "1"}, {"B": "2"}]}),
    "escapes": ("<xml><A>&lt;b&gt; &amp;amp; &#20013;</A></xml>", {"A": "<b> &amp; 中"}),
    "CDATA in pieces": ("<xml><A>a<![CDATA[]]]]><![CDATA[>]]>b</A></xml>", {"A": "a]]>b"}),
    "attributes": ('<xml v="1"><A b="c">1</A></xml>', {"A": "1"}),
    "eight levels": ("<a>" * 7 + "<b>1</b>" + "</a>" * 7, {"a": {"a": {"a": {"a": {"a": {"a": {"b": "1"}}}}}}}),
    "a text that is a web page": (
        "<xml><A><![CDATA[<!DOCTYPE html><html><!-- x --><?php ?><body>]]></A></xml>",
        {"A": "<!DOCTYPE html><html><!-- x --><?php ?><body>"},
    ),
    "a text of many open tags": (f"<xml><A><![CDATA[{'<div>' * 400}]]></A></xml>", {"A": "<div>" * 400}),
    "a text that opens CDATA": ("<xml><A><![CDATA[<![CDATA[ ]> ]]></A></xml>", {"A": "<![CDATA[ ]> "}),
}


@pytest.mark.parametrize(("message", "fields"), READ.values(), ids=READ)
def test_a_message_is_read_field_by_field(message: str, fields: dict[str, object]) -> None:
    assert xml_fields(message.encode()) == fields


SLOW = {
    "CDATA opened again and again": b"<![CDATA[" * 29_000,
    "CDATA opened again and again in a field": b"<xml><Encrypt><![CDATA[" * 11_000,
    "attributes without end": b"<xml " + b"a='" * 80_000,
    "one long attribute": b"<xml a='" + b"x" * 260_000 + b"'/>",
    "spaces between": b"<Encrypt>" + b" " * 250_000,
    "envelopes that nearly match": (b"<Encrypt>" + b" " * 30) * 6_700,
    "opening brackets": b"<" * 260_000,
    "tags within tags": b"<a>" * 80_000,
    "text in a long row": b"<xml><A>" + b"&lt;" * 60_000 + b"</A></xml>",
}


@pytest.mark.parametrize("body", SLOW.values(), ids=SLOW)
def test_nobody_can_make_it_slow_without_a_signature(body: bytes) -> None:
    began = time.process_time()
    with pytest.raises(BadCallback):
        CODEC.open_xml({}, body, START)
    assert time.process_time() - began < 0.5


BODIES: dict[str, tuple[bytes, str]] = {
    "no Encrypt": (b"<xml><A>1</A></xml>", "params"),
    "Encrypt twice": (b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>", "params"),
    "Encrypt with parts": (b"<xml><Encrypt><A>1</A></Encrypt></xml>", "params"),
    "Encrypt within": (b"<xml><A><Encrypt>a</Encrypt></A></xml>", "params"),
    "Encrypt empty": (b"<xml><Encrypt></Encrypt></xml>", "params"),
    "too large": (b"<xml><Encrypt><![CDATA[" + b"A" * MAX_BODY + b"]]></Encrypt></xml>", "size"),
}


@pytest.mark.parametrize(("body", "reason"), BODIES.values(), ids=BODIES)
def test_an_envelope_without_its_one_ciphertext_is_refused(body: bytes, reason: str) -> None:
    query = {"msg_signature": "0" * 40, "timestamp": str(int(START)), "nonce": "n"}
    with pytest.raises(BadCallback) as refused:
        CODEC.open_xml(query, body, START)
    assert refused.value.reason == reason


JSON_BODIES: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"<xml/>", "json"),
    "nothing": (b"", "json"),
    "half of it": (b'{"encrypt":"AA', "json"),
    "not UTF-8": (b'{"encrypt":"\xff"}', "json"),
    "depth": (b"[" * 100_000, "json"),
    "a list": (b'["encrypt"]', "params"),
    "no encrypt": (b"{}", "params"),
    "encrypt as number": (b'{"encrypt":1}', "params"),
    "encrypt as object": (b'{"encrypt":{"a":1}}', "params"),
    "encrypt empty": (b'{"encrypt":""}', "params"),
    "encrypt in Chinese": ('{"encrypt":"密文"}'.encode(), "params"),
    "encrypt of half a surrogate": (b'{"encrypt":"\\ud800"}', "params"),
    "too large": (b'{"encrypt":"' + b"A" * MAX_BODY + b'"}', "size"),
}


@pytest.mark.parametrize(("body", "reason"), JSON_BODIES.values(), ids=JSON_BODIES)
def test_a_robots_envelope_without_its_ciphertext_is_refused(body: bytes, reason: str) -> None:
    query = {"msg_signature": "0" * 40, "timestamp": str(int(START)), "nonce": "n"}
    with pytest.raises(BadCallback) as refused:
        CODEC.open_json(query, body, START)
    assert refused.value.reason == reason


XML_TEXT = st.text(
    st.characters(
        min_codepoint=32,
        exclude_categories=["Cs"],
        exclude_characters="\ufffe\uffff",
        include_characters="\t\n",
    )
)
"""What XML can hold and give back unchanged (it turns a carriage return into a line feed)."""


@given(st.dictionaries(st.sampled_from(["Content", "ToUserName", "MsgId", "Inner"]), XML_TEXT, min_size=1))
@example({"Content": "]]>"})
@example({"Content": "]]><Evil><![CDATA[x]]></Evil>"})
@example({"Content": "]]]]>>]]>", "Inner": "<![CDATA["})
@example({"Content": "&lt;&#0;&amp;<a b='c'>"})
def test_what_was_rendered_parses_to_the_same(fields: dict[str, str]) -> None:
    assert xml_fields(render_xml(fields)) == fields
    assert xml_fields(render_xml({"Deep": fields, "Count": 7})) == {"Deep": fields, "Count": "7"}


@given(st.text())
@example("\x00\x0b\ufffe\ud800")
def test_no_text_whatever_breaks_a_reply(text: str) -> None:
    assert list(xml_fields(render_xml({"Content": text, "MsgType": "text"}))) == ["Content", "MsgType"]
