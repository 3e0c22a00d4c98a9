"""`run.py evidence`: check the chain, hand its signed days to an outside keeper, export a pack for an auditor."""

import json
from pathlib import Path

import click

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
@click.option("--anchor", type=click.Path(exists=True, dir_okay=False), help="与 evidence anchor 存下的日根核对")
@click.option("--json", "as_json", is_flag=True)
def verify(start: int, anchor: str | None, *, as_json: bool) -> None:
    """核验存证链，指出第一条有问题的记录。"""
    with opened() as product, product.db.read() as session:
        kept = Path(anchor).read_text(encoding="utf-8").splitlines() if anchor else []
        found = audit.verify(session, product.db.rules.evidence_seeds, start, [json.loads(one) for one in kept])
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
