"""Greet people where they arrive, with approved words only."""

from collections.abc import Iterator
from datetime import timedelta

from handlers import reply
from models import group, group_draft
from models.actions import Action, SendCard, SendKfWelcome, SendWelcome
from models.content import Content
from models.events.contacts import FriendAdded, GroupMembersChanged
from models.events.kf import KfEntered
from models.group_draft import GroupDraft
from models.member import is_customer
from models.work import Work

FRIEND, GROUP = "W-02", "W-01"
TOGETHER = timedelta(minutes=10)
"""Joiners within this time share one draft: an owner must not be spammed either."""

KF_MENU = (("faq:OPEN-003", "怎么开户"), ("faq:OPEN-001", "开户需要什么材料"), ("faq:human", "转人工"))


def greet(event: FriendAdded, work: Work) -> Iterator[Action]:
    """A new contact. No code: somebody else greets, or they know each other already."""
    text = _words(work, FRIEND)
    if event.welcome_code and text:
        yield SendWelcome(
            to=event.member_id, employee_id=event.employee_id, code=event.welcome_code, text=text, content_id=FRIEND
        )


def greet_in_kf(event: KfEntered, work: Work) -> Iterator[Action]:
    """A customer opened 微信客服 and has not been greeted for 48 hours."""
    text = _words(work, FRIEND)
    if event.welcome_code and text:
        yield SendKfWelcome(
            to=event.member_id,
            open_kfid=event.open_kfid,
            code=event.welcome_code,
            text=text,
            content_id=FRIEND,
            menu=KF_MENU,
        )


def group_joined(event: GroupMembersChanged, work: Work) -> Iterator[Action]:
    """No API greets in a customer group: the owner gets the approved words, once for all who came together."""
    newcomers = sum(1 for one in event.member_ids if is_customer(one)) if event.joined else 0
    chat = group.known(work.session, event.chat_id, event.at)
    recently = chat.welcomed_at is not None and event.at - chat.welcomed_at < TOGETHER
    text = _words(work, GROUP).replace("{{nickname}}", "新朋友")
    if newcomers and chat.owner_id and text and not recently:
        chat.welcomed_at = event.at
        number = group_draft.keep(
            work.session,
            GroupDraft(
                source_key=event.key, chat_id=chat.id, owner_id=chat.owner_id, member_id="", question="",
                answer=text, at=event.at, outcome="", decided_by="",
            ),
        )  # fmt: skip
        yield SendCard(
            to=(chat.owner_id,), task_id=reply.task_id("join", event.key), about="draft",
            title="新成员入群，建议发送欢迎语", desc=f"群：{chat.name or chat.id}", facts=(("人数", str(newcomers)),),
            quote=text, url=f"{work.rules.public_url}/console/drafts/{number}",
        )  # fmt: skip


def _words(work: Work, content_id: str) -> str:
    content = work.session.get(Content, content_id)
    if content is None or not content.approved:
        return ""
    tip = work.rules.risk_tip(content.risk_tip)
    return work.rules.fill(content.body) + (f"\n{tip}" if tip else "")
