"""A live stream from booking to replay: checked, announced, watched, read, and stopped at once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models import audience
from models.activity import Activity
from models.content import LiveStream, PushPlan
from models.live import CHECKS
from models.live_guest import LiveGuest, LiveQuestion, LiveViewer
from models.register import Licence
from tests.console.desk import Seat
from tests.console.guest import Guest
from tests.world import World

AT = "/console/live"


@pytest.fixture
def world(sqlite_world: World) -> World:
    """A presenter whose licence is on the register."""
    with sqlite_world.product.db.work() as work:
        work.session.add(Licence(
            number="S0001", name="李老师", employee_id="adv01", expires_on=date(2099, 1, 1), by="合规", at=work.now
        ))  # fmt: skip
    return sqlite_world


def form(world: World, **more: str) -> dict[str, str]:
    starts = (world.hands.now + timedelta(days=2)).astimezone(world.product.db.rules.zone)
    return {
        "title": "年报怎么读", "starts": f"{starts:%Y-%m-%dT%H:%M}", "minutes": "60", "speaker": "李老师",
        "licence": "S0001", "anchor": "adv01", "url": "", "bullets": "三张表\n附注\n审计意见", **more,
    }  # fmt: skip


def newest(world: World) -> LiveStream:
    with world.product.db.read() as session:
        return session.scalars(select(LiveStream).order_by(LiveStream.id.desc())).first() or LiveStream()


def booked(world: World, **more: str) -> LiveStream:
    assert Seat(world, "老板", "admin").post(f"{AT}/new", **form(world, **more)).status_code == 303
    return newest(world)


def check(
    world: World, stream: LiveStream, name: str = "老审", role: str = "approver", ticks: list[str] | None = None
) -> str:
    seat = Seat(world, name, role)
    seat.post(f"{AT}/{stream.id}/check", ticks=list(CHECKS) if ticks is None else ticks)
    world.settle()
    return seat.get(f"{AT}/{stream.id}").text


def checked(world: World, **more: str) -> LiveStream:
    stream = booked(world, **more)
    check(world, stream)
    return newest(world)


def on_page(world: World, stream: LiveStream, who: str, **said: str) -> str:
    """A member on the stream's page; what it says after the form was sent."""
    return Guest(world, who).post(f"/m/live/{stream.id}", **said).text


def test_from_booking_to_who_watched_and_the_replay_for_who_did_not(world: World) -> None:
    came, missed = world.client("来了的", "A"), world.client("没来的", "A")
    stream = checked(world)
    assert stream.checked_by == "老审"
    assert stream.living_id in world.company.lives
    assert "已预约" in on_page(world, stream, came, book="1")
    on_page(world, stream, missed, book="1")
    assert "已收到" in on_page(world, stream, came, question="ETF和指数基金有什么区别，我电话13800138000")
    world.forward(days=2)
    assert sum("年报怎么读" in one.content for one in world.company.mass.values()) == 3
    world.people.begin_live(stream.living_id)
    for number, who in enumerate([came, *(world.people.meet(f"路人{at}") for at in range(4))]):
        world.people.watch_live(who, stream.living_id, 1500 if number == 0 else 30, comments=number == 0)
    world.people.end_live(stream.living_id)
    world.settle()
    found = {one.member_id: (one.seconds, one.commented) for one in world.rows(of=LiveViewer)}
    assert found[came] == (1500, True)
    assert len(found) == 5
    assert [one.amount for one in world.rows(of=Activity) if one.member_id == came and one.kind == "live"] == [25]
    with world.product.db.work() as work:
        assert [who for some in audience.targets(f"missed:{stream.id}", work).values() for who in some] == [missed]
        assert [who for some in audience.targets(f"watched:{stream.id}", work).values() for who in some] == [came]
    page = Seat(world, "运营", "operator").get(f"{AT}/{stream.id}").text
    assert "2 人" in page
    assert "13800138000" not in page
    assert "ETF和指数基金" in page


def test_nobody_checks_their_own_stream_and_every_point_must_be_answered_for(world: World) -> None:
    stream = booked(world)
    assert "双人复核" in check(world, stream, name="老板", role="admin")
    assert "项未确认" in check(world, stream, ticks=["script"])
    world.forward(days=3)
    assert world.company.lives == {}
    assert world.company.mass == {}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"licence": "S9999"}, "未登记或已过期"), ({"title": "题" * 21}, "60 字节"),
        ({"url": "javascript:alert(1)"}, "https://"), ({"bullets": "稳赚不赔"}, "合规检查禁止发送"),
        ({"starts": "2020-01-01T10:00"}, "15 分钟"), ({"starts": "明天"}, "北京时间"), ({"minutes": "5"}, "10 到 600"),
    ],
)  # fmt: skip
def test_what_cannot_be_booked_is_said_and_nothing_is_kept(world: World, more: dict[str, str], why: str) -> None:
    answer = Seat(world, "小编", "author").post(f"{AT}/new", **form(world, **more))
    assert answer.status_code == 422
    assert why in answer.text
    assert world.rows(of=LiveStream) == []
    assert world.rows(of=PushPlan) == []


def test_stopping_calls_back_what_is_out_and_cancels_it_in_wecom(world: World) -> None:
    stream = checked(world)
    world.forward(days=1, hours=1)
    assert len(world.company.mass) == 1
    Seat(world, "运营", "operator").post(f"{AT}/{stream.id}/stop")
    world.settle()
    assert world.company.lives[stream.living_id]["status"] == 4
    assert all(one.cancelled for one in world.company.mass.values())
    world.forward(days=2)
    assert len(world.company.mass) == 1


def test_a_stream_whose_end_nobody_called_is_read_all_the_same(world: World) -> None:
    who = world.client("看客", "A")
    stream = checked(world)
    world.forward(days=2)
    world.people.watch_live(who, stream.living_id, 900)
    world.forward(hours=3)
    assert [one.member_id for one in world.rows(of=LiveViewer)] == [who]
    assert world.rows(of=LiveStream)[-1].read_at is not None


def test_a_passer_by_can_read_the_page_but_not_sign_up_and_an_unchecked_stream_has_none(world: World) -> None:
    stream = checked(world)
    stranger = world.people.meet("路人")
    assert "添加投教顾问" in on_page(world, stream, stranger)
    waiting = booked(world, title="还没审核")
    assert "失效" in on_page(world, waiting, stranger) or "不存在" in on_page(world, waiting, stranger)
    assert (world.rows(of=LiveGuest), world.rows(of=LiveQuestion)) == ([], [])
