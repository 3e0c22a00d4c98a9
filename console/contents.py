"""内容: the words pushes are made of, with versions, live lint and approval by somebody else."""

from flask import Blueprint, abort, flash, render_template, request
from sqlalchemy import select

from console import media
from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from console.trail import refuse
from models import content_version as versions
from models.content import Content
from models.content_version import CHANNELS, KINDS
from models.media import MediaAsset
from models.plan import Actor, Refused
from models.work import Work

PATH = "/console/contents"
READERS = ("author", "approver", "operator", "auditor", "admin")
MAKERS = ("author", "operator", "admin")
FIELDS = (
    "type", "kind", "channel", "risk_tip", "body", "link_title", "link_desc", "link_url", "mini_title", "mini_appid",
    "mini_page", "ai_made",
)  # fmt: skip
CONTENTS = Listing(
    chosen=select(Content),
    ends=Content.id,
    order="id",
    columns=(
        Column("id", "编号", lambda row: row.id, Content.id, lambda row: f"{PATH}/{row.id}"),
        Column("kind", "类别", lambda row: KINDS.get(row.kind, row.kind), Content.kind),
        Column("channel", "渠道", lambda row: CHANNELS.get(row.channel, row.channel), Content.channel),
        Column("body", "正文", lambda row: row.body[:60]),
        Column("approved", "批准", lambda row: row.approver if row.approved else "未批准"),
        Column("updated", "更新", lambda row: row.updated_at, Content.updated_at),
    ),
    filters=(
        Filter("kind", "类别", KINDS, lambda value: Content.kind == value),
        Filter("channel", "渠道", CHANNELS, lambda value: Content.channel == value),
    ),
    search=lambda words: Content.body.contains(words, autoescape=True) | (Content.id == words),
    empty="还没有内容：先写一条，再由审批人批准",
)


def blueprint(desk: Desk) -> Blueprint:
    """List, one content with its versions, editor, approval."""
    pages = Blueprint("contents", __name__)

    @desk.page(pages, PATH, READERS)
    def contents() -> Answer:
        return listed(desk, CONTENTS, "内容", "contents.html", may_make=desk.person.role in MAKERS)

    @desk.page(pages, f"{PATH}/new", MAKERS, ("GET", "POST"))
    def create() -> Answer:
        return _edit(desk, "")

    @desk.page(pages, f"{PATH}/<content_id>", READERS)
    def content(content_id: str) -> Answer:
        return _one(desk, content_id)

    @desk.page(pages, f"{PATH}/<content_id>/edit", MAKERS, ("GET", "POST"))
    def change(content_id: str) -> Answer:
        return _edit(desk, content_id)

    @desk.page(pages, f"{PATH}/<content_id>/approve", ("approver", "admin"), ("POST",))
    def approve(content_id: str) -> Answer:
        return _approve(desk, content_id)

    @desk.page(pages, f"{PATH}/lint", MAKERS, ("POST",))
    def lint() -> Answer:
        said = [request.form.get(name, "") for name in ("body", "link_title", "link_desc", "mini_title")]
        text = "\n".join(one for one in said if one)
        verdict = desk.db.rules.lexicon.lint(text, "out")
        return render_template("content_lint.html", text=text, verdict=verdict, bytes=len(said[0].encode()))

    return pages


def _one(desk: Desk, content_id: str) -> Answer:
    with desk.db.work() as work:
        row = work.session.get(Content, content_id)
        if row is None:
            abort(404)
        return render_template(
            "content.html", content=row, verdict=versions.lint(work, row), seen=row.digest,
            text=versions.readable(work, row),
            picture=work.session.get(MediaAsset, row.image) if row.image else None,
            file=work.session.get(MediaAsset, row.attachment) if row.attachment else None,
            versions=versions.versions(work, content_id), kinds=KINDS, channels=CHANNELS,
            makes=desk.person.role in MAKERS, checks=desk.person.role in ("approver", "admin"),
            tip=work.rules.risk_tip(row.risk_tip),
        )  # fmt: skip


def _edit(desk: Desk, content_id: str) -> Answer:
    faults: list[str] = []
    if request.method == "POST":
        request.max_content_length = media.WITH_FILE
    with desk.db.work() as work:
        row = work.session.get(Content, content_id) if content_id else None
        if content_id and row is None:
            abort(404)
        values = {name: getattr(row, name, "") if row is not None else "" for name in FIELDS}
        wanted = content_id
        if request.method == "POST":
            values = {name: request.form.get(name, "").replace("\r\n", "\n") for name in FIELDS}
            wanted = content_id or request.form.get("id", "").strip()
            try:
                with work.session.begin_nested():
                    if not content_id and work.session.get(Content, wanted) is not None:
                        raise Refused(f"编号 {wanted} 已有内容：请换一个编号")  # noqa: TRY301 shown beside the model's own refusals
                    values["image"] = _image(work, row, desk.person.name)
                    values["attachment"] = _attachment(work, row, desk.person.name)
                    versions.save(work, wanted, values, Actor(desk.person.name, desk.person.role))
                flash("已保存，批准后才能推送")
                return back(f"{PATH}/{wanted}")
            except Refused as refused:
                faults.append(str(refused))
        tips = {**work.rules.risk_tips, "none": "不附风险提示"}
        page = render_template(
            "content_edit.html", content_id=content_id, wanted=wanted, values=values, faults=faults, kinds=KINDS,
            channels=CHANNELS, tips=tips, image=row.image if row is not None else "",
            attachment=row.attachment if row is not None else "",
        )  # fmt: skip
    return (page, 422) if faults else page


def _image(work: Work, row: Content | None, by: str) -> str:
    """The new picture, the one there was, or none where that was ticked."""
    brought = media.take(work, request.files.get("image"), by)
    if brought or request.form.get("no_image") == "1" or row is None:
        return brought
    return row.image


def _attachment(work: Work, row: Content | None, by: str) -> str:
    """The same for the PDF or video."""
    brought = media.take_file(work, request.files.get("file"), by)
    if brought or request.form.get("no_file") == "1" or row is None:
        return brought
    return row.attachment


def _approve(desk: Desk, content_id: str) -> Answer:
    try:
        with desk.db.work() as work:
            row = work.session.get(Content, content_id)
            if row is None:
                abort(404)
            versions.approve(work, row, request.form.get("seen", ""), Actor(desk.person.name, desk.person.role))
        flash("已批准")
    except Refused as refused:
        refuse(desk.db, desk.person, f"{PATH}/<content_id>/approve", str(refused), f"content:{content_id}")
        flash(f"未批准：{refused}")
    return back(f"{PATH}/{content_id}")
