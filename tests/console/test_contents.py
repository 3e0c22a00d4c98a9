"""内容 at the console: written by one, approved by another, exactly as read; every wording kept."""

import pytest

from models.content import Content
from models.content_version import ContentVersion
from models.ledger import Evidence
from tests.console.desk import Seat
from tests.world import World

AT = "/console/contents"
FORM = {"id": "WK-99", "type": "weekly", "kind": "education", "channel": "group", "risk_tip": "general",
        "body": "本周课程：怎么看懂年报"}  # fmt: skip


@pytest.fixture
def author(sqlite_world: World) -> Seat:
    return Seat(sqlite_world, "小编", "author")


@pytest.fixture
def checker(sqlite_world: World) -> Seat:
    return Seat(sqlite_world, "老审", "approver")


def content_of(world: World, content_id: str = "WK-99") -> Content:
    with world.product.db.read() as session:
        return session.get_one(Content, content_id)


def approve(seat: Seat, seen: str) -> str:
    seat.post(f"{AT}/WK-99/approve", seen=seen)
    return seat.get(f"{AT}/WK-99").text


def test_what_one_wrote_another_approves(sqlite_world: World, author: Seat, checker: Seat) -> None:
    assert author.post(f"{AT}/new", **FORM).status_code == 303
    [version] = sqlite_world.rows(of=ContentVersion)
    approve(checker, version.hash)
    assert content_of(sqlite_world).approved_by == "老审"
    author.post(f"{AT}/WK-99/edit", **{**FORM, "body": "本周课程：怎么看懂季报"})
    assert not content_of(sqlite_world).approved
    assert "怎么看懂年报" in author.get(f"{AT}/WK-99").text
    assert {"content_version", "approved"} <= {one.kind for one in sqlite_world.rows(of=Evidence)}


def test_neither_ones_own_nor_words_one_has_not_seen(sqlite_world: World, checker: Seat) -> None:
    boss = Seat(sqlite_world, "管理员", "admin")
    boss.post(f"{AT}/new", **FORM)
    [version] = sqlite_world.rows(of=ContentVersion)
    assert "双人复核" in approve(boss, version.hash)
    boss.post(f"{AT}/WK-99/edit", **{**FORM, "body": "换了一句话"})
    assert "与您看到的不同" in approve(checker, version.hash)
    assert not content_of(sqlite_world).approved


def test_forbidden_words_cannot_be_approved(sqlite_world: World, author: Seat, checker: Seat) -> None:
    author.post(f"{AT}/new", **{**FORM, "body": "本月稳赚不赔，欢迎参加"})
    [version] = sqlite_world.rows(of=ContentVersion)
    assert "合规检查禁止发送" in approve(checker, version.hash)
    assert not content_of(sqlite_world).approved


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"body": " "}, "正文是空的"),
        ({"body": "长" * 1300}, "3900 字节，最多 3600"),
        ({"kind": "joke"}, "请选择内容类别"),
        ({"id": "不行"}, "只能用字母"),
        ({"id": "H-MID"}, "已有内容"),
        ({"risk_tip": "nope"}, "没有风险提示"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    sqlite_world: World, author: Seat, values: dict[str, str], told: str
) -> None:
    answer = author.post(f"{AT}/new", **{**FORM, **values})
    assert (answer.status_code, told in answer.text) == (422, True)
    assert sqlite_world.rows(of=ContentVersion) == []


def test_the_lint_marks_while_one_writes(author: Seat) -> None:
    assert "<mark" in author.post(f"{AT}/lint", body="稳赚不赔").text
