"""Versions of FAQ entries: drafts from a file or the editor, approved by somebody else than their author."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.reply import CHANNELS
from models import evidence, faq_base
from models.faq import FaqEntry
from models.faq_base import APPROVED, DRAFT, REJECTED, FaqVersion
from models.rulebook import Rulebook
from models.work import Work
from rules import four_eyes
from rules.faq_body import Body, Fault, House, Row, check, faults_of, tidy
from rules.four_eyes import Checker
from rules.text import clean

PROVISO = "（具体以官方公告为准）"
ASK_A_PERSON = "如需人工协助，请回复“人工”。"


class Refused(Exception):
    """It cannot be done; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a file: everything or, with faults, nothing."""

    faults: tuple[Fault, ...] = ()
    drafts: tuple[str, ...] = ()
    """Entries that got a new draft."""
    unchanged: int = 0


def dressed(body: Body | FaqEntry, rules: Rulebook, *, proviso: bool) -> str:
    """The answer as people read it: placeholders filled, way to a person, proviso and risk tip behind it."""
    parts = [rules.fill(body.answer)]
    if body.needs_human:
        parts.append(ASK_A_PERSON)
    if proviso:
        parts.append(PROVISO)
    if tip := rules.risk_tip(body.risk_tip):
        parts.append(tip)
    return "\n".join(parts)


def house(rules: Rulebook, taken: Mapping[str, str]) -> House:
    """What entries are checked against here; `taken` as `phrasings_of` gives it."""

    def blocked(text: str) -> str:
        verdict = rules.lexicon.lint(rules.fill(text), "out")
        worst = next((one for one in verdict.findings if one.severity == "block"), None)
        return f"「{worst.text}」{worst.reason}（{worst.rule}）" if verdict.verdict == "block" and worst else ""

    return House(
        risk_tips=rules.risk_tips,
        placeholders=frozenset(rules.placeholders),
        bytes_of=lambda body: len(dressed(body, rules, proviso=body.verify).encode()),
        byte_limit=min(one.byte_limit for one in CHANNELS.values()),
        blocked=blocked,
        taken=taken,
    )


def phrasings_of(versions: Mapping[str, FaqVersion], but: Sequence[str] = ()) -> dict[str, str]:
    """Cleaned phrasing -> entry, of all entries but some."""
    bodies = [Body.of(one.body) for one in versions.values() if not one.withdraws and one.entry_id not in but]
    return {clean(phrase): body.id for body in bodies for phrase in body.asked}


def take_in(rows: Sequence[Row], by: str, work: Work, faults: Sequence[Fault] = ()) -> Taken:
    """A whole file as drafts, or every fault of it and no draft. `faults`: what reading it found already."""
    newest = faq_base.newest(work.session)
    found = check(rows, house(work.rules, phrasings_of(newest, [row.body.id for row in rows])))
    if faults or found:
        return Taken(faults=tuple(sorted([*faults, *found], key=lambda one: (one.row, one.field))))
    changed = [row.body for row in rows if not _same(newest.get(row.body.id), row.body)]
    for body in changed:
        _add(body, by, work)
    return Taken(drafts=tuple(body.id for body in changed), unchanged=len(rows) - len(changed))


def save(body: Body, by: str, work: Work, note: str = "", *, complete: bool = True) -> FaqVersion:
    """One entry from the editor as a draft, perhaps without its answer yet. Refused names every fault."""
    newest = faq_base.newest(work.session)
    body = tidy(body)
    faults = check([Row(1, body)], house(work.rules, phrasings_of(newest, [body.id])))
    if wrong := [one.text for one in faults if complete or one.field != "answer"]:
        raise Refused("；".join(wrong))
    if _same(newest.get(body.id), body):
        raise Refused("内容与最新版本相同，没有需要保存的改动")
    return _add(body, by, work, note)


def withdraw(entry_id: str, by: str, work: Work, note: str = "") -> FaqVersion:
    """A draft that, once approved and published, takes the entry out of the base."""
    newest = faq_base.newest(work.session).get(entry_id)
    if newest is None or newest.withdraws:
        raise Refused(f"没有在用的条目 {entry_id}")
    made = _add(Body.of(newest.body), by, work, note or "下架")
    made.withdraws = True
    return made


def approve(version_id: int, by: Checker, work: Work, checker: str = "") -> FaqVersion:
    """A second person's yes. `checker` names who compared a changing fact with its source today."""
    version = _draft(version_id, work)
    if no := four_eyes.refusal(by, version.author):
        raise Refused(f"{version.entry_id} 第 {version.number} 版：{no}")
    if not version.withdraws:
        others = phrasings_of(faq_base.newest(work.session), [version.entry_id])
        body = Body.of(version.body)
        wrong = [text for _, text in faults_of(body, house(work.rules, {}))]
        wrong += [f"「{one}」已属于 {others[clean(one)]}" for one in body.asked if clean(one) in others]
        if wrong:
            raise Refused(f"{version.entry_id} 不能通过：{'；'.join(wrong)}")
    version.state, version.approver, version.approved_at = APPROVED, by.name, work.now
    if checker.strip():
        version.checked_by, version.checked_at = checker.strip()[:64], work.now
    _write_down("approved", version, work, checker=version.checked_by)
    return version


