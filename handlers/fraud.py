"""What people decide about held referrals: confirm, clear, and what follows; and the nightly second look."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from handlers import milestone, screening
from models import fraud as cases
from models import movements, points
from models import referral as known
from models.actions import Action
from models.events.referral import InviterLooked
from models.fraud import FraudCase
from models.movements import Grant
from models.points import PointsEntry
from models.referral import Referral
from models.work import Work
from rules import fraud as rule

SEASON, FOR_GOOD = timedelta(days=90), timedelta(days=36_500)
LOOKED = ("STAY7", "LEARNED", "JOINED")


def look_again(event: InviterLooked, work: Work) -> Iterator[Action]:
    """All open referrals of one inviter, with what is known by now: most fraud shows only in the crowd."""
    yield from ()
    mine = select(Referral).where(Referral.inviter_id == event.inviter_id, Referral.status.in_(LOOKED))
    rows = list(work.session.scalars(mine.order_by(Referral.joined_at.desc()).limit(screening.AROUND)))
    if not rows:
        return
    joins, marks = screening.around(work, rows[0], event.at)
    weights = rule.learned(cases.precision(work.session))
    verdicts = rule.screen(joins, event.at.timestamp(), marks, weights, offices=screening.offices(work))
    for found in rows:
        if found.verdict == "cleared" or found.id not in verdicts:
            continue
        said = screening.settle(work, found, verdicts[found.id], event.at)
        if said == "reject":
            milestone.reject(work, found, "未通过反作弊审核，可申诉", event.at)
        elif said == "hold" or verdicts[found.id].action == "":
            movements.freeze(work.session, f"referral:{found.id}", frozen=said == "hold")


def confirm(work: Work, case: FraudCase, by: str, note: str) -> None:
    """It was fraud: points go back, and the inviter's standing suffers (referral.yaml clawback.rules)."""
    again = case.state == "confirmed" or (case.state == "appealed" and case.decided_by != "")
    _decide(work, case, "confirmed", by, note)
    found = work.session.get_one(Referral, case.referral_id)
    found.verdict = "reject"
    milestone.reject(work, found, f"复核认定：{note}"[:200], work.now)
    if not again:
        _strike(work, case.inviter_id)


def clear(work: Work, case: FraudCase, by: str, note: str) -> None:
    """It was not: what was taken comes back, what was frozen goes on, and the decision stands against the next look."""
    _decide(work, case, "cleared", by, note)
    found = work.session.get_one(Referral, case.referral_id)
    found.verdict = "cleared"
    movements.freeze(work.session, f"referral:{found.id}", frozen=False)
    if found.status == "REJECTED":
        found.status, found.changed_at = "JOINED", work.now
        known.note_step(work.session, found, f"复核恢复：{note}", work.now)
        _restore(work, found)
        milestone.go_on(found, work, work.now)


def _decide(work: Work, case: FraudCase, state: str, by: str, note: str) -> None:
    case.state, case.decided_by, case.decided_at, case.note = state, by, work.now, note[:200]


def _strike(work: Work, inviter_id: str) -> None:
    """First time a warning, second time a season, third time for good."""
    standing = known.standing(work.session, inviter_id)
    standing.strikes += 1
    standing.why = f"第 {standing.strikes} 次违规"
    if standing.strikes > 1:
        standing.barred_until = work.now + (SEASON if standing.strikes == 2 else FOR_GOOD)  # noqa: PLR2004 see above


def _restore(work: Work, found: Referral) -> None:
    """Points taken back by mistake are issued again, held as long as they would have been."""
    taken = select(PointsEntry).where(PointsEntry.about == f"referral:{found.id}", PointsEntry.kind == "claw")
    rows = list(work.session.scalars(taken.order_by(PointsEntry.id)))
    points.lock(work.session, [one.member_id for one in rows])
    for one in rows:
        grant = Grant(
            key=f"again:{one.key}"[:120], member_id=one.member_id, points=-one.points, rule="RESTORED", at=work.now,
            available_at=one.available_at, expires_at=one.expires_at, about=one.about,
        )  # fmt: skip
        movements.issue(work.session, grant)
