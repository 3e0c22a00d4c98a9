"""存证: how anything writes down a deed worth proving, in the transaction of the deed.

    record(work, "approved", subject="", body={"content": "W-01", "by": "张三"}, ref="content:W-01")

`ref` names a row as table:number (content:W-01, plan:12, occurrence:55) or an outbound key. Any number of workers
append without a lock; bot.evidence numbers and seals the records a moment later. The row names nobody: the person
concerned is kept as a keyed hash, the body encrypted under that person's own key.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, insert
from sqlalchemy.orm import Session

from models.base import keyring_of
from models.ledger import Evidence
from models.person_key import Lock, lock_of, locks_for
from models.work import Work
from rules.chain import canonical

KINDS = {
    "content_version": "内容版本",
    "approved": "审批通过",
    "faq_published": "问答库发布",
    "rejected": "审批驳回",
    "lint": "合规检查",
    "audience": "推送对象",
    "attempt": "未成的发送尝试",
    "held": "推迟发送",
    "withheld": "拦下未发",
    "sent": "已发送",
    "failed": "发送失败",
    "expired": "过期未发",
    "unknown": "结果不明",
    "provider_answer": "平台回执",
    "employee_sent": "员工点发",
    "hand_over": "转人工",
    "correction": "更正",
    "operator_action": "后台操作",
    "viewed": "查看个人信息",
    "refused": "拒绝的操作",
    "break_glass": "紧急查看",
    "exported": "导出",
    "person_archived": "停止使用个人信息",
    "person_erased": "删除个人信息",
    "incident_opened": "舆情：立案",
    "incident_step": "舆情：处置步骤",
    "incident_overdue": "舆情：步骤超时",
    "alert_acked": "提醒：有人跟进",
    "alert_passed": "提醒：转交",
    "alert_snoozed": "提醒：稍后",
    "alert_false_alarm": "提醒：误报",
    "alert_closed": "提醒：处理结果",
    "member_offence": "群内违规",
    "intercepts": "员工侧敏感词",
    "suitability": "适当性判断",
    "suitability_data": "适当性数据导入",
    "dead_letter": "事件搁置",
    "unrecognised": "未识别事件",
}
"""Kind -> what auditors read. A kind that is not listed here is shown by its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A deed worth proving. `person` is hashed; `facts` are encrypted; `ref` names the row it is about."""

    kind: str
    ref: str
    facts: Mapping[str, object] = field(default_factory=dict)
    person: str = ""


def record(work: Work, kind: str, subject: str, body: Mapping[str, object], *, ref: str = "") -> None:
    """Write one deed down. `subject`: id of the member it concerns, or empty; `body` must be JSON."""
    append(work, [Record(kind=kind, ref=ref, facts=body, person=subject)])


def append(work: Work, records: list[Record]) -> None:
    """Write records in the caller's transaction."""
    if not records:
        return
    subjects = [subject_of(one.person, work.rules.pepper) for one in records]
    locks = locks_for(work, subjects)
    rows = [_row(work, one, locks[subject]) for one, subject in zip(records, subjects, strict=True)]
    work.session.execute(insert(Evidence), rows)


def subject_of(person: str, pepper: bytes) -> str:
    """The stable pseudonym under which a person's records are joined."""
    return hmac.new(pepper, person.encode(), hashlib.sha256).hexdigest()[:32] if person else ""


def content_of(session: Session, one: Evidence | Row[Any]) -> str | None:
    """What a record says, as the text its digest covers; None once the person's key is destroyed.

    Records written before persons had keys of their own are under the data key.
    """
    if not one.payload.startswith("p."):
        return keyring_of(session.get_bind().dialect).open(one.payload, "evidence.payload")
    lock = lock_of(session, one.payload)
    return None if lock is None else lock.open(one.payload)


def digest(text: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _row(work: Work, one: Record, lock: Lock) -> dict[str, object]:
    """The digest covers salted words, so that what is erased cannot be guessed; `cipher` covers what is stored."""
    content = canonical({**one.facts, "salt": work.new_id() + work.new_id()})
    payload = lock.shut(content)
    return {
        "at": work.now,
        "kind": one.kind,
        "subject": lock.subject,
        "ref": one.ref[:120],
        "payload": payload,
        "digest": digest(content),
        "cipher": digest(payload),
    }
