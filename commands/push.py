"""`run.py push`: plans, and whom they would reach."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from bot.rehearsal import Moment, rehearse
from commands.opened import opened
from commands.say import fail, result
from handlers import push as use_case
from models import audience
from models.content import Content, PushPlan


@click.group()
def push() -> None:
    """推送计划。"""


@push.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_plans(*, as_json: bool) -> None:
    """列出计划。"""
    with opened() as product, product.db.read() as session:
        plans = session.scalars(select(PushPlan).order_by(PushPlan.id)).all()
        zone = product.settings.zone
        rows: list[dict[str, object]] = [
            {"id": one.id, "name": one.name, "rule": one.rule, "status": one.status, "segment": one.segment,
             "next_at": one.next_at.astimezone(zone).isoformat() if one.next_at else None}
            for one in plans
        ]  # fmt: skip
    lines = [
        f"#{row['id']} {row['name']} [{row['status']}] {row['rule']} → {row['segment']} 下次 {row['next_at']}"
        for row in rows
    ]
    result({"plans": rows}, "\n".join(lines) or "还没有推送计划", as_json=as_json)


@push.command()
@click.argument("plan_id", type=int)
@click.option("--json", "as_json", is_flag=True)
def preview(plan_id: int, *, as_json: bool) -> None:
    """预览文字与接收对象（不发送）。"""
    with opened() as product, product.db.work() as work:
        plan = work.session.get(PushPlan, plan_id)
        content = work.session.get(Content, plan.content_id) if plan else None
        if plan is None or content is None:
            fail(f"没有计划 {plan_id}；用 push list 查看")
        text = use_case.words(content, plan, work)
        owners = {f"{owner}/{kind}": targets for (owner, kind), targets in audience.targets(plan.segment, work).items()}
        verdict = work.rules.lexicon.lint(text, "out").verdict
    size = sum(len(targets) for targets in owners.values())
    data: dict[str, object] = {"plan": plan_id, "text": text, "audience": owners, "size": size, "lint": verdict}
    result(data, f"{text}\n—— 接收对象 {size} 个，需 {len(owners)} 人点击发送；合规 {verdict}", as_json=as_json)


@push.command("upload")
@click.argument("name")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def upload(name: str, path: Path, *, as_json: bool) -> None:
    """导入名单（每行一个成员编号），打印编号，供接收对象 list:编号 使用；有一行不认识则整份拒绝。"""
    try:
        with opened() as product, product.db.work() as work:
            made = audience.upload(work, name, path.read_text(encoding="utf-8-sig").splitlines(), "命令行")
            number, size = made.id, made.size
    except ValueError as fault:
        fail(str(fault))
    result({"list": number, "size": size}, f"名单 {number} 已导入 {size} 人：接收对象写 list:{number}", as_json=as_json)


@push.command("dry-run")
@click.argument("plan_id", type=int)
@click.option("--days", type=click.IntRange(-366, 366), default=30, help="过去多少天；负数为今后多少天")
@click.option("--json", "as_json", is_flag=True)
def dry_run(plan_id: int, days: int, *, as_json: bool) -> None:
    """按真实规则试算：哪些时刻、发给多少、为什么拦下、要谁点击（不发送，不留痕）。"""
    with opened() as product:
        today = product.db.clock().astimezone(product.settings.zone).date()
        first, last = sorted((today - timedelta(days=days), today))
        try:
            moments = rehearse(product.db, plan_id, first, last)
        except LookupError as fault:
            fail(str(fault))
        zone = product.settings.zone
    rows: list[dict[str, object]] = [
        {"planned": one.planned.astimezone(zone).isoformat(), "leaves": one.leaves.astimezone(zone).isoformat(),
         "reached": one.reached, "withheld": {why: count for why, count in one.outcomes.items() if why},
         "taps": dict(one.taps)}
        for one in moments
    ]  # fmt: skip
    lines = [_line(one, zone) for one in moments]
    result({"plan": plan_id, "moments": rows}, "\n".join(lines) or "这段时间没有推送时刻", as_json=as_json)


def _line(one: Moment, zone: ZoneInfo) -> str:
    later = "" if one.leaves == one.planned else f"（推迟到 {one.leaves.astimezone(zone):%m-%d %H:%M}）"
    why = "；".join(f"{reason} {count}" for reason, count in one.outcomes.most_common() if reason) or "无"
    return (
        f"{one.planned.astimezone(zone):%Y-%m-%d %H:%M}{later} 送达 {one.reached} 个；拦下：{why}；"
        f"{len(one.taps)} 人点击 {sum(one.taps.values())} 次"
    )
