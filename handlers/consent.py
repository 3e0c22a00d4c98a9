"""Members' own word on what they receive: 退订, 同意, 隐私 — effective at the next send."""

from collections.abc import Iterator

from handlers import reply
from models.actions import Action
from models.consent import ALL, Consent
from models.events.messages import TextReceived
from models.work import Work

WITHDRAWALS = {"退订": ALL, "退订周报": "weekly", "退订直播": "live", "退订关怀": "care"}
CHOICES = {"1": "weekly", "2": "live", "3": "greeting", "4": "service"}
"""The numbers of content W-03."""
WORDING = "W-03"
BETWEEN = str.maketrans("", "", "+＋、,， ")
"""What people write between 同意 and the numbers: W-03 itself says 同意+序号."""


def listen(event: TextReceived, work: Work) -> Iterator[Action]:
    """Exact commands only, in one-to-one channels: people also talk about 退订."""
    said = event.text.strip().translate(BETWEEN)
    if not event.customer or event.channel == "group":
        return
    if said in WITHDRAWALS:
        _note(event, work, WITHDRAWALS[said], granted=False)
        yield from reply.phrase(event, work, "optout")
    elif said.startswith("同意") and said[2:].isdigit() and set(said[2:]) <= set(CHOICES):
        for number in sorted(set(said[2:])):
            _note(event, work, CHOICES[number], granted=True)
        yield from reply.phrase(event, work, "optin")


def _note(event: TextReceived, work: Work, purpose: str, *, granted: bool) -> None:
    work.session.add(Consent(member_id=event.member_id, purpose=purpose, granted=granted, wording=WORDING, at=event.at))
