"""`run.py evidence`: check the chain, hand its signed days to an outside keeper, export a pack for an auditor."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy.orm import Session

from bot import audit, pack
from bot import evidence as chain
from commands.opened import opened
from commands.product import Product
from commands.say import fail, result
from models.evidence import record
from models.member import Member


@click.group()
def evidence() -> None:
    """存证链。"""


@evidence.command()
@click.option("--from", "start", default=1, show_default=True, help="从第几条开始核验")
@click.option("--to", "last", type=int, hidden=True, help="只核验到这一条（大链分段并行时由程序自己使用）")
@click.option("--anchor", type=click.Path(exists=True, dir_okay=False), help="与 evidence anchor 存下的日根核对")
@click.option("--json", "as_json", is_flag=True)
def verify(start: int, last: int | None, anchor: str | None, *, as_json: bool) -> None:
    """核验存证链，指出第一条有问题的记录。"""
    with opened() as product, product.db.read() as session:
        seeds = product.db.rules.evidence_seeds
        kept = Path(anchor).read_text(encoding="utf-8").splitlines() if anchor else []
        if last is not None:
            found = audit.part(session, seeds, start, last)
        else:
            faulty = audit.frame(session, seeds, start, [json.loads(one) for one in kept])
            found = faulty or side_by_side(session, seeds, start)
    text = (
        f"存证完好：{found.records} 条，{found.days} 个日根签名有效"
        if found.ok
        else f"存证从第 {found.first_bad} 条起不一致（{found.why}），请保全现场并通知合规"
    )
    data: dict[str, object] = {
        "ok": found.ok, "records": found.records, "first_bad": found.first_bad, "unsealed": found.unsealed,
        "days": found.days, "why": found.why,
    }  # fmt: skip
    result(data, text, as_json=as_json, ok=found.ok)


def side_by_side(
    session: Session, seeds: Sequence[bytes], start: int, env: Mapping[str, str] | None = None
) -> audit.Verification:
    """All records; a long chain in as many processes as there are processors, each with whole days of its own.

    `env`: what those are started with; None: what this one was.
    """
    *others, rest = audit.cuts(session, start, os.cpu_count() or 1)
    started = [_apart(first, last, env) for first, last in others if last is not None]
    found = [audit.part(session, seeds, *rest)]
    for each in started:
        said, _ = each.communicate()
        if each.returncode not in (0, 1) or not said:
            fail("一段存证没有核验完：请检查内存与数据库后重试")
        found.append(audit.Verification(**json.loads(said)))
    bad = min((one for one in found if not one.ok), key=lambda one: one.first_bad or 0, default=None)
    if bad is not None:
        return replace(bad, records=max(0, (bad.first_bad or start) - start))
    return replace(found[0], records=sum(one.records for one in found), days=sum(one.days for one in found))


def _apart(first: int, last: int, env: Mapping[str, str] | None) -> subprocess.Popen[str]:
    words = [sys.executable, str(RUN), "evidence", "verify", "--from", str(first), "--to", str(last), "--json"]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=env)  # noqa: S603 our own program


RUN = Path(__file__).resolve().parent.parent / "run.py"


@evidence.command()
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--json", "as_json", is_flag=True)
def anchor(file: str, *, as_json: bool) -> None:
    """把新的日根签名追加到 FILE（放在数据库之外、只可追加的存储上）。"""
    path = Path(file)
    known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    with opened() as product, product.db.read() as session:
        days = [line for line in audit.anchors(session) if line not in known]
    with path.open("a", encoding="utf-8") as kept:
        kept.writelines(f"{line}\n" for line in days)
    result({"added": len(days)}, f"追加 {len(days)} 个日根到 {file}", as_json=as_json)


@evidence.command()
@click.option("--member", "member_id", default="", help="某位成员的全部存证")
@click.option("--push", "plan_id", type=int, help="某个推送计划的全部存证")
@click.option("--out", type=click.Path(file_okay=False), help="写到哪个文件夹（须不存在或为空）")
@click.option("--json", "as_json", is_flag=True)
def export(member_id: str, plan_id: int | None, out: str | None, *, as_json: bool) -> None:
    """导出一个可离线核验的存证包。"""
    if bool(member_id) == (plan_id is not None):
        fail("请用 --member 成员ID 或 --push 计划编号 指定其一")
    folder = Path(out or (f"evidence-push-{plan_id}" if plan_id is not None else "evidence-member"))
    if folder.exists() and any(folder.iterdir()):
        fail(f"{folder} 已有内容：请用 --out 换一个文件夹")
    with opened() as product:
        files = _pack(product, member_id, plan_id)
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in files.items():
        (folder / name).write_bytes(body)
    count = len(json.loads(files["manifest.json"])["manifest"]["records"])
    text = f"已导出 {count} 条存证到 {folder}；离线核验：python {folder}/verify.py"
    result({"folder": str(folder), "records": count}, text, as_json=as_json)


def _pack(product: Product, member_id: str, plan_id: int | None) -> dict[str, bytes]:
    rules = product.db.rules
    with product.db.work() as work:
        if member_id and work.session.get(Member, member_id) is None:
            fail(f"没有成员 {member_id}")
        record(work, "exported", member_id, {"by": "run.py", "what": "evidence"}, ref=f"plan:{plan_id or ''}")
    while chain.seal(product.db):
        pass
    with product.db.read() as session:
        try:
            where = pack.of_member(member_id, rules) if plan_id is None else pack.of_push(session, plan_id)
        except LookupError:
            fail(f"没有推送计划 {plan_id}：用 run.py push list 查看编号")
        about = f"成员 {member_id} 的存证" if plan_id is None else f"推送计划 {plan_id} 的存证"
        order = pack.Order(about=about, maker="run.py", at=product.db.clock(), where=where)
        return pack.make(session, rules, order)
