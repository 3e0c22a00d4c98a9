"""内容 at the console: written by one, approved by another, exactly as read; every wording kept."""

import io

import pytest
from PIL import Image

from models.content import Content
from models.content_version import ContentVersion
from models.ledger import Evidence
from tests.console.desk import Seat
from tests.documents import MP4, pdf
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


def png() -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(made, "PNG")
    made.seek(0)
    return made


MINI = {"mini_title": "开户助手", "mini_appid": "wx0123456789abcdef", "mini_page": "pages/index?from=wecom"}
LINK = {"link_title": "第三课", "link_desc": "看懂年报", "link_url": "https://www.example.com/3"}


def test_a_picture_and_a_link_are_kept_shown_and_part_of_what_is_approved(
    sqlite_world: World, author: Seat, checker: Seat
) -> None:
    author.post(f"{AT}/new", **FORM, **LINK, image=(png(), "封面.png"))
    kept = content_of(sqlite_world)
    shown = checker.get(f"/console/media/{kept.image}")
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    approve(checker, kept.digest)
    assert content_of(sqlite_world).approved
    author.post(f"{AT}/WK-99/edit", **FORM, **LINK)
    assert content_of(sqlite_world).approved  # saved as it was: the picture stays
    author.post(f"{AT}/WK-99/edit", **FORM, **LINK, no_image="1")
    assert not content_of(sqlite_world).approved
    assert content_of(sqlite_world).image == ""
    assert "第三课" in author.get(f"{AT}/WK-99").text


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"link_title": "第三课"}, "一起填写"),
        ({**LINK, "link_url": "http://www.example.com"}, "https://"),
        ({**LINK, "link_url": "https://x.cn/a b"}, "不含空格"),
        ({**LINK, "link_title": "课" * 43}, "128 字节"),
        ({"image": (io.BytesIO(b"<svg onload=alert(1)>"), "x.png")}, "不是可读的图片"),
        ({"file": (io.BytesIO(b"MZ"), "x.pdf")}, "只支持 PDF"),
        ({"mini_title": "开户助手", "mini_appid": "wx0123456789abcdef", "mini_page": "pages/index"}, "封面图片"),
        ({**MINI, "mini_appid": "nope", "image": (png(), "a.png")}, "AppID"),
        ({**MINI, "mini_page": "页面", "image": (png(), "a.png")}, "小程序页面"),
        ({**MINI, "mini_title": "助" * 22, "image": (png(), "a.png")}, "64 字节"),
    ],
)
def test_what_wecom_or_a_browser_could_not_take_is_refused_and_nothing_is_kept(
    sqlite_world: World, author: Seat, more: dict[str, object], why: str
) -> None:
    answer = author.post(f"{AT}/new", **FORM, **more)
    assert answer.status_code == 422
    assert why in answer.text
    assert sqlite_world.rows(of=ContentVersion) == []


def test_a_promise_in_the_title_of_a_link_is_marked_while_writing_and_never_approved(
    sqlite_world: World, author: Seat, checker: Seat
) -> None:
    said = {**LINK, "link_title": "本月稳赚不赔"}
    assert "禁止发送" in author.post(f"{AT}/lint", **FORM, **said).text
    author.post(f"{AT}/new", **FORM, **said)
    assert "合规检查禁止发送" in approve(checker, content_of(sqlite_world).digest)


def test_a_promise_inside_a_pdf_is_found_and_never_approved(sqlite_world: World, author: Seat, checker: Seat) -> None:
    author.post(f"{AT}/new", **FORM, file=(io.BytesIO(pdf("本月稳赚不赔")), "说明.pdf"))
    kept = content_of(sqlite_world)
    shown = checker.get(f"/console/media/{kept.attachment}")
    assert shown.headers["Content-Disposition"].startswith("attachment")
    assert "合规检查禁止发送" in approve(checker, kept.digest)
    assert not content_of(sqlite_world).approved


def test_a_file_and_a_card_are_part_of_what_is_approved_and_of_every_version(
    sqlite_world: World, author: Seat, checker: Seat
) -> None:
    author.post(f"{AT}/new", **FORM, **MINI, image=(png(), "a.png"), file=(io.BytesIO(MP4), "第三课.mp4"))
    approve(checker, content_of(sqlite_world).digest)
    assert content_of(sqlite_world).approved
    page = author.get(f"{AT}/WK-99").text
    assert "第三课.mp4" in page
    assert "请审批人打开逐一核对" in page
    assert "开户助手" in page
    author.post(f"{AT}/WK-99/edit", **FORM, **MINI, no_file="1")
    assert not content_of(sqlite_world).approved
    assert [bool(one.attachment) for one in sqlite_world.rows(of=ContentVersion)] == [True, False]
