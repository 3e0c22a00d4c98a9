"""`run.py member`: what a person may ask of us, their data and their erasure."""

import json
from html import escape
from pathlib import Path

import click

from commands.opened import opened
from commands.say import fail, result
from models import rights

RECREATED = "企业微信侧的联系人关系须由顾问一并删除，否则目录同步会重新建立联系人"


@click.group()
def member() -> None:
    """成员的个人信息权利（查阅复制、删除）。"""


@member.command()
@click.argument("member_id")
@click.option("--out", type=click.Path(file_okay=False), default="member-data", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def export(member_id: str, out: str, *, as_json: bool) -> None:
    """导出我们持有的关于某人的全部数据（JSON 与 HTML）。"""
    folder = Path(out)
    if folder.exists() and any(folder.iterdir()):
        fail(f"{folder} 已有内容：请用 --out 换一个文件夹")
    with opened() as product:
        try:
            with product.db.read() as session:
                held = rights.everything(session, member_id, product.db.rules.pepper)
        except LookupError:
            fail(f"没有成员 {member_id}")
        with product.db.work() as work:
            rights.asked(work, member_id, "run.py")
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(held, ensure_ascii=False, indent=1, default=str)
    (folder / "data.json").write_text(text + "\n", encoding="utf-8")
    (folder / "index.html").write_text(page(member_id, held), encoding="utf-8")
    rows = sum(len(rows) for rows in held.values())
    result(
        {"folder": str(folder), "rows": rows, "tables": sorted(held)}, f"已导出 {rows} 行到 {folder}", as_json=as_json
    )


@member.command()
@click.argument("member_id")
@click.option("--json", "as_json", is_flag=True)
def erase(member_id: str, *, as_json: bool) -> None:
    """删除某人的个人信息；法律要求保存的转为仅存档，并说明依据与期限。"""
    with opened() as product:
        with product.db.read() as session:
            found_in = rights.mentions(session, member_id)
        try:
            with product.db.work() as work:
                found = rights.erase(work, member_id, "run.py", found_in)
        except LookupError:
            fail(f"没有成员 {member_id}")
    data: dict[str, object] = {"state": found.state, "why": found.why, "until": found.until}
    words = "已删除；存证链仍可核验，其内容不可再读"
    if found.state == "archived":
        words = f"暂不能删除，已转为仅存档、停止一切使用：{found.why}（个人信息保护法第四十七条第二款）。期满自动删除"
    result(data, f"{words}。{RECREATED}", as_json=as_json)


def page(member_id: str, held: dict[str, list[dict[str, object]]]) -> str:
    """The same for people: a table for each kind of data."""
    parts = ['<!doctype html><meta charset="utf-8"><title>个人信息副本</title>', f"<h1>{escape(member_id)}</h1>"]
    for name, rows in held.items():
        heads = "".join(f"<th>{escape(key)}</th>" for key in rows[0])
        parts.append(f"<h2>{escape(name)}（{len(rows)}）</h2><table border=1><tr>{heads}</tr>")
        for row in rows:
            cells = "".join(f"<td>{escape(str(value))}</td>" for value in row.values())
            parts.append(f"<tr>{cells}</tr>")
        parts.append("</table>")
    return "".join(parts) + "</html>\n"
