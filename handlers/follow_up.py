"""Each morning advisors hear once how many promises to their clients are due; the names stand behind the login."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import func, select

from models.actions import Action, SendApp
from models.events.members import FollowUpsDue
from models.follow_up import OPEN, FollowUp
from models.member import Member
from models.work import Work


def due(event: FollowUpsDue, work: Work) -> Iterator[Action]:
    """One text an advisor, none for whom nothing is due; whoever looks after the client now hears of it."""
    day = date.fromisoformat(event.day)
    whose = func.coalesce(func.nullif(Member.advisor_id, ""), FollowUp.advisor_id)
    counted = (
        select(whose, func.count())
        .join(Member, Member.id == FollowUp.member_id, isouter=True)
        .where(FollowUp.state == OPEN, FollowUp.due_on <= day)
        .group_by(whose)
        .order_by(whose)
    )
    for advisor, count in work.session.execute(counted):
        text = f"【今日跟进】{count} 项到期：{work.rules.public_url}/console/sidebar"
        yield SendApp(to=(advisor,), text=text, content_id="ui:follow_ups")
