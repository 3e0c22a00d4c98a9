"""群内草稿: the approved answer for a group's owner, one tap to copy on a phone, and whether it was of use."""

from flask import Blueprint, abort, flash, render_template, request
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from console.access import Person
from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from models.group import Group
from models.group_draft import UNFIT, USED, GroupDraft
from models.scope import BOUND

PATH = "/console/drafts"
READERS = ("operator", "advisor", "auditor", "admin")
ACTORS = ("operator", "advisor", "admin")
OUTCOMES = {USED: "已发到群里", UNFIT: "不合适"}


def blueprint(desk: Desk) -> Blueprint:
    """List, one draft, what became of it."""
    pages = Blueprint("group_drafts", __name__)

    @desk.page(pages, PATH, READERS)
    def drafts() -> Answer:
        return listed(desk, _listing(desk.person), "群内草稿", "list.html")

    @desk.page(pages, f"{PATH}/<int:draft_id>", READERS)
    def draft(draft_id: int) -> Answer:
        with desk.db.read() as session:
            found = _found(session, desk.person, draft_id)
            chat = session.get(Group, found.chat_id)
            return render_template(
                "group_draft.html", one=found, chat=chat.name if chat is not None and chat.name else found.chat_id,
                outcomes=OUTCOMES, may=desk.person.role in ACTORS,
            )  # fmt: skip

    @desk.page(pages, f"{PATH}/<int:draft_id>", ACTORS, ("POST",))
    def decide(draft_id: int) -> Answer:
        outcome = request.form.get("outcome", "")
        if outcome not in OUTCOMES:
            abort(400)
        with desk.db.work() as work:
            found = _found(work.session, desk.person, draft_id)
            found.outcome, found.decided_by, found.decided_at = outcome, desk.person.name, work.now
        flash("已记录")
        return back(f"{PATH}/{draft_id}")

    return pages


def _mine(person: Person) -> Select[GroupDraft]:
    """Owners see their own groups' (and those of colleagues they cover); others all."""
    chosen = select(GroupDraft)
    return chosen.where(GroupDraft.owner_id.in_((person.userid, *person.covers))) if person.role in BOUND else chosen


def _found(session: Session, person: Person, draft_id: int) -> GroupDraft:
    found = session.scalars(_mine(person).where(GroupDraft.id == draft_id)).first()
    if found is None:
        abort(404)
    return found


def _listing(person: Person) -> Listing:
    return Listing(
        chosen=_mine(person),
        ends=GroupDraft.id,
        columns=(
            Column("at", "时间", lambda row: row.at, GroupDraft.at, lambda row: f"{PATH}/{row.id}"),
            Column("question", "成员的提问", lambda row: row.question[:40] or "（欢迎新成员）"),
            Column("answer", "建议回复", lambda row: row.answer[:40]),
            Column("owner", "群主", lambda row: row.owner_id),
            Column("outcome", "结果", lambda row: OUTCOMES.get(row.outcome, "未处理")),
        ),
        filters=(Filter("outcome", "结果", {**OUTCOMES, "none": "未处理"}, _is),),
        empty="还没有草稿：群里有人提问时，这里会出现已批准的答案",
    )


def _is(value: str) -> ColumnElement[bool]:
    return GroupDraft.outcome == ("" if value == "none" else value)
