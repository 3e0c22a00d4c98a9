"""会话: 微信客服 sessions, who waits for a person and how long, the transcript, take over, give back, drafts."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import inbox
from console.desk import Answer, Desk, back
from console.drafter import Bureau
from console.listing import Column, Filter, Listing, listed
from gateways.llm import NoDraft
from handlers import draft as drafts
from models import evidence, handover, transcript
from models.events.internal import KfTakenOver
from models.handover import KfVisit
from models.kf import ENDED, PERSON, KfSession
from models.member import Employee, Member
from models.scope import narrow
from models.work import Work
from rules import draft
from rules.rfm import Tables

PATH = "/console/conversation"
ONE = f"{PATH}/<open_kfid>/<member_id>"
READERS = ("operator", "advisor", "auditor", "admin")
ACTORS = ("operator", "advisor", "admin")
STATES = {"0": "新会话", "1": "机器人接待", "2": "等待人工", "3": "人工接待", "4": "已结束"}
RATINGS = {3: "满意", 2: "一般", 1: "不满意"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who wants a person: what the queue shows."""

    session: KfSession
    client: Member | None
    minutes: int


def blueprint(desk: Desk) -> Blueprint:
    """The list, one conversation, and what may be done with it."""
    pages = Blueprint("conversation", __name__)
    bureau = Bureau(desk)

    @desk.page(pages, PATH, READERS)
    def conversations() -> Answer:
        with desk.db.read() as session:
            queue = _queue(session, desk, desk.db.rules.rfm)
            ratings = _ratings(session, desk)
        return listed(desk, _listing(desk), "会话", "conversation.html", queue=queue, ratings=ratings)

    @desk.page(pages, ONE, READERS)
    def conversation(open_kfid: str, member_id: str) -> Answer:
        return _show(desk, open_kfid, member_id, may_draft=bureau.there)

    @desk.page(pages, f"{ONE}/take", ACTORS, ("POST",))
    def take(open_kfid: str, member_id: str) -> Answer:
        return _take(desk, open_kfid, member_id)

    @desk.page(pages, f"{ONE}/back", ACTORS, ("POST",))
    def give_back(open_kfid: str, member_id: str) -> Answer:
        return _give_back(desk, open_kfid, member_id)

    @desk.page(pages, f"{ONE}/draft", ACTORS, ("POST",))
    def write_draft(open_kfid: str, member_id: str) -> Answer:
        return _draft(desk, bureau, open_kfid, member_id) if bureau.there else abort(404)

    return pages


def _take(desk: Desk, open_kfid: str, member_id: str) -> Answer:
    servicer = request.form.get("servicer", "")
    with desk.db.work() as work:
        _own(work.session, desk, open_kfid, member_id)
        if servicer in handover.receiving(work.session, open_kfid):
            _tell(work, desk, open_kfid, member_id, servicer)
            flash("已转给人工，客户端几秒内生效")
        else:
            flash("该客服当前不在接待状态：请让其在企业微信客户端开始接待，或选择其他客服")
    return back(f"{PATH}/{open_kfid}/{member_id}")


def _give_back(desk: Desk, open_kfid: str, member_id: str) -> Answer:
    with desk.db.work() as work:
        row = _own(work.session, desk, open_kfid, member_id)
        if row.state == PERSON:
            _tell(work, desk, open_kfid, member_id, "")
            flash("人工服务将结束，客户下次发言由机器人接待")
        else:
            flash("会话不在人工手中，无需交回")
    return back(f"{PATH}/{open_kfid}/{member_id}")


def _listing(desk: Desk) -> Listing:
    chosen: Any = select(KfSession, Member).outerjoin(Member, Member.id == KfSession.member_id)
    return Listing(
        chosen=narrow(chosen, desk.person, KfSession.member_id),
        ends=KfSession.member_id,
        scalars=False,
        order="-said",
        columns=(
            Column("client", "客户", lambda row: name_of(row[1], row[0]), href=lambda row: path_of(row[0])),
            Column("tier", "层级", lambda row: tier_of(row[1]), Member.tier),
            Column("state", "状态", lambda row: STATES[str(row[0].state)], KfSession.state),
            Column("servicer", "客服", lambda row: row[0].servicer, KfSession.servicer),
            Column("wanted", "等待人工自", lambda row: row[0].wanted_at, KfSession.wanted_at),
            Column("said", "最近发言", lambda row: row[0].said_at, KfSession.said_at),
            Column("answers", "其后已回复", lambda row: f"{row[0].answers}/5"),
        ),
        filters=(Filter("state", "状态", STATES, lambda value: KfSession.state == int(value)),),
        empty="还没有微信客服会话",
    )


def name_of(client: Member | None, row: KfSession) -> str:
    """The client as staff know them; the end of the id where nobody has told a name."""
    return (client.name if client is not None else "") or f"…{row.member_id[-6:]}"


