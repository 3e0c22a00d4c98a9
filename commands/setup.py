"""`run.py migrate`, `seed`, `user`: a database that can be worked with."""

import click
from sqlalchemy import select

from commands.opened import opened
from commands.say import fail, result
from models import operator as operators
from models import seed as first_data
from models import token as tokens
from models.evidence import record
from models.operator import ROLES, Operator
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
        product.db.rules.matcher.wait()  # trained and kept now, so that the first question need not wait
    result({"ok": True, **added}, f"问答 {added['faq']} 条、内容 {added['content']} 条已就绪", as_json=as_json)


@click.group()
def user() -> None:
    """后台账号。"""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--employee", default="", help="企业微信 userid；顾问据此只看到自己名下的客户，不写则与账号同名")
@click.option("--json", "as_json", is_flag=True)
def add(name: str, role: str, employee: str, *, as_json: bool) -> None:
    """新建账号，打印一次性密码。"""
    with opened() as product, product.db.work() as work:
        if work.session.get(Operator, name) is not None:
            fail(f"账号 {name} 已存在；忘记密码请用 user reset {name}")
        password = new_operator(work, name, role, employee)
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
        password = operators.reset(work, known)
    result({"name": name, "password": password}, f"账号 {name} 新的一次性密码：{password}", as_json=as_json)


@user.command("list")
@click.option("--json", "as_json", is_flag=True)
def listed(*, as_json: bool) -> None:
    """列出账号。"""
    with opened() as product, product.db.read() as session:
        rows = [
            {"name": one.name, "role": one.role, "closed": one.closed, "totp": one.totp_on, "employee": one.employee}
            for one in session.scalars(select(Operator).order_by(Operator.name))
        ]
    lines = [f"{row['name']}（{row['role']}）{'已停用' if row['closed'] else ''}" for row in rows]
    result({"users": rows}, "\n".join(lines) or "还没有账号", as_json=as_json)


@user.command("totp-off")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
def totp_off(name: str, *, as_json: bool) -> None:
    """手机与恢复码都丢失时，关闭某账号的两步验证；原有登录全部失效。"""
    with opened() as product, product.db.work() as work:
        known = work.session.get(Operator, name)
        if known is None:
            fail(f"没有账号 {name}")
        operators.drop_totp(known)
        operators.close_sessions(work.session, name)
        record(work, "operator_action", "", {"by": "run.py", "what": "totp off", "account": name}, ref="accounts")
    result({"name": name}, f"账号 {name} 的两步验证已关闭", as_json=as_json)


@user.group()
def token() -> None:
    """/api/v1 的访问令牌。"""


@token.command("add")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(list(tokens.SCOPES)))
@click.option("--days", default=90, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def token_add(name: str, scopes: tuple[str, ...], days: int, *, as_json: bool) -> None:
    """签发令牌，只显示这一次。"""
    with opened() as product, product.db.work() as work:
        try:
            text = tokens.issue(work, name, scopes, days, "run.py")
        except ValueError as error:
            fail(str(error))
    result({"name": name, "token": text}, f"令牌（只显示这一次）：{text}", as_json=as_json)


@token.command("list")
@click.option("--json", "as_json", is_flag=True)
def token_list(*, as_json: bool) -> None:
    """列出令牌（不含密文）。"""
    with opened() as product, product.db.read() as session:
        rows = [
            {
                "id": one.id, "name": one.name, "scopes": one.scopes, "expires_at": one.expires_at,
                "used_at": one.used_at, "revoked_at": one.revoked_at,
            }
            for one in tokens.all_tokens(session)
        ]  # fmt: skip
    lines = [
        f"{row['id']} {row['name']} 至 {row['expires_at']}{' 已吊销' if row['revoked_at'] else ''}" for row in rows
    ]
    result({"tokens": rows}, "\n".join(lines) or "还没有令牌", as_json=as_json)


@token.command("revoke")
@click.argument("token_id")
@click.option("--json", "as_json", is_flag=True)
def token_revoke(token_id: str, *, as_json: bool) -> None:
    """吊销令牌，立即生效。"""
    with opened() as product, product.db.work() as work:
        if not tokens.revoke(work, token_id, "run.py"):
            fail(f"没有可用的令牌 {token_id}")
    result({"id": token_id}, f"令牌 {token_id} 已吊销", as_json=as_json)


def new_operator(work: Work, name: str, role: str, employee_id: str = "") -> str:
    """An account with a one-time password, which is returned and kept nowhere."""
    return operators.add(work, name, role, employee_id)
