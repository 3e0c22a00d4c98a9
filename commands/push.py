"""`run.py push`: plans, and whom they would reach."""

import click
from sqlalchemy import select

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
