"""起草: copy from approved facts, for some people, in a style; linted, labelled, kept as a draft, never approved."""

import hashlib

from flask import Blueprint, flash, render_template, request

from console.desk import Answer, Desk, back
from console.drafter import Bureau
from gateways.llm import NoDraft
from handlers import draft as drafts
from models import content_version, evidence
from models.content import Content
from models.plan import Actor, Refused
from models.work import Work
from rules import copywriting, draft
from rules.draft import Judged, Source

PATH = "/console/contents/draft"
MAKERS = ("author", "operator", "admin")
OFFERED, AT_FIRST = 6, 2
"""Answers to choose from, and those taken until somebody chose."""
FIELDS = ("topic", "audience", "style")


def blueprint(desk: Desk) -> Blueprint:
    """The desk, and keeping what was drafted there."""
    pages = Blueprint("copydesk", __name__)
    bureau = Bureau(desk)

    @desk.page(pages, PATH, MAKERS, ("GET", "POST"))
    def write() -> Answer:
        return _write(desk, bureau)

    @desk.page(pages, f"{PATH}/keep", MAKERS, ("POST",))
    def keep() -> Answer:
        return _keep(desk)

    return pages


def _write(desk: Desk, bureau: Bureau) -> Answer:
    values = {name: request.values.get(name, "").strip()[:200] for name in FIELDS}
    style = values["style"] if values["style"] in copywriting.STYLES else "plain"
    with desk.db.work() as work:
        offered = drafts.sources(work, [values["topic"]], "group", OFFERED) if values["topic"] else []
        lexicon = work.rules.lexicon
    picked = request.form.getlist("facts")
    chosen = [one for one in offered if one.id in picked] or offered[:AT_FIRST]
    made: list[tuple[str, Judged]] = []
    if request.method == "POST" and chosen:
        text = copywriting.by_template(values["topic"], values["audience"], style, chosen)
        made.append(("模板", draft.judge(text, chosen, lexicon)))
        if bureau.there:
            made.insert(0, ("模型", _by_model(desk, bureau, values | {"style": style}, chosen)))
    used, budget = bureau.used() if bureau.there else (0, 0)
    return render_template(
        "copydesk.html", values=values | {"style": style}, styles=copywriting.STYLES, offered=offered, made=made,
        picked=[one.id for one in chosen], there=bureau.there, used=used, budget=budget,
    )  # fmt: skip


def _by_model(desk: Desk, bureau: Bureau, values: dict[str, str], chosen: list[Source]) -> Judged:
    asked = copywriting.prompt(values["topic"], values["audience"], values["style"], chosen)
    try:
        judged = draft.judge(bureau.draft("copy", copywriting.SYSTEM, asked), chosen, desk.db.rules.lexicon)
    except NoDraft as why:
        judged = Judged("", (str(why),))
    with desk.db.work() as work:
        facts: dict[str, object] = {
            "what": "llm_copy", "by": desk.person.name, "sources": [one.id for one in chosen],
            "digest": hashlib.sha256(judged.text.encode()).hexdigest(), "refused": len(judged.faults),
        }  # fmt: skip
        evidence.record(work, "operator_action", "", facts)
    return judged


def _keep(desk: Desk) -> Answer:
    by = Actor(desk.person.name, desk.person.role)
    try:
        with desk.db.work() as work:
            made = content_version.save(work, _free(work), _values(), by)
        flash("已存为草稿，可以继续修改；批准后才能推送")
        return back(f"/console/contents/{made.id}/edit")
    except Refused as refused:
        flash(f"没有保存：{refused}", "bad")
        return back(PATH)


def _values() -> dict[str, str]:
    """What was drafted, as a content; whatever a model had a hand in says so to its readers."""
    return {
        "type": "weekly", "kind": "education", "channel": "group", "risk_tip": "general",
        "body": request.form.get("body", "").replace("\r\n", "\n").strip(),
        "ai_made": "1" if request.form.get("by") == "模型" else "",
    }  # fmt: skip


def _free(work: Work) -> str:
    """A number nobody has."""
    day = f"{work.now.astimezone(work.rules.zone):%m%d}"
    return next(name for at in range(1, 1000) if work.session.get(Content, name := f"DR-{day}-{at}") is None)
