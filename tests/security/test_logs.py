"""Canaries: secrets, phone numbers, ids and words of persons are planted everywhere and must not reach the log."""

import io
import logging
from contextlib import redirect_stderr, redirect_stdout

import pytest

from tests.console.desk import Seat
from tests.console.visitor import Visitor
from tests.world import KEYS, World

PHONE, WORDS = "13812345678", "我的持仓亏了八十万"
PASSWORD = "canary-password-7731"


def test_neither_secrets_nor_persons_reach_the_log(sqlite_world: World, caplog: pytest.LogCaptureFixture) -> None:
    world = sqlite_world
    out, err = io.StringIO(), io.StringIO()
    with caplog.at_level(logging.DEBUG), redirect_stdout(out), redirect_stderr(err):
        who = world.friend("慕容复兴")
        world.member_says(f"{WORDS}，请打 {PHONE}", by=who)
        world.member_says("转人工", by=who)
        world.group_hears(f"{WORDS} {PHONE}", world.in_group("司马相如"))
        with world.holding_mail() as mail:
            world.people.say_to_kf(who, WORDS)
            world.courier.drain()
        forged = mail[0]
        world.web.post(forged.path, query_string=forged.query, data=forged.body[:-20] + b"x" * 20)
        visitor = Visitor(world)
        visitor.login(PASSWORD)
        visitor.web.post("/console/login/code", data={"code": PASSWORD})
        seat = Seat(world, "管理员", "admin")
        seat.post("/console/accounts/add", name="李审批", role="approver")
        seat.get(f"/console/evidence?q={who}")
        seat.get(f"/console/nowhere/{who}")
        world.forward(hours=2)
    said = caplog.text + out.getvalue() + err.getvalue()
    corp = world.company.corp
    planted = {
        "phone": PHONE, "words": WORDS, "name": "慕容复兴", "person": who, "password": PASSWORD,
        "data key": KEYS["BOT_DATA_KEY"], "secret key": KEYS["BOT_SECRET_KEY"], "app secret": corp.secret,
        "callback token": corp.token, "aes key": corp.aes_key, "session": seat.csrf,
    }  # fmt: skip
    assert [name for name, canary in planted.items() if canary in said] == []
