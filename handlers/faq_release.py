"""Publishing a base: what it would consist of, how it is measured against the one in force, and how it takes over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handlers.faq_base import Refused, closes, house, opens
from models import evidence, faq_base
from models.faq import FaqEntry
from models.faq_base import (
    ACTIVE,
    APPROVED,
    CANDIDATE,
    PAST,
    PUBLISHED,
    SCHEDULED,
    SUPERSEDED,
    FaqArtefact,
    FaqCase,
    FaqRelease,
    FaqVersion,
)
from models.rulebook import Rulebook
from models.work import Database, Work
from rules import faq_report, four_eyes
from rules.faq_body import Body, faults_of
from rules.four_eyes import Checker
from rules.match import Entry
from rules.model import NotTrained


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a base at a moment consists of."""

    versions: Mapping[str, int]
    bodies: Sequence[Body]
    cases: Sequence[faq_report.Case]
    waiting: Sequence[str]
    """Approved entries whose first day is still to come."""
    active: Mapping[str, int]


def plan(session: Session, rules: Rulebook, at: datetime) -> Plan:
    """Of every entry the newest approved version whose days include the moment."""
    chosen: dict[str, FaqVersion] = {}
    waiting: list[str] = []
    living = select(FaqVersion).where(FaqVersion.state.in_((APPROVED, PUBLISHED)))
    for version in session.scalars(living.order_by(FaqVersion.entry_id, FaqVersion.number)):
        begins = opens(Body.of(version.body), rules.zone)
        if begins is not None and begins > at:
            waiting.append(version.entry_id)
        else:
            chosen[version.entry_id] = version
    ends = {one.entry_id: closes(Body.of(one.body), rules.zone) for one in chosen.values()}
    kept = [one for one in chosen.values() if not one.withdraws and ((end := ends[one.entry_id]) is None or end > at)]
    before = faq_base.active(session)
    return Plan(
        versions={one.entry_id: one.id for one in kept},
        bodies=[Body.of(one.body) for one in kept],
        cases=[
            faq_report.Case(id=one.id, question=one.question, entry_id=one.entry_id, channel=one.channel)
            for one in session.scalars(select(FaqCase).order_by(FaqCase.id))
        ],
        waiting=waiting,
        active=before.versions if before is not None else {},
    )


def prepare(db: Database, by: str, asked: Sequence[str] = (), at: datetime | None = None) -> int:
    """Build and measure a base, outside any transaction; the number of the candidate. `asked`: what went unanswered."""
    starts = max(at, db.clock()) if at else db.clock()
    with db.read() as session:
        planned = plan(session, db.rules, starts)
    if not planned.bodies:
        raise Refused("没有可发布的条目：先审批至少一条")
    entries = [Entry(id=one.id, question=one.question, paraphrases=one.phrasings) for one in planned.bodies]
    try:
        artefact = db.rules.build_matcher(entries)
    except NotTrained as error:
        raise Refused(f"题库没有训练成，现有题库照常使用：请检查内存与磁盘后重试（{str(error)[:200]}）") from error
    report = _report(planned, db.rules, artefact, asked)
    with db.work() as work:
        made = FaqRelease(
            state=CANDIDATE, artefact=_keep(artefact, work), versions=dict(planned.versions), report=report,
            made_by=by, made_at=work.now, starts_at=starts,
        )  # fmt: skip
        work.session.add(made)
        work.session.flush()
        return made.id


def _report(planned: Plan, rules: Rulebook, artefact: bytes, asked: Sequence[str]) -> dict[str, object]:
    report = faq_report.measure(planned.bodies, planned.cases, rules.open_matcher(artefact), rules.matcher, asked)
    standards = house(rules, {})
    faults = [f"{body.id}：{text}" for body in planned.bodies for _, text in faults_of(body, standards)]
    changed = [one for one, version in planned.versions.items() if planned.active.get(one, version) != version]
    added = [one for one in planned.versions if planned.active and one not in planned.active]
    gone = [one for one in planned.active if one not in planned.versions]
    return {
        **report, "faults": faults, "changed": changed, "added": added, "withdrawn": gone,
        "waiting": list(planned.waiting),
    }  # fmt: skip


