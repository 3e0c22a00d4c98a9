"""Hear what is said about the company, and see an incident through: reply, facts, wording, answer, review.

Marketing stands still from the opening of an incident to its answer (models.opinion.held, read by the gate).
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from handlers import reply
from handlers.escalation import name_of
from models import duty, evidence, group, opinion
from models.actions import Action, SendCard, UpdateCard
from models.alert import Alert
from models.content import Content
from models.events.app import CardClicked
from models.events.messages import TextReceived
from models.events.opinion import IncidentDismissed, IncidentOverdue, IncidentStepDone
from models.member import Employee
from models.opinion import Incident, IncidentStep, OpinionMention
from models.work import Work
from rules import masking
from rules.opinion import LOUD, SHARE_OF, STEPS, STRONG, WINDOW, Mention, Weight, graver, level_of

CARD = "opinion-"
BUTTONS = (("own", "我来负责"), ("nothing", "误报"))
FIRST_REPLY = "O-01"
BOT = "机器人"
ROLES = {
    "合规": "compliance", "营业部负责人": "manager", "公关": "manager", "公司值班": "operator", "客服主管": "operator",
}  # fmt: skip
"""Whom alerts.yaml notifies -> the role that does it here; 群管理员 is the owner of the group."""
REMIND = timedelta(minutes=30)
HEARD_IN = frozenset({"group", "kf"})


def watch(event: TextReceived, work: Work) -> Iterator[Action]:
    """Count every customer's message, keep what is bad about us, open or raise an incident when it is enough."""
    if not event.customer or event.channel not in HEARD_IN:
        return
    feeling = work.rules.sentiment.read(event.text)
    found = work.rules.opinion.mention(event.text, feeling)
    chat = event.chat_id or event.channel
    strong = found is not None and STRONG.search(event.text) is not None
    opinion.count(work.session, chat, event.at, negative=strong or (found is not None and bool(found.cue)))
    if found is None:
        return
    row = OpinionMention(
        source_key=event.key, at=event.at, topic=found.topic, cue=found.cue, chat_id=chat, member_id=event.member_id,
        negative=round(found.negative, 3), quote=masking.mask(event.text)[:200],
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    yield from _judge(row, found, event, work)


def _judge(row: OpinionMention, found: Mention, event: TextReceived, work: Work) -> Iterator[Action]:
    incident = opinion.current(work.session, found.topic)
    level = level_of(found, _weight(row, event, work))
    if incident is not None:
        row.incident_id = incident.id
        if level and graver(level, incident.level) != incident.level:
            yield from _raise_level(incident, level, work)
    elif level:
        yield from _open(row, level, event, work)


def _weight(row: OpinionMention, event: TextReceived, work: Work) -> Weight:
    messages, authors = opinion.volume(work.session, row.topic, event.at - WINDOW)
    total, share = opinion.share(work.session, row.chat_id, event.at - WINDOW)
    open_alert = select(Alert.id).where(Alert.member_id == row.member_id, Alert.state.in_(("open", "acked"))).limit(1)
    return Weight(
        messages=messages, authors=authors, share=share if total >= SHARE_OF else 0.0,
        group_size=len(group.present(work.session, event.chat_id)) if event.chat_id else 0,
        loud=LOUD.search(event.text) is not None, in_hand=work.session.scalar(open_alert) is not None,
    )  # fmt: skip


def _open(row: OpinionMention, level: str, event: TextReceived, work: Work) -> Iterator[Action]:
    incident = Incident(
        topic=row.topic, level=level, chat_id=row.chat_id, source_key=event.key, state="open", step="reply",
        due_at=work.rules.opinion.due(level, "reply", work.now), turn=0, owner_id="", people=[], opened_at=work.now,
    )  # fmt: skip
    work.session.add(incident)
    work.session.flush()
    row.incident_id = incident.id
    incident.people = _people(level, event.chat_id, work)
    evidence.record(
        work, "incident_opened", event.member_id,
        {"topic": row.topic, "level": level, "people": incident.people}, ref=f"incident:{incident.id}",
    )  # fmt: skip
    yield _card(incident, work, row.quote, f"请在 {_clock(incident, 'facts', work)} 前核实事实")


def _people(level: str, chat_id: str, work: Work) -> list[str]:
    """Everybody the level concerns who is on duty; never nobody while somebody works here."""
    named: list[str] = []
    for function in work.rules.opinion.notify(level):
        if function in ROLES:
            named += duty.holders(work.session, ROLES[function])
        elif chat_id:
            chat = work.session.get(group.Group, chat_id)
            named += [chat.owner_id] if chat is not None and chat.owner_id else []
    present = [one for one in dict.fromkeys(named) if duty.on_duty(work.session, one, work.now)]
    return present or duty.anybody(work.session)[:3]


def first_reply(event: TextReceived, work: Work) -> Iterator[Action]:
    """The approved first words to whoever made an incident open: within half a minute, and no promise in them."""
    chosen = select(Incident).where(Incident.source_key == event.key, Incident.state == "open")
    incident = work.session.scalars(chosen).first()
    content = work.session.get(Content, FIRST_REPLY) if incident is not None else None
    if incident is None or content is None or not content.approved:
        return
    by = work.rules.opinion.due(incident.level, "answer", incident.opened_at).astimezone(work.rules.zone)
    text = work.rules.fill(content.body, {"two_hour_time": f"{by:%m月%d日 %H:%M} "})
    yield from reply.say(event, work, text, content_id=FIRST_REPLY)
    _done(incident, "reply", BOT, text, work)


def _raise_level(incident: Incident, level: str, work: Work) -> Iterator[Action]:
    old, incident.level = incident.level, level
    incident.people = list(dict.fromkeys([*incident.people, *_people(level, incident.chat_id, work)]))
    incident.due_at = min(incident.due_at, work.rules.opinion.due(level, incident.step, incident.opened_at))
    _note(incident, "level", BOT, f"{old} → {level}", work)
    yield _card(incident, work, "", f"由 {old} 升级为 {level}")


def clicked(event: CardClicked, work: Work) -> Iterator[Action]:
    """Somebody takes the incident on, or says it is none."""
    if not event.task_id.startswith(CARD) or event.button not in dict(BUTTONS):
        return
    number = event.task_id.removeprefix(CARD).split("_")[0]
    incident = work.session.get(Incident, int(number), with_for_update=True) if number.isdigit() else None
    if incident is None or incident.state in ("closed", "false_alarm"):
        return
    if event.button == "own":
        incident.owner_id = incident.owner_id or event.employee_id
        _note(incident, "owner", event.employee_id, "", work)
        label = f"{name_of(work, incident.owner_id)}负责"
    else:
        _end(incident, "false_alarm", event.employee_id, "", work)
        label = f"{name_of(work, event.employee_id)}标记误报"
    if event.response_code:
        to = tuple(incident.people)
        yield UpdateCard(to=to, task_id=event.task_id, response_code=event.response_code, label=label[:20])


def step_done(event: IncidentStepDone, work: Work) -> Iterator[Action]:
    """Steps are done in their order. The answer goes to the owner of the group, who posts it with one tap."""
    incident = work.session.get(Incident, event.incident_id, with_for_update=True)
    if incident is None or incident.state in ("closed", "false_alarm") or event.step != incident.step:
        return
    incident.owner_id = incident.owner_id or event.by
    _done(incident, event.step, event.by, event.note, work)
    if event.step == "answer" and event.note:
        chat = work.session.get(group.Group, incident.chat_id)
        to = chat.owner_id if chat is not None and chat.owner_id else incident.owner_id
        yield SendCard(
            to=(to,), task_id=f"{CARD}{incident.id}_answer", about="draft", title="舆情正式答复，请发布",
            desc=f"{incident.level} {incident.topic}", quote=event.note[:500],
            url=f"{work.rules.public_url}/console/opinion/{incident.id}",
        )  # fmt: skip


def dismissed(event: IncidentDismissed, work: Work) -> Iterator[Action]:
    """It was nothing: marketing may go on."""
    incident = work.session.get(Incident, event.incident_id, with_for_update=True)
    if incident is not None and incident.state in ("open", "answered"):
        _end(incident, "false_alarm", event.by, event.note, work)
    yield from ()


def overdue(event: IncidentOverdue, work: Work) -> Iterator[Action]:
    """Remind everybody, their managers too, and again until it is done."""
    incident = work.session.get(Incident, event.incident_id, with_for_update=True)
    if incident is None or incident.state in ("closed", "false_alarm") or incident.turn != event.turn:
        return
    known = [work.session.get(Employee, name) for name in incident.people]
    managers = [one.manager_id for one in known if one is not None]
    incident.people = list(dict.fromkeys([*incident.people, *(one for one in managers if one)]))
    incident.turn += 1
    incident.due_at = work.now + REMIND
    evidence.record(work, "incident_overdue", "", {"step": incident.step}, ref=f"incident:{incident.id}")
    yield _card(incident, work, "", f"“{STEPS[incident.step]}”已超时")


def _done(incident: Incident, step: str, by: str, note: str, work: Work) -> None:
    _note(incident, step, by, note, work)
    order = work.rules.opinion.steps(incident.level)
    left = order[order.index(step) + 1 :]
    if step == "answer":
        incident.state = "answered"
    if not left:
        incident.state, incident.closed_at = "closed", work.now
        return
    incident.step, incident.turn = left[0], incident.turn + 1
    incident.due_at = work.rules.opinion.due(incident.level, left[0], incident.opened_at)


def _end(incident: Incident, state: str, by: str, note: str, work: Work) -> None:
    incident.state, incident.closed_at = state, work.now
    _note(incident, state, by, note, work)


def _note(incident: Incident, name: str, by: str, note: str, work: Work) -> None:
    due = incident.due_at if name == incident.step else None
    work.session.add(
        IncidentStep(incident_id=incident.id, name=name, due_at=due, done_at=work.now, done_by=by, note=note[:2000])
    )
    body = {"name": name, "by": by, "level": incident.level, "late": bool(due and work.now > due)}
    evidence.record(work, "incident_step", "", body, ref=f"incident:{incident.id}")


def _clock(incident: Incident, step: str, work: Work) -> str:
    due = work.rules.opinion.due(incident.level, step, incident.opened_at)
    return f"{due.astimezone(work.rules.zone):%m-%d %H:%M}"


def _card(incident: Incident, work: Work, quote: str, desc: str) -> SendCard:
    name = work.rules.opinion.name_of(incident.level)
    return SendCard(
        to=tuple(incident.people), task_id=f"{CARD}{incident.id}_{incident.turn}_{incident.level}", about="alert",
        title=f"舆情 {incident.level}（{name}）", desc=desc,
        facts=(("主题", incident.topic), ("下一步", STEPS[incident.step]), ("答复", _clock(incident, "answer", work)),
               ("负责人", name_of(work, incident.owner_id) or "待认领")),
        quote=quote, buttons=BUTTONS, url=f"{work.rules.public_url}/console/opinion/{incident.id}",
    )  # fmt: skip
