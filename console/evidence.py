"""存证: search, one record's words, the signed days, a check of the newest records, and packs for auditors."""

import io
import json
import zipfile

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import or_, select

from bot import audit, pack
from bot import evidence as chain
from console.desk import Answer, Desk
from console.listing import Column, Filter, Listing, listed
from models.evidence import KINDS, content_of, record, subject_of
from models.ledger import Evidence, EvidenceDay, EvidenceHead
from models.member import Member

PATH = "/console/evidence"
READERS = ("auditor", "privacy", "admin")
NEWEST = 50_000
"""Records checked from the console; the whole chain is for run.py evidence verify."""


def blueprint(desk: Desk) -> Blueprint:
    """Lists, one record, a check and exports."""
    pages = Blueprint("evidence", __name__)
    pepper = desk.db.rules.pepper
    records = Listing(
        chosen=select(Evidence).where(Evidence.seq.is_not(None)),
        ends=Evidence.seq,
        order="-seq",
        columns=(
            Column("seq", "序号", lambda row: row.seq, Evidence.seq, lambda row: f"{PATH}/{row.seq}"),
            Column("at", "时间", lambda row: row.at),
            Column("kind", "事项", lambda row: KINDS.get(row.kind, row.kind)),
            Column("ref", "关联", lambda row: row.ref),
            Column("subject", "当事人（假名）", lambda row: row.subject[:12]),
            Column("seal", "封签", lambda row: (row.seal or "")[:16]),
        ),
        filters=(Filter("kind", "事项", KINDS, lambda value: Evidence.kind == value),),
        search=lambda words: or_(Evidence.ref == words, Evidence.subject == subject_of(words, pepper)),
        empty="还没有存证",
    )
    days = Listing(
        chosen=select(EvidenceDay),
        ends=EvidenceDay.day,
        order="-day",
        columns=(
            Column("day", "日期", lambda row: row.day, EvidenceDay.day),
            Column("first", "首条", lambda row: row.first_seq),
            Column("last", "末条", lambda row: row.last_seq),
            Column("root", "日根", lambda row: row.root),
            Column("key", "签名公钥", lambda row: row.key[:16]),
        ),
        empty="当天结束后生成第一个日根",
    )

    @desk.page(pages, PATH, READERS)
    def found() -> Answer:
        return listed(desk, records, "存证", "evidence.html", days=False)

    @desk.page(pages, f"{PATH}/days", READERS)
    def signed() -> Answer:
        return listed(desk, days, "存证日根", "evidence.html", days=True)

    @desk.page(pages, f"{PATH}/<int:seq>", READERS)
    def one(seq: int) -> Answer:
        with desk.db.work() as work:
            row = work.session.scalars(select(Evidence).where(Evidence.seq == seq)).first()
            if row is None:
                abort(404)
            content = content_of(work.session, row)
            record(work, "viewed", "", {"by": desk.person.name, "what": "evidence"}, ref=f"evidence:{seq}")
            facts = json.loads(content) if content else None
            return render_template("evidence_one.html", row=row, facts=facts, kinds=KINDS)

    _deeds(desk, pages, records)
    return pages


def _deeds(desk: Desk, pages: Blueprint, records: Listing) -> None:
    @desk.page(pages, f"{PATH}/verify", READERS, ("POST",))
    def verify() -> Answer:
        with desk.db.read() as session:
            head = session.get(EvidenceHead, 1)
            start = max(1, head.seq - NEWEST) if head else 1
            result = audit.verify(session, desk.db.rules.evidence_seeds, start)
        return listed(desk, records, "存证", "evidence.html", days=False, result=result, start=start)

    @desk.page(pages, f"{PATH}/export", READERS, ("POST",))
    def export() -> Answer:
        member, plan = request.form.get("member", "").strip(), request.form.get("push", "").strip()
        with desk.db.work() as work:
            if member and work.session.get(Member, member) is None:
                abort(404)
            body = {"by": desk.person.name, "what": "evidence"}
            record(work, "exported", member, body, ref=f"plan:{plan}" if plan else "")
        while chain.seal(desk.db):
            pass
        return _zip(_pack(desk, member, plan))


def _pack(desk: Desk, member: str, plan: str) -> dict[str, bytes]:
    rules = desk.db.rules
    with desk.db.read() as session:
        try:
            where = pack.of_member(member, rules) if member else pack.of_push(session, int(plan))
        except (LookupError, ValueError):
            abort(404)
        about = f"成员 {member} 的存证" if member else f"推送计划 {plan} 的存证"
        order = pack.Order(about=about, maker=desk.person.name, at=desk.db.clock(), where=where)
        return pack.make(session, rules, order)


def _zip(files: dict[str, bytes]) -> Response:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in files.items():
            packed.writestr(f"evidence/{name}", body)
    answer = Response(held.getvalue(), mimetype="application/zip")
    answer.headers["Content-Disposition"] = "attachment; filename=evidence.zip"
    return answer