def reject(version_id: int, by: Checker, note: str, work: Work) -> FaqVersion:
    """A second person's no, with the reason its author needs."""
    version = _draft(version_id, work)
    if no := four_eyes.refusal(by):
        raise Refused(no)
    if not note.strip():
        raise Refused("退回须写明原因，作者才知道改什么")
    version.state, version.approver, version.note = REJECTED, by.name, note.strip()[:200]
    _write_down("rejected", version, work, note=version.note)
    return version


def drafts(work: Work) -> list[FaqVersion]:
    """Everything that waits for an approver, in the order of entries."""
    return [one for one in faq_base.newest(work.session).values() if one.state == DRAFT]


def bodies(session: Session, *, drafts: bool) -> list[Body]:
    """Entries as last written, or as they are published."""
    if drafts:
        return [Body.of(one.body) for one in faq_base.newest(session).values() if not one.withdraws]
    return [Body.of(one.body) for one in faq_base.in_force(session)]


def opens(body: Body, zone: ZoneInfo) -> datetime | None:
    """The moment its first day begins; None = always."""
    return datetime.combine(body.effective_from, time(), zone) if body.effective_from else None


def closes(body: Body, zone: ZoneInfo) -> datetime | None:
    """The moment after its last day; None = never."""
    return datetime.combine(body.effective_until + timedelta(days=1), time(), zone) if body.effective_until else None


def _draft(version_id: int, work: Work) -> FaqVersion:
    version = work.session.get(FaqVersion, version_id)
    if version is None or version.state != DRAFT:
        raise Refused(f"版本 {version_id} 不是待审草稿，请刷新列表")
    return version


def _same(version: FaqVersion | None, body: Body) -> bool:
    return version is not None and not version.withdraws and Body.of(version.body) == body


def _add(body: Body, by: str, work: Work, note: str = "") -> FaqVersion:
    """The next version; a draft that still waits gives way to it."""
    number = faq_base.next_number(work.session, body.id)
    for one in faq_base.versions_of(work.session, body.id):
        if one.state == DRAFT:
            one.state, one.note = REJECTED, f"由第 {number} 版替代"
    made = FaqVersion(
        entry_id=body.id, number=number, state=DRAFT, body=body.kept(), withdraws=False, author=by, approver="",
        note=note[:200], made_at=work.now, category=body.category, question=body.question,
    )  # fmt: skip
    work.session.add(made)
    work.session.flush()
    _write_down("content_version", made, work)
    return made


def _write_down(kind: str, version: FaqVersion, work: Work, **more: str) -> None:
    facts = {"by": version.approver or version.author, "author": version.author, "body": version.body, **more}
    evidence.record(work, kind, "", facts, ref=f"faq:{version.entry_id}/{version.number}")
