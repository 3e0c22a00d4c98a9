"""What people at the console leave in the evidence: what they did, whom they looked at, what they were refused."""

from collections.abc import Mapping

from flask import render_template

from models.evidence import record
from models.member import Member
from models.rights import PERSON_COLUMNS
from models.scope import BOUND, Viewer, may_see
from models.work import Database


def acted(db: Database, viewer: Viewer, rule: str, values: Mapping[str, object]) -> None:
    """A form was taken. What names a member is kept under that member's key."""
    person = next((str(one) for key, one in values.items() if key in PERSON_COLUMNS), "")
    about = {key: str(one) for key, one in values.items() if key not in PERSON_COLUMNS}
    with db.work() as work:
        body = {"by": viewer.name, "role": viewer.role, "what": rule, "of": about}
        record(work, "operator_action", person, body, ref=rule)


def looked_at(db: Database, viewer: Viewer, rule: str, member_id: str) -> tuple[str, int] | None:
    """Note that the viewer sees a member's page; or the refusal, with the way to open it for a reason.

    To an advisor nobody looks like somebody else's client; for others the page says that there is no such member.
    """
    with db.work() as work:
        body = {"by": viewer.name, "role": viewer.role, "what": rule}
        if may_see(work.session, viewer, member_id, work.now):
            record(work, "viewed", member_id, body, ref=rule)
            return None
        if viewer.role not in BOUND and work.session.get(Member, member_id) is None:
            return None
        record(work, "refused", member_id, {**body, "why": "不是本人名下客户"}, ref=rule)
    return render_template("not_yours.html", member_id=member_id), 403


def refuse(db: Database, viewer: Viewer, rule: str, why: str, ref: str = "") -> None:
    """Note a refusal. `ref`: the row it was about."""
    with db.work() as work:
        body = {"by": viewer.name, "role": viewer.role, "what": rule, "why": why}
        record(work, "refused", "", body, ref=ref or rule)
