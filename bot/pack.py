"""An evidence pack: what an auditor takes away and checks offline with the script inside (bot/verify_pack.py)."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bot.evidence import covered, day_statement, head_statement
from models import actions
from models.content import Occurrence, PushPlan
from models.evidence import KINDS, content_of, digest, subject_of
from models.ledger import Evidence, EvidenceDay, EvidenceHead, Outbound
from models.rulebook import Rulebook
from rules import chain, signature

SCRIPT = Path(__file__).with_name("verify_pack.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a pack is about, in words, for whom it is made, and which records it holds."""

    about: str
    maker: str
    at: datetime
    where: ColumnElement[bool]


def of_member(member_id: str, rules: Rulebook) -> ColumnElement[bool]:
    """The records about one member."""
    return Evidence.subject == subject_of(member_id, rules.pepper)


def of_push(session: Session, plan_id: int) -> ColumnElement[bool]:
    """The records of a push plan: its content and approval, its moments, and every send. LookupError for none."""
    plan = session.get(PushPlan, plan_id)
    if plan is None:
        raise LookupError(plan_id)
    moments = select(Occurrence.id).where(Occurrence.plan_id == plan_id)
    refs = [f"plan:{plan_id}", f"content:{plan.content_id}"]
    refs += [f"occurrence:{one}" for one in session.scalars(moments)]
    return or_(
        Evidence.ref.in_(refs), Evidence.ref.in_(select(Outbound.key).where(Outbound.occurrence_id.in_(moments)))
    )