def _keep(artefact: bytes, work: Work) -> str:
    name = faq_base.hash_of(artefact)
    if work.session.get(FaqArtefact, name) is None:
        work.session.add(FaqArtefact(hash=name, body=artefact, made_at=work.now))
        work.session.flush()
    return name


def publish(release_id: int, by: Checker, reason: str, work: Work) -> FaqRelease:
    """An approver puts a measured base in force, now or on its day. Refused says what stands against it."""
    release = work.session.get(FaqRelease, release_id, with_for_update=True)
    if release is None or release.state != CANDIDATE:
        raise Refused(f"发布 {release_id} 不是待确认的，请重新生成报告")
    if no := four_eyes.refusal(by):
        raise Refused(no)
    starts = max(release.starts_at, work.now)
    if plan(work.session, work.rules, starts).versions != release.versions:
        raise Refused("生成报告之后又有新的审批，请重新生成报告")
    if faults := release.report["faults"]:
        raise Refused(f"有 {len(faults)} 处必须先改正：{'；'.join(faults[:5])}")
    if (worse := release.report["worse"]) and not reason.strip():
        raise Refused(f"效果变差（{'；'.join(worse)}）：改正后重试，或由审批人写明仍要发布的原因")
    release.published_by, release.published_at, release.reason = by.name, work.now, reason.strip()[:500]
    later = update(FaqRelease).where(FaqRelease.state == SCHEDULED, FaqRelease.id != release.id)
    work.session.execute(later.values(state=PAST))
    facts = {
        "by": by.name, "artefact": release.artefact, "versions": release.versions, "worse": worse,
        "reason": release.reason, "starts_at": starts.isoformat(),
    }  # fmt: skip
    evidence.record(work, "faq_published", "", facts, ref=f"faq_release:{release.id}")
    if starts > work.now:
        release.state = SCHEDULED
    else:
        activate(release, work)
    return release


def activate(release: FaqRelease, work: Work) -> None:
    """The base takes over: entries as people get them, versions and releases say what they are now."""
    session = work.session
    session.execute(update(FaqRelease).where(FaqRelease.state == ACTIVE).values(state=PAST))
    release.state = ACTIVE
    living = session.scalars(select(FaqVersion).where(FaqVersion.state.in_((APPROVED, PUBLISHED)))).all()
    reached = {one.entry_id: one.number for one in living if one.id == release.versions.get(one.entry_id)}
    for version in living:
        if version.id == release.versions.get(version.entry_id):
            version.state, version.release_id = PUBLISHED, release.id
            session.merge(_entry(version, work))
        elif version.number < reached.get(version.entry_id, 0) or not _still_to_come(version, release, work):
            version.state = SUPERSEDED
    session.execute(update(FaqEntry).where(FaqEntry.id.not_in(list(release.versions))).values(status="withdrawn"))
    session.flush()


def due(work: Work) -> FaqRelease | None:
    """The scheduled release whose moment has come."""
    chosen = select(FaqRelease).where(FaqRelease.state == SCHEDULED, FaqRelease.starts_at <= work.now)
    return work.session.scalars(chosen.order_by(FaqRelease.id.desc()).limit(1)).first()


def _still_to_come(version: FaqVersion, release: FaqRelease, work: Work) -> bool:
    """Approved for a later day, or approved after this release was planned."""
    begins = opens(Body.of(version.body), work.rules.zone)
    return (begins is not None and begins > release.starts_at) or (
        version.approved_at is not None and version.approved_at > release.made_at
    )


def _entry(version: FaqVersion, work: Work) -> FaqEntry:
    body = Body.of(version.body)
    return FaqEntry(
        id=body.id, category=body.category, question=body.question, phrasings=list(body.phrasings), answer=body.answer,
        risk_tip=body.risk_tip, needs_human=body.needs_human, suitability=body.suitability, verify=body.verify,
        flags=list(body.flags), status="published", updated_at=work.now, channels=list(body.channels),
        effective_from=opens(body, work.rules.zone), effective_until=closes(body, work.rules.zone),
        checked_by=version.checked_by, checked_at=version.checked_at, version_id=version.id,
    )  # fmt: skip
