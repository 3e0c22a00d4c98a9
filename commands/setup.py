"""`run.py migrate`, `seed`, `user`: a database that can be worked with."""

import secrets

import click
from argon2 import PasswordHasher

from commands.opened import opened
from commands.say import fail, result
from models import seed as first_data
from models.operator import ROLES, Operator, close_sessions
from models.work import Work


@click.command()
@click.option("--json", "as_json", is_flag=True)
def migrate(*, as_json: bool) -> None:
    """把数据库结构升级到最新。"""
    with opened():
        pass
    result({"ok": True}, "数据库结构已是最新", as_json=as_json)


@click.command()
@click.option("--json", "as_json", is_flag=True)
def seed(*, as_json: bool) -> None:
    """写入初始数据（可重复执行）。"""
    with opened() as product, product.db.work() as work:
        added = first_data.shipped(work)
    result({"ok": True, **added}, f"问答 {added['faq']} 条、内容 {added['content']} 条已就绪", as_json=as_json)


@click.group()
def user() -> None:
    """后台账号。"""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--json", "as_json", is_flag=True)
def add(name: str, role: str, *, as_json: bool) -> None:
    """新建账号，打印一次性密码。"""
    with opened() as product, product.db.work() as work:
        if work.session.get(Operator, name) is not None:
            fail(f"账号 {name} 已存在；忘记密码请用 user reset {name}")
        password = new_operator(work, name, role)
    result(
        {"name": name, "role": role, "password": password},
        f"账号 {name}（{role}）一次性密码：{password}",
        as_json=as_json,
    )


@user.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
def reset(name: str, *, as_json: bool) -> None:
    """重设密码，打印一次性密码；原有登录全部失效。"""
    with opened() as product, product.db.work() as work:
        known = work.session.get(Operator, name)
        if known is None:
            fail(f"没有账号 {name}；新建请用 user add {name} --role 角色")
        password = secrets.token_urlsafe(9)
        known.password, known.must_change = PasswordHasher().hash(password), True
        known.failures, known.locked_until = 0, None
        close_sessions(work.session, name)
    result({"name": name, "password": password}, f"账号 {name} 新的一次性密码：{password}", as_json=as_json)


def new_operator(work: Work, name: str, role: str) -> str:
    """An account with a one-time password, which is returned and kept nowhere."""
    password = secrets.token_urlsafe(9)
    work.session.add(
        Operator(
            name=name,
            role=role,
            password=PasswordHasher().hash(password),
            must_change=True,
            failures=0,
            created_at=work.now,
        )
    )
    return password
