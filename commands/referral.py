"""`run.py referral`: the ledger's proof, a member's points, programmes tried on the past, the opening switch."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import yaml
from sqlalchemy import select

from commands.opened import opened
from commands.say import fail, result
from config import data
from handlers import programme
from models import movements, points
from models.points import PointsEntry
from models.programme import OpeningSwitch

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def referral() -> None:
    """老带新：积分账本、活动方案、开户奖励开关。"""


@referral.command()
@click.option("--json", "as_json", is_flag=True)
def reconcile(*, as_json: bool) -> None:
    """对账：每笔流水借贷相等、分录合计等于余额、批次合计等于可用积分。"""
    with opened() as product, product.db.read() as session:
        found = points.reconcile(session)
    text = (
        f"账目相符：{found.accounts} 个账户，{found.entries} 笔流水，"
        f"累计发放 {found.issued} 分，结存 {found.outstanding} 分"
        if found.ok
        else "账目不符，请勿继续兑换并通知合规：\n" + "\n".join(found.faults)
    )
    result({"ok": found.ok, **asdict(found)}, text, as_json=as_json, ok=found.ok)


@referral.group()
def ledger() -> None:
    """积分账本。"""


@ledger.command()
@click.argument("member_id")
@click.option("--json", "as_json", is_flag=True)
def show(member_id: str, *, as_json: bool) -> None:
    """一个成员的余额与全部流水。"""
    with opened() as product, product.db.work() as work:
        movements.settle(work.session, member_id, work.now)
        have = points.balance(work.session, member_id)
        chosen = select(PointsEntry).where(PointsEntry.member_id == member_id).order_by(PointsEntry.id)
        zone = product.settings.zone
        rows: list[dict[str, object]] = [
            {"id": one.id, "at": one.at.astimezone(zone).isoformat(timespec="minutes"), "kind": one.kind,
             "points": one.points, "rule": one.rule, "about": one.about, "why": one.why}
            for one in work.session.scalars(chosen)
        ]  # fmt: skip
    lines = [f"可用 {have.available} 分，持有期内 {have.held} 分"]
    lines += [
        f"{row['at']}  {row['kind']:<8}{row['points']:>+6}  {row['rule']} {row['about']} {row['why']}" for row in rows
    ]
    result({"available": have.available, "held": have.held, "entries": rows}, "\n".join(lines), as_json=as_json)


@referral.command("dry-run")
@click.option("--file", "path", type=FILE, help="方案 YAML；不写则用随附方案")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3650))
@click.option("--json", "as_json", is_flag=True)
def dry_run(path: Path | None, days: int, *, as_json: bool) -> None:
    """用过去若干天的邀请记录试算一个方案（不写入）。"""
    proposal = _proposal(path)
    with opened() as product, product.db.work() as work:
        try:
            trial = programme.dry_run(work, proposal, days)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            fail(f"方案缺少或写错了字段 {error}")
    faults = [f"{one.where}：{one.article}" for one in trial.refused]
    text = (
        f"过去 {days} 天 {trial.referrals} 次邀请：可计分 {trial.credited} 次，邀请人共 {trial.points} 分"
        f"（实际 {trial.actual} 分），{trial.inviters} 人，单人最多 {trial.largest} 分，超上限 {trial.capped} 次"
    )
    text += "".join(f"\n不得批准 {one}" for one in faults)
    result({**asdict(trial), "refused": faults, "days": days}, text, as_json=as_json, ok=not faults)


def _proposal(path: Path | None) -> dict[str, Any]:
    if path is None:
        return data.referral()
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        fail(f"{path}: 不是有效的 YAML（{type(error).__name__}）")
    if not isinstance(found, dict):
        fail(f"{path}: 应为键值结构，参照 config/data/referral.yaml")
    return found


@referral.command("switch")
@click.option("--json", "as_json", is_flag=True)
def switches(*, as_json: bool) -> None:
    """开户奖励开关的全部记录（只能在控制台由审批人与管理员两人开启）。"""
    with opened() as product, product.db.read() as session:
        rows = [
            {**programme.facts_of(one), "closed_by": one.closed_by}
            for one in session.scalars(select(OpeningSwitch).order_by(OpeningSwitch.id))
        ]
    lines = [
        f"#{row['switch']} {row['points']} 分 审批人 {row['approver'] or '—'} 管理员 {row['admin'] or '—'}"
        f" 至 {row['ends_at']}"
        for row in rows
    ]
    text = "\n".join(lines) or "从未申请：开户不产生任何奖励"
    result({"switches": rows}, text, as_json=as_json)