def make(session: Session, rules: Rulebook, order: Order) -> dict[str, bytes]:
    """File name -> bytes. Only sealed records are in it: seal first."""
    rows = list(session.scalars(select(Evidence).where(order.where, Evidence.seq.is_not(None)).order_by(Evidence.seq)))
    days, places = _days(session, rules, [int(row.seq or 0) for row in rows])
    records = [_record(session, row, *places[int(row.seq or 0)]) for row in rows]
    lines = "".join(chain.canonical(one) + "\n" for one in records)
    files = {
        "records.jsonl": lines.encode(),
        "days.json": (json.dumps(days, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(),
        "index.html": _page(order, records, rules.zone).encode(),
        "verify.py": SCRIPT.read_bytes(),
    }
    manifest = {
        "about": order.about, "made_by": order.maker, "made_at": order.at.isoformat(),
        "records": [one["header"]["seq"] for one in records],
        "erased": [one["header"]["seq"] for one in records if one["content"] is None],
        "keys": sorted({str(one["key"]) for one in days}),
        "files": {name: sha256(body).hexdigest() for name, body in files.items()},
    }  # fmt: skip
    key, signed = signature.sign(rules.evidence_seeds, manifest)
    whole = {"manifest": manifest, "key": key, "signature": signed}
    return files | {"manifest.json": (json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()}


def _record(session: Session, row: Evidence, day: str, path: chain.Path) -> dict[str, Any]:
    seq = int(row.seq or 0)
    at = row.at.isoformat()
    header = json.loads(covered(seq, at, row.kind, row.subject, row.ref, row.digest, row.cipher))
    before = session.scalar(select(Evidence.seal).where(Evidence.seq == seq - 1)) if seq > 1 else chain.GENESIS
    content = content_of(session, row)
    return {
        "header": header, "previous": before, "seal": row.seal, "content": content,
        "words": _words(session, row, content), "day": day, "path": path,
    }  # fmt: skip


def _words(session: Session, row: Evidence, content: str | None) -> str | None:
    """The words a record is about, as people read them, where the outbox still has them."""
    said = json.loads(content).get("digest") if content else None
    sent = (
        session.execute(select(Outbound.kind, Outbound.body).where(Outbound.key == row.ref)).first() if said else None
    )
    if sent is None:
        return None
    words = "\n".join(actions.words_of(actions.load(sent.kind, sent.body)))
    return words if digest(words) == said else None


def _days(
    session: Session, rules: Rulebook, seqs: Sequence[int]
) -> tuple[list[dict[str, Any]], dict[int, tuple[str, chain.Path]]]:
    """The signed days that hold these records, and each record's day and path; the open day is signed as it stands."""
    wanted = defaultdict(list)
    spans = list(_spans(session))
    for seq in seqs:
        wanted[next(at for at, (_, first, last) in enumerate(spans) if first <= seq <= last)].append(seq)
    days, places = [], {}
    for at, numbers in wanted.items():
        name, first, last = spans[at]
        root, paths = chain.paths(_seals(session, first, last), {one - first for one in numbers})
        places.update({one: (name, paths[one - first]) for one in numbers})
        days.append({"id": name, **_statement(session, rules, name, root)})
    return days, places


def _spans(session: Session) -> Iterator[tuple[str, int, int]]:
    for day in session.scalars(select(EvidenceDay).order_by(EvidenceDay.first_seq)):
        yield day.day.isoformat(), day.first_seq, day.last_seq
    head = session.get(EvidenceHead, 1)
    if head is not None:
        yield "head", head.first_seq, head.seq


def _statement(session: Session, rules: Rulebook, name: str, root: str) -> dict[str, Any]:
    """The stored signature of a day; for the head what the chain itself says, so that a false one shows."""
    if name == "head":
        statement = {**head_statement(session.get_one(EvidenceHead, 1)), "root": root}
        key, signed = signature.sign(rules.evidence_seeds, statement)
        return {"statement": statement, "key": key, "signature": signed}
    found = session.scalars(select(EvidenceDay).where(EvidenceDay.day == datetime.fromisoformat(name).date())).one()
    return {"statement": day_statement(found), "key": found.key, "signature": found.signature}


def _seals(session: Session, first: int, last: int) -> Iterator[str]:
    chosen = select(Evidence.seal).where(Evidence.seq.between(first, last)).order_by(Evidence.seq)
    for sealed in session.scalars(chosen.execution_options(yield_per=5000)):
        yield sealed or ""


HEAD = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{about}</title>
<style>
body {{ font: 14px/1.6 sans-serif; max-width: 1080px; margin: 24px auto; padding: 0 16px }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ border-bottom: 1px solid #ccc; text-align: left; vertical-align: top; padding: 4px 8px }}
pre {{ margin: 0; white-space: pre-wrap }}
</style>
<h1>{about}</h1>
<p>由 {maker} 于 {at} 导出，共 {count} 条。离线核验：<code>python verify.py</code>（只需 Python 标准库）。</p>
<table><tr><th>序号</th><th>北京时间</th><th>事项</th><th>关联</th><th>内容</th><th>封签</th></tr>
"""


def _page(order: Order, records: Sequence[dict[str, Any]], zone: ZoneInfo) -> str:
    """The pack for people."""
    at = f"{order.at.astimezone(zone):%Y-%m-%d %H:%M}"
    parts = [HEAD.format(about=escape(order.about), maker=escape(order.maker), at=at, count=len(records))]
    for one in records:
        header = one["header"]
        local = datetime.fromisoformat(header["at"]).astimezone(zone)
        cells = (
            header["seq"], f"{local:%Y-%m-%d %H:%M:%S}", KINDS.get(header["kind"], header["kind"]), header["ref"],
        )  # fmt: skip
        parts.append("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells))
        parts.append(f"<td><pre>{escape(_readable(one))}</pre></td><td><code>{one['seal'][:12]}</code></td></tr>\n")
    return "".join(parts) + "</table></html>\n"


def _readable(one: dict[str, Any]) -> str:
    if one["content"] is None:
        return "（本人要求删除，内容已无法读取；封签仍可核验）"
    facts = {key: value for key, value in json.loads(one["content"]).items() if key != "salt"}
    lines = [f"{key}：{value}" for key, value in facts.items() if value not in ("", None)]
    return "\n".join([*lines, *(["原文：", one["words"]] if one["words"] else [])])
