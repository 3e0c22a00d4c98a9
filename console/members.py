"""成员: search, and one member's tier with its reason, tags, consents, timeline. Advisors see their own only."""

from typing import Any

from flask import Blueprint, abort, flash, render_template, request
from sqlalchemy import and_, exists, select

from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from handlers.rfm import explained
from models import workbench
from models.consent import Consent
from models.directory import Gap, SyncRun
from models.member import Friendship, Member
from models.portrait import MemberTag, Tag
from models.rfm import ServiceTask
from models.scope import narrow
from models.work import Work

PATH = "/console/members"
READERS = ("operator", "advisor", "auditor", "privacy", "admin")
SYNC_READERS = ("operator", "auditor", "admin")
STATES = {"running": "进行中", "done": "完成", "empty": "空（非成功）", "suspect": "存疑（未结束任何关系）"}
PURPOSES = {
    "weekly": "每周投教", "live": "直播提醒", "greeting": "节日问候", "service": "服务提醒", "care": "关怀",
    "account": "资产信息（单独同意）", "all": "全部",
}  # fmt: skip


def blueprint(desk: Desk) -> Blueprint:
    """The list, one member, a task ticked off, and comparisons with WeCom's directory."""
    pages = Blueprint("members", __name__)

    @desk.page(pages, PATH, READERS)
    def members() -> Answer:
        return listed(desk, _listing(desk), "成员")

    @desk.page(pages, f"{PATH}/<member_id>", READERS, about="member_id")
    def member(member_id: str) -> Answer:
        with desk.db.work() as work:
            met = work.session.scalars(
                narrow(select(Member).where(Member.id == member_id), desk.person, Member.id, work.now)
            )
            found = met.first() or abort(404)
            return render_template("member_one.html", **_shown(work, found))

    @desk.page(pages, f"{PATH}/tasks/<int:task_id>/done", ("operator", "advisor", "admin"), ("POST",))
    def done(task_id: int) -> Answer:
        with desk.db.work() as work:
            mine = narrow(select(ServiceTask).where(ServiceTask.id == task_id), desk.person, ServiceTask.member_id)
            task = work.session.scalars(mine).first() or abort(404)
            task.state, task.done_at, task.note = "done", work.now, request.form.get("note", "")[:200]
            member_id = task.member_id
        flash("任务已记录完成")
        return back(f"{PATH}/{member_id}")

    @desk.page(pages, f"{PATH}/sync", SYNC_READERS)
    def sync() -> Answer:
        with desk.db.read() as session:
            runs = session.scalars(select(SyncRun).order_by(SyncRun.id.desc()).limit(14)).all()
            gaps = session.scalars(select(Gap).order_by(Gap.id.desc()).limit(14)).all()
            return render_template("members_sync.html", runs=runs, gaps=gaps, states=STATES)

    return pages


def masked(name: str) -> str:
    """A name as lists show it: its first letter."""
    return f"{name[:1]}{'*' * min(2, len(name) - 1)}" if name else "（未知）"


def _listing(desk: Desk) -> Listing:
    """Names are encrypted in the database, so a search is by id or advisor; the query itself is the advisor's own."""
    tables = desk.db.rules.rfm
    tiers = {one: tables.name_of(one) for one in tables.rank}
    tags = {
        key: f"{one.group}·{one.name}" for key, one in desk.db.rules.portraits.tags.items() if one.group != "会员层级"
    }
    return Listing(
        chosen=narrow(select(Member), desk.person, Member.id), ends=Member.id, order="-active",
        columns=(
            Column("name", "成员", lambda row: masked(row.name), None, lambda row: f"{PATH}/{row.id}"),
            Column("id", "编号", lambda row: f"…{row.id[-6:]}"),
            Column("tier", "层级", lambda row: tables.name_of(row.tier), Member.tier),
            Column("advisor", "顾问", lambda row: row.advisor_id, Member.advisor_id),
            Column("active", "最近互动", lambda row: row.last_active_at, Member.last_active_at),
            Column("first", "首次见到", lambda row: row.first_seen_at, Member.first_seen_at),
        ),
        filters=(
            Filter("tier", "层级", tiers, lambda value: Member.tier == value),
            Filter("tag", "标签", tags, lambda value: exists(
                select(MemberTag.member_id).where(and_(MemberTag.member_id == Member.id, MemberTag.tag_key == value))
            )),
        ),
        search=lambda words: Member.id.contains(words, autoescape=True) | (Member.advisor_id == words),
        empty="还没有成员：同步通讯录后，客户会出现在这里",
    )  # fmt: skip


def _shown(work: Work, met: Member) -> dict[str, Any]:
    session = work.session
    said = explained(work, met)
    tags = session.execute(
        select(Tag.group, Tag.name, MemberTag.why, MemberTag.source)
        .join(MemberTag, MemberTag.tag_key == Tag.key)
        .where(MemberTag.member_id == met.id)
        .order_by(Tag.group, Tag.name)
    ).all()
    consents = session.scalars(select(Consent).where(Consent.member_id == met.id).order_by(Consent.id.desc()).limit(40))
    tasks = session.scalars(
        select(ServiceTask).where(ServiceTask.member_id == met.id).order_by(ServiceTask.id.desc()).limit(12)
    )
    friends = session.scalars(select(Friendship).where(Friendship.member_id == met.id).order_by(Friendship.since))
    return {
        "met": met, "tier": work.rules.rfm.name_of(met.tier), "said": said, "tags": tags, "consents": consents.all(),
        "tasks": tasks.all(), "friends": friends.all(), "purposes": PURPOSES,
        "todo": {one.kind: one for one in work.rules.rfm.tasks},
        "happened": workbench.timeline(session, work.rules, met.id),
    }  # fmt: skip
