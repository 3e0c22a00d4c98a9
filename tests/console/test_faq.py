"""问答 at the console: list, editor, approval, import, report and queue, each for its roles, nothing run as markup."""

import io

import pytest
from sqlalchemy import delete

from models.faq import FaqDecision
from models.faq_base import FaqCase, FaqRelease, FaqVersion
from tests.console.desk import Seat
from tests.world import World

FEW = ("OPEN-001", "OPEN-019", "TRADE-012", "TRADE-016")
FORM = {
    "id": "TEST-001",
    "category": "试验",
    "question": "火星上能开营业部吗？",
    "phrasings": "火星营业部\n去火星怎么找你们",
    "answer": "目前没有火星营业部。<b>请留意</b>",
    "risk_tip": "none",
    "verify": "1",
}


@pytest.fixture
def world(sqlite_world: World) -> World:
    with sqlite_world.product.db.work() as work:
        work.session.execute(delete(FaqVersion).where(FaqVersion.entry_id.not_in(FEW)))
        work.session.execute(delete(FaqCase))
    return sqlite_world


def version_of(world: World, entry: str) -> FaqVersion:
    found: FaqVersion = world.rows(FaqVersion.entry_id == entry, of=FaqVersion)[-1]
    return found


def upload(seat: Seat, name: str, content: str | bytes) -> str:
    raw = content.encode() if isinstance(content, str) else content
    data = {"csrf": seat.csrf, "file": (io.BytesIO(raw), name)}
    return seat.web.post("/console/faq/import", data=data, buffered=True).text


def test_from_a_draft_to_an_answer_that_members_get(world: World) -> None:
    author, checker, reader = (
        Seat(world, "王编", "author"),
        Seat(world, "李审", "approver"),
        Seat(world, "周", "auditor"),
    )
    assert author.post("/console/faq/save", **FORM).status_code == 303
    draft = version_of(world, "TEST-001")
    page = checker.get("/console/faq/TEST-001").text
    assert "待审批" in page
    assert "<b>请留意</b>" not in page
    assert "存为草稿" not in page
    assert "通过</button>" not in author.get("/console/faq/TEST-001").text
    checker.post(f"/console/faq/versions/{draft.id}/approve", checker="合规部赵六")
    assert "第 1 版" in reader.get("/console/faq/releases").text
    report = checker.post("/console/faq/releases/prepare", go="1").headers["Location"]
    assert "TEST-001" in checker.get(report).text
    assert "确认发布" not in reader.get(report).text
    checker.post(f"{report}/publish")
    assert world.rows(of=FaqRelease)[-1].state == "active"
    assert world.last_heard(world.member_says("火星营业部")) == "目前没有火星营业部。<b>请留意</b>"


def test_a_form_with_faults_comes_back_as_it_was_sent(world: World) -> None:
    author = Seat(world, "王编", "author")
    answer = author.post("/console/faq/save", **{**FORM, "answer": "保本保收益", "phrasings": "怎么销户"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    for words in ("合规拦截", "OPEN-019", "保本保收益", "火星上能开营业部吗"):
        assert words in answer.text
    assert world.rows(FaqVersion.entry_id == "TEST-001", of=FaqVersion) == []


def test_a_bad_file_is_refused_with_its_rows_and_a_good_one_becomes_drafts(world: World) -> None:
    author, before = Seat(world, "王编", "author"), len(world.rows(of=FaqVersion))
    page = upload(author, "bad.csv", "编号,分类,标准问,答案\nT-1,x,火星在哪,好\nT-2,x,,好\nT-1,x,水星在哪,好\n")
    assert "2 处错误" in page
    for row, words in ((3, "缺少标准问"), (4, "与第 2 行重复")):
        assert f"<td>{row}</td>" in page
        assert words in page
    assert len(world.rows(of=FaqVersion)) == before
    assert "新草稿 1 条" in upload(author, "good.csv", "编号,分类,标准问,答案\nT-1,x,火星在哪,好\n")
    assert "请选择文件" in author.post("/console/faq/import").text


@pytest.mark.parametrize("kind", ["yaml", "csv", "xlsx"])
def test_what_is_exported_can_be_imported_again(world: World, kind: str) -> None:
    author = Seat(world, "王编", "author")
    content = author.get(f"/console/faq/file.{kind}").data
    assert "未变 4 条" in upload(author, f"faq.{kind}", content)


def test_the_list_is_searched_filtered_and_shows_what_was_asked(world: World) -> None:
    seat = Seat(world, "运营", "operator")
    world.member_says("个人开户需要准备什么材料？")
    page = seat.get("/console/faq?q=材料").text
    assert page.count("<tr>") == 2
    assert "OPEN-001" in page
    assert seat.get("/console/faq?state=draft").text.count("OPEN-") == 0
    assert "印花税" in seat.get("/console/faq?export=csv").data.decode("utf-8-sig")
    assert seat.get("/console/faq/NONE-001").status_code == 404


def test_one_press_makes_a_phrasing_a_draft_or_an_end_of_a_group(world: World) -> None:
    author = Seat(world, "王编", "author")
    said = ("火星上有没有营业部", "螃蟹怎么蒸", "<script>alert(1)</script>什么意思")
    with world.product.db.work() as work:
        work.session.add_all(
            FaqDecision(source_key=one, at=work.now, channel="kf", decision="silent", text=one) for one in said
        )
    page = author.get("/console/faq/learning").text
    assert "火星上有没有营业部" in page
    assert "<script>alert" not in page
    assert "写入该条目" not in Seat(world, "周", "auditor").get("/console/faq/learning").text
    author.post("/console/faq/learning/phrasing", ids="1", text="火星上有没有营业部", entry="OPEN-001")
    assert "火星上有没有营业部" in version_of(world, "OPEN-001").body["phrasings"]
    author.post("/console/faq/learning/draft", ids="2", text="螃蟹怎么蒸")
    assert version_of(world, "NEW-001").question == "螃蟹怎么蒸"
    author.post("/console/faq/learning/dismiss", ids="3")
    assert "没有待处理的问题" in author.get("/console/faq/learning").text
    author.post("/console/faq/learning/dismiss", ids="3")
    assert "没有处理" in author.get("/console/faq/learning").text
