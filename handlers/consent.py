"""Members' own word on what they receive: 退订, 同意, 单独同意, 个性化 — effective at the next send, in any channel."""

from collections.abc import Iterator

from handlers import reply
from models.actions import Action
from models.consent import ACCOUNT, ALL, PERSONAL, PURPOSES, Consent
from models.content import Content
from models.events.messages import TextReceived
from models.work import Work

WITHDRAWALS = {"退订": ALL, "退订提醒": "service"} | {f"退订{one.title}": one.code for one in PURPOSES if one.number}
CHOICES = {one.number: one.code for one in PURPOSES if one.number}
"""The numbers of content W-03."""
SWITCHES = {
    "单独同意": (ACCOUNT, True, "account_on"),
    "不同意": (ACCOUNT, False, "account_off"),
    "撤回授权": (ACCOUNT, False, "account_off"),
    "关闭个性化": (PERSONAL, False, "personal_off"),
    "开启个性化": (PERSONAL, True, "personal_on"),
}
"""What is said -> (purpose, yes or no, phrase). Account data needs a consent of its own (个人信息保护法 29 条)."""
ASKED_WITH = {ACCOUNT: "W-04"}
"""The content that asks for a purpose; W-03 asks for the rest."""
BETWEEN = str.maketrans("", "", "+＋、,， ")
"""What people write between 同意 and the numbers: W-03 itself says 同意+序号."""


def listen(event: TextReceived, work: Work) -> Iterator[Action]:
    """Exact words only: people also talk about 退订. In a group the owner gets the answer to pass on."""
    said = event.text.strip().translate(BETWEEN)
    if not event.customer:
        return
    if said in WITHDRAWALS:
        purpose = WITHDRAWALS[said]
        _note(event, work, purpose, granted=False)
        if purpose == ALL:
            yield from reply.phrase(event, work, "optout")
        else:
            yield from reply.phrase(event, work, "optout_one", what=said.removeprefix("退订"))
    elif said in SWITCHES:
        purpose, granted, name = SWITCHES[said]
        if event.channel == "group" and said == "不同意":
            return  # among many it answers somebody else
        _note(event, work, purpose, granted=granted)
        yield from reply.phrase(event, work, name)
    elif event.channel != "group" and said.startswith("同意") and said[2:].isdigit() and set(said[2:]) <= set(CHOICES):
        for number in sorted(set(said[2:])):
            _note(event, work, CHOICES[number], granted=True)
        yield from reply.phrase(event, work, "optin")


def _note(event: TextReceived, work: Work, purpose: str, *, granted: bool) -> None:
    work.session.add(
        Consent(
            member_id=event.member_id, purpose=purpose, granted=granted, channel=event.channel, at=event.at,
            wording=_wording(work, ASKED_WITH.get(purpose, "W-03")),
        )
    )  # fmt: skip


def _wording(work: Work, content_id: str) -> str:
    """The content somebody was asked with, and which version of it: W-03@1a2b3c4d."""
    asked = work.session.get(Content, content_id)
    return f"{content_id}@{asked.approved_hash[:8]}" if asked is not None and asked.approved_hash else content_id
