"""FAQ bases as files: what is written is read again; every fault names its row; nothing in a sheet is a formula."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import data
from rules import faq_read, faq_write
from rules.faq_body import CHANNELS, FLAGS, Body, Fault, House, Row, check, tidy
from rules.text import clean

KINDS = ("yaml", "csv", "xlsx")
GOOD = Body(id="A-1", category="开户", question="怎么办开户", phrasings=("开户步骤",), answer="在{{app}}办理。")
HOUSE = House(
    risk_tips={"none": "", "general": "有风险"}, placeholders=frozenset({"app"}),
    bytes_of=lambda body: len(body.answer.encode()), byte_limit=300,
    blocked=lambda text: "保本" if "保本" in text else "", taken={"怎么销户": "OPEN-019"},
)  # fmt: skip
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\x85\u2028\u2029\ufeff"), min_size=1, max_size=20
).map(str.strip)
BODIES = st.builds(
    lambda entry, words, lists, yes, days: tidy(
        Body(
            id=entry, category=words[0], question=words[1], answer=words[2], phrasings=lists[0], keywords=lists[1],
            verify=yes, channels=tuple(CHANNELS[: len(lists[0])]), flags=(FLAGS[0],), effective_from=days,
        )
    ),
    st.from_regex(r"\A[A-Z]{2,5}-[0-9]{1,4}\Z"), st.tuples(WORDS, WORDS, WORDS),
    st.tuples(
        st.lists(WORDS.filter(clean), max_size=4).map(tuple), st.lists(WORDS.filter(bool), max_size=3).map(tuple)
    ),
    st.booleans(), st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)  # fmt: skip


def faults(content: str | bytes, kind: str = "csv") -> list[tuple[int, str, str]]:
    raw = content.encode() if isinstance(content, str) else content
    rows, wrong = faq_read.read(f"base.{kind}", raw)
    return [(one.row, one.field, one.text) for one in wrong or check(rows, HOUSE)]


def sheet(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]  # a new workbook has a sheet
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_base_survives_every_format(kind: str) -> None:
    content = (data.FOLDER / "faq.yaml").read_bytes()
    rows, wrong = faq_read.read("faq.yaml", content)
    assert (len(rows), wrong) == (146, [])
    bodies = [row.body for row in rows]
    again, wrong = faq_read.read(f"x.{kind}", faq_write.write(f"x.{kind}", bodies))
    assert wrong == []
    assert [row.body for row in again] == bodies


@given(st.lists(BODIES, min_size=1, max_size=3), st.sampled_from(KINDS))
@settings(max_examples=60)
def test_whatever_people_write_is_read_again_as_it_was(bodies: list[Body], kind: str) -> None:
    rows, wrong = faq_read.read(f"x.{kind}", faq_write.write(f"x.{kind}", bodies))
    assert wrong == []
    assert [row.body for row in rows] == bodies


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "'=", "''+", "\t="])
def test_no_cell_of_an_export_is_a_formula(sign: str) -> None:
    body = replace(GOOD, question=f"{sign}HYPERLINK(1)", category="x")
    assert all(not one.startswith(("=", "+", "-", "@", "\t")) for one in faq_write.cells_of(body))
    book = openpyxl.load_workbook(io.BytesIO(faq_write.write("x.xlsx", [body])))
    assert "f" not in {cell.data_type for cell in book.worksheets[0][2]}


HEAD = "编号,分类,标准问,相似问,答案,标记,需核对\n"


@pytest.mark.parametrize(
    ("content", "kind", "row", "field", "words"),
    [
        (HEAD + "A-1,开户,,x,好,,\n", "csv", 2, "question", "缺少标准问"),
        (HEAD + "A-1,开户,q一,x,好,,\nA-1,开户,q二,y,好,,\n", "csv", 3, "id", "与第 2 行重复"),
        (HEAD + "A-1,开户,q一,x,好,,\nA-2,开户,q二,X！,好,,\n", "csv", 3, "phrasings", "已属于第 2 行的 A-1"),
        (HEAD + "A-1,开户,q一,怎么销户,好,,\n", "csv", 2, "phrasings", "已属于库中的 OPEN-019"),
        (HEAD + 'A-1,开户,q一,"x\ny",好,,\nA-2,开户,q二,z,好,nonsense,\n', "csv", 4, "flags", "未知标记「nonsense」"),
        (HEAD + "A-1,开户,q一,x,好,,也许\n", "csv", 2, "verify", "须为「是」或「否」"),
        (HEAD + f"A-1,开户,q一,x,{'长' * 101},,\n", "csv", 2, "answer", "303 字节"),
        (HEAD + "A-1,开户,q一,x,保本产品,,\n", "csv", 2, "answer", "合规拦截：保本"),
        (HEAD + "A-1,开户,q一,x,拨{{phone}},,\n", "csv", 2, "answer", "{{phone}} 没有设置值"),
        (HEAD + "open1,开户,q一,x,好,,\n", "csv", 2, "id", "不合格式"),
        (HEAD + "A-1,开户,q一,x,好,,,,\n".replace(",,,,", ",,,,多"), "csv", 2, "", "列名只有 7 个"),
        ("编号,标准问\nA-1,q\n", "csv", 1, "", "缺少列「答案」"),
        ("编号,标准问,答案,神秘\n", "csv", 1, "", "不认识的列「神秘」"),
        (b"\xff\xfe\x00\x81", "csv", 0, "", "编码"),
        (b"PK\x03\x04rubbish", "xlsx", 0, "", "不是有效的 .xlsx"),
        (sheet(["编号", "标准问", "答案"], ["A-1", "=1+1", "好"]), "xlsx", 2, "", "公式"),
        (sheet(["编号", "标准问", "答案", "分类"], ["A-1", None, "好", "x"]), "xlsx", 2, "question", "缺少标准问"),
        ("entries:\n- {id: A-1, category: x, question: q一, answer: 好}\n- 5\n", "yaml", 3, "", "字段: 值"),
        ("- &a {id: A-1, category: x, question: q一, answer: 好}\n- *a\n", "yaml", 0, "", "锚点"),
        ("- id: A-1\n  id: A-2\n", "yaml", 1, "", "出现两次"),
        ("- id: A-1\n  category: x\n  question: yes\n  answer: 好\n", "yaml", 1, "question", "须为文字"),
        ("- id: A-1\n  colour: x\n", "yaml", 1, "colour", "不认识的字段"),
        ("a: b: c", "yaml", 1, "", "YAML 格式有误"),
        ("[" * 5000, "yaml", 1, "", "YAML"),
        ("just words", "yaml", 1, "", "条目列表"),
        ("entries: []", "yaml", 0, "", "没有条目"),
        (HEAD, "csv", 0, "", "没有条目"),
        ("x", "docx", 0, "", "不认识的文件类型"),
    ],
)
def test_a_bad_row_is_named_with_what_to_do(content: str | bytes, kind: str, row: int, field: str, words: str) -> None:
    found = faults(content, kind)
    assert [one for one in found if one[0] == row and one[1] == field and words in one[2]], found


def test_a_sheet_saved_by_chinese_excel_is_read() -> None:
    content = (HEAD + "A-1,开户,怎么弄,x,好,,是\n").encode("gb18030")
    rows, wrong = faq_read.read("base.csv", content)
    assert wrong == []
    assert (rows[0].body.question, rows[0].body.verify) == ("怎么弄", True)


def test_every_fault_of_every_row_is_told_at_once() -> None:
    bad = replace(GOOD, id="x", flags=("nonsense",), risk_tip="loud", channels=("fax",), answer="保本")
    found = check([Row(2, bad), Row(3, replace(GOOD, question="怎么销户"))], HOUSE)
    assert {(one.row, one.field) for one in found} == {
        (2, "id"), (2, "flags"), (2, "risk_tip"), (2, "channels"), (2, "answer"), (3, "phrasings"),
    }  # fmt: skip
    assert Fault(3, "phrasings", "「怎么销户」已属于库中的 OPEN-019，一种问法只能归一条") in found


def test_days_in_the_wrong_order_are_refused() -> None:
    body = replace(GOOD, effective_from=date(2026, 12, 2), effective_until=date(2026, 12, 1))
    assert [one.field for one in check([Row(2, body)], HOUSE)] == ["effective_until"]


def test_an_answer_that_needs_suitability_carries_no_link() -> None:
    body = replace(GOOD, suitability=True, answer="请到 https://example.com 购买")
    assert [one.field for one in check([Row(2, body)], HOUSE)] == ["answer"]


def test_a_phrasing_said_twice_is_kept_once() -> None:
    assert tidy(replace(GOOD, phrasings=("开户步骤", "开户步骤？", " ", "怎么办开户！"))).phrasings == ("开户步骤",)