def tier_of(client: Member | None) -> str:
    """The tier, and whether an advisor marked them."""
    if client is None:
        return ""
    return f"{client.tier} VIP".strip() if client.vip else client.tier


def path_of(row: KfSession) -> str:
    """The page of one conversation."""
    return f"{PATH}/{row.open_kfid}/{row.member_id}"


def _queue(session: Session, desk: Desk, tables: Tables) -> list[Waiting]:
    chosen: Any = (
        select(KfSession, Member)
        .outerjoin(Member, Member.id == KfSession.member_id)
        .where(KfSession.wanted_at.is_not(None), KfSession.state != PERSON)
    )
    rows = list(session.execute(narrow(chosen, desk.person, KfSession.member_id)))
    rows.sort(key=lambda row: handover.order(row[0], row[1], tables.rank))
    now = desk.db.clock()
    return [Waiting(one, client, _minutes(one.wanted_at, now)) for one, client in rows]


def _minutes(since: datetime | None, now: datetime) -> int:
    return int((now - since).total_seconds() // 60) if since is not None else 0


def _ratings(session: Session, desk: Desk) -> dict[str, int]:
    chosen = select(KfVisit.rating).where(KfVisit.rating.is_not(None)).order_by(KfVisit.id.desc()).limit(1000)
    found = list(session.scalars(narrow(chosen, desk.person, KfVisit.member_id)))
    return {words: found.count(mark) for mark, words in RATINGS.items()}


def _own(session: Session, desk: Desk, open_kfid: str, member_id: str) -> KfSession:
    """The session, where there is one that this person may see; else 404, which tells nothing."""
    chosen = select(KfSession).where(KfSession.open_kfid == open_kfid, KfSession.member_id == member_id)
    row = session.scalars(narrow(chosen, desk.person, KfSession.member_id)).first()
    if row is None:
        abort(404)
    return row


def _show(desk: Desk, open_kfid: str, member_id: str, *, may_draft: bool, **more: object) -> Answer:
    with desk.db.work() as work:
        row = _own(work.session, desk, open_kfid, member_id)
        # Whoever reads what a client wrote is written down.
        evidence.record(work, "viewed", member_id, {"what": "kf_transcript", "by": desk.person.name})
        client = work.session.get(Member, member_id)
        visits = select(KfVisit).where(KfVisit.member_id == member_id).order_by(KfVisit.id.desc()).limit(5)
        names = {one.id: one.name or one.id for one in work.session.scalars(select(Employee))}
        return render_template(
            "talk.html", row=row, name=name_of(client, row), tier=tier_of(client), path=path_of(row), states=STATES,
            lines=transcript.of(work.session, open_kfid, member_id), visits=list(work.session.scalars(visits)),
            servicers={one: names.get(one, one) for one in handover.receiving(work.session, open_kfid)}, names=names,
            ratings=RATINGS, may_act=desk.person.role in ACTORS, may_draft=may_draft, over=row.state == ENDED,
            person=row.state == PERSON, **more,
        )  # fmt: skip


def _tell(work: Work, desk: Desk, open_kfid: str, member_id: str, servicer: str) -> None:
    event = KfTakenOver(
        key=f"takeover:{work.new_id()}", at=work.now, open_kfid=open_kfid, member_id=member_id, servicer=servicer,
        by=desk.person.name,
    )  # fmt: skip
    what = {"what": "kf_take" if servicer else "kf_give_back", "by": desk.person.name, "servicer": servicer}
    evidence.record(work, "operator_action", member_id, what, ref=event.key)
    inbox.put(work, [inbox.of_event(event, source="console", priority=1, lane=f"to:{member_id}")])


def _draft(desk: Desk, bureau: Bureau, open_kfid: str, member_id: str) -> Answer:
    """Ask outside any transaction; show only what stands in the sources."""
    with desk.db.work() as work:
        _own(work.session, desk, open_kfid, member_id)
        lines = transcript.open_lines(transcript.of(work.session, open_kfid, member_id))
        found = drafts.sources(work, lines)
        lexicon = work.rules.lexicon
    try:
        judged = draft.judge(bureau.draft("reply", draft.SYSTEM, draft.prompt(lines, found)), found, lexicon)
    except NoDraft as why:
        judged = draft.Judged("", (str(why),))
    with desk.db.work() as work:
        facts = {
            "what": "llm_draft", "by": desk.person.name, "sources": [one.id for one in found],
            "digest": hashlib.sha256(judged.text.encode()).hexdigest(), "refused": len(judged.faults),
        }  # fmt: skip
        evidence.record(work, "operator_action", member_id, facts)
    return _show(desk, open_kfid, member_id, may_draft=True, draft=judged, sources=found)
