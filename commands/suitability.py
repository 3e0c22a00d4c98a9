"""`run.py suitability`: the firm's suitability results and product ratings in, and what they mean for somebody."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click
from sqlalchemy import select

from commands import tables
from commands.opened import opened
from commands.say import fail, result
from models import rating
from models import suitability as kept
from models.member import Member
from models.work import Work
from rules import standings
from rules.suitability import RISKS, Standing

SHOWN = 50
"""Bad rows listed to a person; --json lists all."""


@click.group()
def suitability() -> None:
    """适当性：从公司系统导入测评结果与产品评级，查看对某位成员意味着什么。"""


@suitability.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def people(path: Path, *, as_json: bool) -> None:
    """导入测评结果（CSV / XLSX：成员、风险等级、最低类别、专业投资者、有效期至、测评单号）；有错误行则整份拒绝。"""

    def take(work: Work, table: Sequence[Sequence[object]]) -> tuple[int, list[str]]:
        good, bad = standings.people(table, frozenset(work.session.scalars(select(Member.id))))
        if not bad:
            kept.store(work, good, path.name)
        return len(good), bad

    _taken(path, take, "人的测评结果", as_json=as_json)


@suitability.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def products(path: Path, *, as_json: bool) -> None:
    """导入公司产品评级清单（产品代码、产品名称、产品风险等级），整份替换；有错误行则整份拒绝。"""

    def take(work: Work, table: Sequence[Sequence[object]]) -> tuple[int, list[str]]:
        good, bad = standings.products(table)
        if not bad:
            rating.replace(work, good, path.name)
        return len(good), bad

    _taken(path, take, "个产品的评级", as_json=as_json)


@suitability.command()
@click.argument("member")
@click.option("--json", "as_json", is_flag=True)
def show(member: str, *, as_json: bool) -> None:
    """一位成员的等级、有效期，以及每一级产品能否展示。"""
    with opened() as product, product.db.work() as work:
        if work.session.get(Member, member) is None:
            fail(f"没有成员 {member}；须为 external_userid")
        standing = kept.standings(work.session, [member]).get(member, Standing())
        today = work.now.astimezone(work.rules.zone).date()
        matches = {risk: work.rules.suitability.match(standing, risk, today) for risk in RISKS}
    data: dict[str, object] = {
        "member": member, "level": standing.level or "unknown", "lowest": standing.lowest,
        "professional": standing.professional,
        "expires_on": standing.expires_on.isoformat() if standing.expires_on else None,
        "products": {risk: {"decision": one.decision, "code": one.code} for risk, one in matches.items()},
    }  # fmt: skip
    head = f"{standing.level or '等级未知'}，有效期至 {standing.expires_on or '—'}"
    lines = [f"  {risk}：{one.words}（{one.code}）" for risk, one in matches.items()]
    result(data, "\n".join([head, *lines]), as_json=as_json)


def _taken(
    path: Path, take: Callable[[Work, Sequence[Sequence[object]]], tuple[int, list[str]]], what: str, *, as_json: bool
) -> None:
    table = tables.read(path)
    with opened() as product, product.db.work() as work:
        count, bad = take(work, table)
    lines = [*bad[:SHOWN], *([f"……另有 {len(bad) - SHOWN} 行"] if len(bad) > SHOWN else [])]
    lines.append(f"共 {len(bad)} 行有误，整份未导入；改正后重试" if bad else f"已导入 {count} {what}")
    data: dict[str, object] = {"ok": not bad, "stored": 0 if bad else count, "refused_rows": bad}
    result(data, "\n".join(lines), as_json=as_json, ok=not bad)
