"""`run.py rfm`: trading summaries in, everybody re-tiered, and why somebody is in their tier."""

from datetime import UTC, date, datetime
from pathlib import Path

import click
from sqlalchemy import select

from commands import tables
from commands.opened import opened
from commands.say import fail, result
from handlers import rfm as use_case
from models import tiering, trading
from models.activity import TierChange
from models.member import Member
from models.work import Work
from rules import summaries

SHOWN = 50
"""Bad rows listed to a person; --json lists all."""


@click.group()
def rfm() -> None:
    """会员分层：导入资产与交易汇总、重算、说明原因。"""


@rfm.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partial", is_flag=True, help="有错误行时仍写入正确的行（默认整份拒绝）")
@click.option("--json", "as_json", is_flag=True)
def take_in(path: Path, *, partial: bool, as_json: bool) -> None:
    """导入交易汇总（CSV / XLSX）。有错误行则整份拒绝并列出行号，不写入任何一行。"""
    table = tables.read(path)
    with opened() as product, product.db.work() as work:
        known = frozenset(work.session.scalars(select(Member.id)))
        good, bad = summaries.read(table, known, _today(work))
        refused = bool(bad) and not (partial and good)
        stored = trading.Stored(0, 0, 0, 0) if refused else trading.store(work, good, path.name)
        moved = 0 if refused else use_case.recompute(work, _today(work), work.now).moved
    data: dict[str, object] = {
        "ok": not bad, "rows": len(good) + len(bad), "stored": stored.stored, "refused_rows": bad, "moved": moved,
        "without_consent": stored.without_consent, "older": stored.older, "consents_recorded": stored.consents,
    }  # fmt: skip
    lines = [*bad[:SHOWN], *([f"……另有 {len(bad) - SHOWN} 行"] if len(bad) > SHOWN else [])]
    if refused:
        lines.append(f"共 {len(bad)} 行有误，整份未导入；改正后重试，或用 --partial 只写入正确的行")
    else:
        lines.append(
            f"写入 {stored.stored} 人；{stored.without_consent} 人没有单独同意，未保存其资产信息；"
            f"{stored.older} 行比已有的旧；{moved} 人的层级有变化"
        )
    result(data, "\n".join(lines), as_json=as_json, ok=not bad)


@rfm.command()
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="按某个北京日期结束时的数据重算，默认今天")
@click.option("--json", "as_json", is_flag=True)
def recompute(as_of: datetime | None, *, as_json: bool) -> None:
    """重算全部成员的层级：上调即时，连续两个月不达标才下调。"""
    with opened() as product, product.db.work() as work:
        day, now = _today(work), work.now
        if as_of is not None and as_of.date() != day:
            day = as_of.date()
            now = use_case.end_of(day, work).astimezone(UTC)
            tiering.begin_states(work.session, work.rules.rfm)
            tiering.rewind(work.session, day, now)
        before = tiering.spread(work.session, work.rules.rfm)
        run = use_case.recompute(work, day, now)
        ladder = work.rules.rfm
        moves = tiering.matrix_of_run(work.session, run.at)
        data: dict[str, object] = {
            "as_of": day.isoformat(), "members": run.members, "moved": run.moved, "tiers": run.spread, "before": before,
            "psi": run.psi, "moves": [[old, new, count] for (old, new), count in sorted(moves.items())],
        }  # fmt: skip
    named = [f"{code or '-'} {ladder.name_of(code)} {count}" for code, count in run.spread.items()]
    moved = [f"  {old or '-'} → {new}：{count} 人" for (old, new), count in sorted(moves.items())]
    head = f"{day} 共 {run.members} 人，{run.moved} 人层级变化；稳定性 PSI {'—' if run.psi is None else run.psi}"
    result(data, "\n".join([head, "、".join(named), *moved]), as_json=as_json)


@rfm.command()
@click.argument("member")
@click.option("--json", "as_json", is_flag=True)
def show(member: str, *, as_json: bool) -> None:
    """一位成员的层级与原因。"""
    with opened() as product, product.db.work() as work:
        met = work.session.get(Member, member)
        if met is None:
            fail(f"没有成员 {member}；须为 external_userid")
        said = use_case.explained(work, met)
        zone = work.rules.zone
        history = [
            {"at": one.at.astimezone(zone).isoformat(), "old": one.old, "new": one.new,
             "why": one.why or use_case.said_of(work, one)}
            for one in work.session.scalars(
                select(TierChange).where(TierChange.member_id == member).order_by(TierChange.id)
            )
        ]  # fmt: skip
        has_value = said.state.value is not None
    data: dict[str, object] = {
        "member": member, "tier": met.tier, "name": work.rules.rfm.name_of(met.tier), "why": said.why,
        "by_figures": said.tier.code, "monetary": said.state.value if has_value else "unknown", "history": history,
    }  # fmt: skip
    lines = [said.why, *(f"  {one['at'][:16]} {one['old'] or '-'} → {one['new']}：{one['why']}" for one in history)]
    result(data, "\n".join(lines), as_json=as_json)


def _today(work: Work) -> date:
    return work.now.astimezone(work.rules.zone).date()
