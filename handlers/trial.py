"""试发: a push as one colleague would read it in their own WeCom, before anybody approves it."""

from collections.abc import Iterator

from handlers import push
from models.actions import Action, SendApp
from models.content import Content, PushPlan
from models.events.internal import TrialWanted
from models.work import Work
from rules.text import pieces

APP_TEXT = 2000
"""Bytes of an app message, less a little (2,048, doc 90236)."""


def wanted(event: TrialWanted, work: Work) -> Iterator[Action]:
    """The words of the plan, marked as a trial, in pieces WeCom takes, in order; nobody else gets anything."""
    plan = work.session.get(PushPlan, event.plan_id)
    content = work.session.get(Content, plan.content_id) if plan is not None else None
    if plan is None or content is None:
        return
    at = event.at.astimezone(work.rules.zone)  # WeCom swallows an identical text for four hours
    said = f"【试发 {at:%H:%M:%S}】{plan.name}\n{push.words(content, plan, work)}"
    for piece in pieces(said, APP_TEXT):
        yield SendApp(to=(event.employee_id,), text=piece, content_id=content.id)
