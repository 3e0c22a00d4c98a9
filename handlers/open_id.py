"""Name the colleague behind an encrypted id, so that evidence says to whom the smart robot spoke."""

from collections.abc import Iterator

from models import open_id
from models.actions import Action
from models.events.directory import EmployeeNamed
from models.events.messages import TextReceived
from models.upkeep import FetchEmployee, NameEmployee
from models.work import Work


def met(event: TextReceived, work: Work) -> Iterator[Action]:
    """Somebody unknown talks to the robot: they are answered at once, and WeCom is asked who they are."""
    if event.channel == "aibot" and event.member_id and open_id.wanted(work.session, event.member_id, work.now):
        yield NameEmployee(open_id=event.member_id)


def named(event: EmployeeNamed, work: Work) -> Iterator[Action]:
    """WeCom said who it is, or that it will not say (somebody outside the app's range)."""
    known = work.session.get(open_id.OpenId, event.open_id)
    if known is None or not event.employee_id:
        return
    known.employee_id = event.employee_id
    yield FetchEmployee(employee_id=event.employee_id)
