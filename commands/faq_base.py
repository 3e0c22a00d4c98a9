"""`run.py faq import`, `export`, `approve`, `publish`: the FAQ base from file to every running process."""

from datetime import datetime, time
from pathlib import Path
from typing import Any

import click

from commands.opened import opened
from commands.product import Product
from commands.say import fail, result
from handlers import faq_base as base
from handlers import faq_learning, faq_release
from handlers.faq_base import Refused
from models import faq_base
from models.operator import Operator
from models.work import Work
from rules import faq_read, faq_write

FILE = click.Path(dir_okay=False, path_type=Path)
SHOWN = 8
"""Lines of each part of a report a terminal shows; --json has all."""


@click.command("import")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", default="命令行", show_default=True, help="起草人；须由另一人审批")
@click.option("--json", "as_json", is_flag=True)
def import_(path: Path, by: str, *, as_json: bool) -> None:
    """从 YAML/CSV/XLSX 导入为待审草稿；任何一行有错则整个文件不导入。"""
    rows, faults = faq_read.read(path.name, path.read_bytes())
    with opened() as product, product.db.work() as work:
        taken = base.take_in(rows, by, work, faults)
    errors = [{"row": one.row, "field": one.field, "error": one.text} for one in taken.faults]
    data: dict[str, object] = {
        "ok": not errors, "rows": len(rows), "drafts": list(taken.drafts), "unchanged": taken.unchanged,
        "errors": errors,
    }  # fmt: skip
    if errors:
        lines = [f"  第 {one.row} 行 {one.field}：{one.text}" for one in taken.faults]
        text = "\n".join([f"{path.name} 有 {len(errors)} 处错误，整个文件未导入，库未改动：", *lines])
    else:
        text = f"新草稿 {len(taken.drafts)} 条，未变 {taken.unchanged} 条。下一步：faq approve --all --by 审批人"
    result(data, text, as_json=as_json, ok=not errors)


@click.command()
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--drafts", is_flag=True, help="导出最新版本（含草稿），而不是已发布的")
@click.option("--json", "as_json", is_flag=True)
def export(path: Path, *, drafts: bool, as_json: bool) -> None:
    """导出为 YAML/CSV/XLSX，可原样导入。"""
    with opened() as product, product.db.read() as session:
        bodies = base.bodies(session, drafts=drafts)
    try:
        path.write_bytes(faq_write.write(path.name, bodies))
    except (ValueError, OSError) as error:
        fail(f"没有导出：{error}")
    result({"ok": True, "entries": len(bodies), "file": str(path)}, f"{len(bodies)} 条已写入 {path}", as_json=as_json)


@click.command()
@click.argument("entry_ids", metavar="[编号]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="全部待审草稿")
@click.option("--by", required=True, help="审批人账号（approver 或 admin），不能是起草人")
@click.option("--checker", default="", help="核对易变事实的人；不写则答案带「具体以官方公告为准」")
@click.option("--json", "as_json", is_flag=True)
def approve(entry_ids: tuple[str, ...], by: str, checker: str, *, every: bool, as_json: bool) -> None:
    """审批草稿；不给编号也不给 --all 时只列出待审。"""
    with opened() as product, product.db.work() as work:
        waiting = {one.entry_id: one for one in base.drafts(work)}
        if unknown := [one for one in entry_ids if one not in waiting]:
            fail(f"没有待审草稿：{'、'.join(unknown)}；现有：{'、'.join(waiting) or '无'}")
        chosen = list(waiting) if every else list(entry_ids)
        account = _account(by, work)
        try:
            for entry in chosen:
                base.approve(waiting[entry].id, account, work, checker)
        except Refused as error:
            fail(str(error))
    data: dict[str, object] = {"ok": True, "approved": chosen, "waiting": [one for one in waiting if one not in chosen]}
    text = f"已审批 {len(chosen)} 条" if chosen else f"待审 {len(waiting)} 条：{'、'.join(waiting) or '无'}"
    result(data, text, as_json=as_json)


@click.command()
@click.option("--by", required=True, help="发布人账号（approver 或 admin）")
@click.option("--reason", default="", help="效果变差仍要发布时的原因，写入存证")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="预约在这一天零点生效")
@click.option("--dry-run", is_flag=True, help="只出报告")
@click.option("--json", "as_json", is_flag=True)
def publish(by: str, reason: str, at: datetime | None, *, dry_run: bool, as_json: bool) -> None:
    """生成报告并发布；效果变差时拦下，除非写明原因。运行中的进程自动换用，无需重启。"""
    with opened() as product:
        starts = datetime.combine(at.date(), time(), product.settings.zone) if at else None
        try:
            with product.db.read() as session:
                asked = faq_learning.unanswered_texts(session, product.db.clock())
            number = faq_release.prepare(product.db, by, asked, starts)
            data = _published(product, number, by, reason, dry_run=dry_run)
        except Refused as error:
            fail(f"没有发布：{error}")
    result(data, "\n".join(told(data)), as_json=as_json, ok=not data["refused"])


def _published(product: Product, number: int, by: str, reason: str, *, dry_run: bool) -> dict[str, Any]:
    """Report and state; a refusal is part of the result, so that the report is seen with it."""
    refused, state = "", "candidate"
    with product.db.work() as work:
        report = work.session.get_one(faq_base.FaqRelease, number).report
        if not dry_run:
            try:
                state = faq_release.publish(number, _account(by, work), reason, work).state
            except Refused as error:
                refused = str(error)
    product.store.publish("inbox")  # workers look at once
    return {"release": number, "state": state, "refused": refused, "report": report}


def told(data: dict[str, Any]) -> list[str]:
    """A report as people read it."""
    report, before, after = data["report"], data["report"]["cases"]["before"], data["report"]["cases"]["after"]
    words = {"active": "已发布", "scheduled": "已预约", "candidate": "未发布"}
    lines = [
        f"发布 {data['release']}：{words[data['state']]}；{report['entries']} 条、{report['phrasings']} 种问法",
        f"测试集 {after['labelled']} 题：能解决 {before['resolved']} → {after['resolved']}",
        f"答错 {before['wrong']} → {after['wrong']}",
        f"不该答的 {after['chatter']} 句：误答 {before['noise']} → {after['noise']}",
        f"改善 {len(report['gained'])} 题，变差 {len(report['lost'])} 题",
        f"近期未答 {report['asked']} 问：现可直接答 {report['now_answered']}、给选项 {report['now_offered']}",
    ]
    lines += [f"  变差：{one[1]}（应为 {one[2]}，现为 {one[3]}）" for one in report["lost"][:SHOWN]]
    lines += [f"  易混：{one[0]}「{one[1]}」与 {one[2]} 相近 {one[3]}" for one in report["confused"][:SHOWN]]
    if report["few"]:
        lines.append(f"问法不足 8 种的 {len(report['few'])} 条：{'、'.join(one[0] for one in report['few'][:SHOWN])} …")
    if report["waiting"]:
        lines.append(f"未到生效日，本次不含：{'、'.join(report['waiting'])}；到期前用 --at 预约发布")
    return [*lines, f"没有发布：{data['refused']}"] if data["refused"] else lines


def _account(name: str, work: Work) -> Operator:
    account = work.session.get(Operator, name)
    if account is None:
        fail(f"没有账号 {name}；新建请用 user add {name} --role approver")
    return account
