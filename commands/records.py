"""`run.py inbox`, `outbox`: what happened, what is stuck, and trying it again."""

import click

from bot import inbox as inbox_rows
from bot import outbox as outbox_rows
from commands.opened import opened
from commands.say import result


@click.group()
def inbox() -> None:
    """收件箱。"""


@inbox.command("dead")
@click.option("--json", "as_json", is_flag=True)
def dead(*, as_json: bool) -> None:
    """列出处理失败、已搁置的事件。"""
    with opened() as product, product.db.read() as session:
        rows = inbox_rows.dead_letters(session)
    lines = [f"#{row['id']} {row['source']}/{row['kind']} 尝试 {row['attempts']} 次：{row['error']}" for row in rows]
    result({"dead": rows}, "\n".join(lines) or "没有搁置的事件", as_json=as_json)


@inbox.command("redrive")
@click.argument("ids", nargs=-1, type=int)
@click.option("--json", "as_json", is_flag=True)
def redrive(ids: tuple[int, ...], *, as_json: bool) -> None:
    """重新处理搁置的事件（不写编号则全部）。"""
    with opened() as product, product.db.work() as work:
        count = inbox_rows.redrive(work, ids)
    result({"redriven": count}, f"已重新排队 {count} 条", as_json=as_json)


@click.group()
def outbox() -> None:
    """发件箱。"""


@outbox.command("problems")
@click.option("--json", "as_json", is_flag=True)
def problems(*, as_json: bool) -> None:
    """列出发送失败和结果不明的消息。"""
    with opened() as product, product.db.read() as session:
        rows = outbox_rows.unresolved(session)
    lines = [f"#{row['id']} {row['kind']} {row['state']}：{row['reason']}" for row in rows]
    result({"problems": rows}, "\n".join(lines) or "没有失败或结果不明的发送", as_json=as_json)


@outbox.command("redrive")
@click.argument("ids", nargs=-1, type=int, required=True)
@click.option("--json", "as_json", is_flag=True)
def resend(ids: tuple[int, ...], *, as_json: bool) -> None:
    """重新发送失败的消息（结果不明的不会重发，以免重复）。"""
    with opened() as product, product.db.work() as work:
        count = outbox_rows.redrive(work, ids)
    result({"redriven": count}, f"已重新排队 {count} 条", as_json=as_json)
