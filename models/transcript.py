"""A 微信客服 conversation as people read it: the customer's and servicers' lines, and what the bot sent between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import actions
from models.actions import SendKf, SendKfWelcome
from models.conversation import KfLine
from models.ledger import Outbound
from rules import masking

MOST = 200
NOT_YET = {
    "due": "待发送", "sending": "发送中", "withheld": "未发出", "failed": "发送失败", "unknown": "结果不明",
    "expired": "过期未发",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `by`: customer, bot or a servicer's userid; `note` says what became of it, where that is not "sent"."""

    at: datetime
    by: str
    text: str
    choices: tuple[str, ...] = ()
    note: str = ""


def of(session: Session, open_kfid: str, member_id: str) -> list[Line]:
    """The newest lines of a conversation, oldest first, numbers of persons starred out."""
    said = select(KfLine).where(KfLine.member_id == member_id, KfLine.open_kfid == open_kfid)
    lines = [
        Line(one.at, one.speaker or "customer", masking.mask(one.text), note="客户已撤回" if one.recalled else "")
        for one in session.scalars(said.order_by(KfLine.id.desc()).limit(MOST))
    ]
    sent = select(Outbound).where(
        Outbound.recipient == member_id, Outbound.purpose.in_(("reply", "welcome")),
        Outbound.kind.in_(("SendKf", "SendKfWelcome")),
    )  # fmt: skip
    lines += [
        line
        for row in session.scalars(sent.order_by(Outbound.id.desc()).limit(MOST))
        if (line := _sent(row, open_kfid)) is not None
    ]
    lines.reverse()  # read newest first; within one second a line stands where it was said
    return sorted(lines, key=lambda line: (line.at, line.by == "bot"))[-MOST:]


def _sent(row: Outbound, open_kfid: str) -> Line | None:
    action = actions.load(row.kind, row.body)
    if not isinstance(action, (SendKf, SendKfWelcome)) or action.open_kfid != open_kfid:
        return None
    choices = tuple(label for _, label in action.menu)
    note = NOT_YET.get(row.state, "") + (f"：{row.reason}" if row.state == "withheld" else "")
    return Line(row.finished_at or row.created_at, "bot", masking.mask(action.text), choices, note)


def open_lines(lines: Sequence[Line]) -> list[str]:
    """What the customer said last and nobody has answered, at most three lines."""
    last: list[str] = []
    for line in reversed(lines):
        if line.by != "customer" or len(last) == 3:  # noqa: PLR2004 three lines are a question, more are a history
            break
        last.append(line.text)
    return last[::-1] or [line.text for line in lines if line.by == "customer"][-1:]
