"""Lists: every one pages, sorts, filters, searches and leaves as a file in which nothing runs."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert

from commands.setup import new_operator
from models.ledger import Inbound
from tests.console.visitor import Visitor
from tests.world import World


@pytest.fixture
def visitor(sqlite_world: World) -> Visitor:
    with sqlite_world.product.db.work() as work:
        password = new_operator(work, "王运营", "operator")
        work.session.execute(insert(Inbound), [dead(number, work.now) for number in range(120)])
    made = Visitor(sqlite_world)
    made.settle_in(password)
    return made


def dead(number: int, now: object) -> dict[str, object]:
    kind = "=HYPERLINK(1)" if number == 7 else f"kind{number:03d}"
    return {
        "key": f"dead:{number}", "source": "wecom", "kind": kind, "lane": f"l{number}", "priority": 4, "body": "{}",
        "received_at": now, "state": "dead", "owner": "", "attempts": 5, "error": "<b>坏了</b>",
    }  # fmt: skip


def test_a_long_list_comes_in_pages(visitor: Visitor) -> None:
    first, third = visitor.get("/console/letters"), visitor.get("/console/letters?page=3")
    assert first.text.count("<tr>") == 51
    assert third.text.count("<tr>") == 21
    assert 'rel="next"' in first.text
    assert 'rel="next"' not in third.text


def test_words_narrow_it_and_a_head_sorts_it(visitor: Visitor) -> None:
    page = visitor.get("/console/letters?q=kind11&sort=kind").text
    assert page.count("<tr>") == 11
    assert page.index("kind110") < page.index("kind119")
    assert "换个条件试试" in visitor.get("/console/letters?q=nothing").text


@pytest.mark.parametrize("query", ["sort=nonsense", "page=x", "page=-1", "page=99999", "sort=-", "q=%25"])
def test_nonsense_in_the_address_breaks_nothing(visitor: Visitor, query: str) -> None:
    assert visitor.get(f"/console/letters?{query}").status_code == 200


def test_no_cell_of_an_export_is_a_formula(visitor: Visitor) -> None:
    text = visitor.get("/console/letters?export=csv").data.decode("utf-8-sig")
    assert len(text.splitlines()) == 121
    assert "'=HYPERLINK(1)" in text
    book = load_workbook(io.BytesIO(visitor.get("/console/letters?export=xlsx").data))
    kinds = [row[2] for row in book["数据"].iter_rows(values_only=True)]
    assert "'=HYPERLINK(1)" in kinds


def test_what_is_shown_is_text_not_markup(visitor: Visitor) -> None:
    assert "<b>坏了</b>" not in visitor.get("/console/letters").text


def test_a_dead_letter_is_tried_again_with_one_press(visitor: Visitor, sqlite_world: World) -> None:
    with sqlite_world.product.db.read() as session:
        row = session.query(Inbound).filter_by(key="dead:3").one()
    answer = visitor.post("/console/letters/redrive", page="/console/letters", id=str(row.id))
    assert answer.status_code == 303
    assert "1 条事件将重新处理" in visitor.get("/console/letters").text
