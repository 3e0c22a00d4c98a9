"""To people: 微信客服 clients wait by tier and time and are given to servicers; a group's owner gets a card."""

from collections.abc import Iterator

from sqlalchemy import select

from handlers import reply
from models import actions, handover, kf
from models.actions import Action, ReadKfServicers, ReadKfState, SendCard, SendKfWelcome, TransferKf
from models.events.internal import KfMoved, KfServicersRead, KfStateRead, KfTakenOver, ReplyWithheld, SendFailed
from models.events.kf import KfServicerChanged, KfServicerSaid, KfSessionChanged
from models.events.messages import TextReceived
from models.handover import KfVisit
from models.ledger import Outbound, in_state
from models.member import Employee, Member
from models.work import Work
from rules import market_day, phrases

TAKEN, TRANSFERRED, SESSION_ENDED, REOPENED = 1, 2, 3, 4
"""session_status_change.change_type"""
RECEIVING = 1
"""servicer_status_change.status"""
NOT_HERE = frozenset({95003, 95014, 95019})
"""Servicer over the limit, none of the account's, or not receiving (wecom-inbound 4.8)."""
NO_SENDING = frozenset({95013, 95016, 95018})
"""The session stands elsewhere than we believed."""
RATINGS = (("rate:3", "满意"), ("rate:2", "一般"), ("rate:1", "不满意"))
DISSATISFIED = 1


def ask(event: TextReceived, work: Work, *, said: bool = False, urgent: bool = False) -> Iterator[Action]:
    """A person is wanted. `said`: the client has been told something already; `urgent`: before all tiers."""
    if event.channel == "group":
        if not said:
            yield from reply.draft(event, work, "", title="群内有成员需要人工协助")
    elif event.channel != "kf":
        yield from reply.phrase(event, work, "no_seat")
    elif (waiting := _waits(event, work)) and not said:
        yield from reply.phrase(event, work, "still_waiting", count=waiting - 1)
    elif not waiting:
        yield from _join_queue(event, work, said=said, urgent=urgent)


def _waits(event: TextReceived, work: Work) -> int:
    """The place of a client who is in the queue already, from 1; 0 for one who is not."""
    row = work.session.get(kf.KfSession, (event.open_kfid, event.member_id))
    return _place(event, work) if row is not None and row.wanted_at is not None else 0


def _place(event: TextReceived, work: Work) -> int:
    waiting = [one.member_id for one in handover.queue(work.session, event.open_kfid, work.rules.rfm.rank)]
    return waiting.index(event.member_id) + 1 if event.member_id in waiting else 1


def _join_queue(event: TextReceived, work: Work, *, said: bool, urgent: bool) -> Iterator[Action]:
    row = kf.known(work.session, event.open_kfid, event.member_id, event.at)
    row.wanted_at, row.urgent = event.at, urgent
    visit = KfVisit(open_kfid=event.open_kfid, member_id=event.member_id, wanted_at=event.at, servicer="", outcome="")
    work.session.add(visit)
    work.session.flush()
    given = list(dispatch(event.open_kfid, work))
    mine = any(one.to == event.member_id for one in given)
    known = handover.servicers_known(work.session, event.open_kfid)
    here = bool(handover.receiving(work.session, event.open_kfid))
    serving = work.rules.service_hours.open_at(work.now, work.rules.calendar)
    if not said:
        yield from _told(event, work, mine=mine or not known, here=here, serving=serving)
    yield from given
    if not known:
        yield ReadKfServicers(open_kfid=event.open_kfid)
    # With nobody here at night the session stays with the bot: in WeCom's pool it could answer nothing meanwhile.
    if not mine and (here or serving or not known):
        kf.moved(work.session, event.open_kfid, event.member_id, kf.POOL, event.at)
        yield TransferKf(to=event.member_id, open_kfid=event.open_kfid, state=kf.POOL)


def _told(event: TextReceived, work: Work, *, mine: bool, here: bool, serving: bool) -> Iterator[Action]:
    """How long it may take, honestly."""
    if mine:
        yield from reply.phrase(event, work, "handoff")
    elif here:
        yield from reply.phrase(event, work, "queue", count=_place(event, work) - 1)
    elif serving:
        yield from reply.phrase(event, work, "absent")
    elif opens := work.rules.service_hours.next_opening(work.now, work.rules.calendar):
        yield from reply.phrase(
            event, work, "closed", opens=f"{market_day.spoken(opens.date())}{opens.hour}:{opens:%M}"
        )
    else:
        yield from reply.phrase(event, work, "closed", 1)


def dispatch(open_kfid: str, work: Work) -> Iterator[TransferKf]:
    """Give those who wait to servicers with room, best first."""
    for waiting in handover.queue(work.session, open_kfid, work.rules.rfm.rank):
        client = work.session.get(Member, waiting.member_id)
        prefer = client.advisor_id if client is not None else ""
        servicer = handover.free_servicer(work.session, open_kfid, work.now, prefer)
        if not servicer:
            return
        _taken(open_kfid, waiting.member_id, servicer, work)
        yield TransferKf(to=waiting.member_id, open_kfid=open_kfid, state=kf.PERSON, servicer=servicer)


def _taken(open_kfid: str, member_id: str, servicer: str, work: Work) -> None:
    row = kf.moved(work.session, open_kfid, member_id, kf.PERSON, work.now, servicer)
    visit = handover.open_visit(work.session, open_kfid, member_id)
    if visit is None:
        visit = KfVisit(
            open_kfid=open_kfid, member_id=member_id, wanted_at=row.wanted_at or work.now, servicer="", outcome=""
        )
        work.session.add(visit)
    visit.servicer, visit.taken_at = servicer, visit.taken_at or work.now
    row.wanted_at, row.urgent = None, False
    work.session.flush()


def _ended(open_kfid: str, member_id: str, outcome: str, work: Work) -> KfVisit | None:
    row = kf.known(work.session, open_kfid, member_id, work.now)
    row.wanted_at, row.urgent = None, False
    visit = handover.open_visit(work.session, open_kfid, member_id)
    if visit is not None:
        visit.ended_at, visit.outcome = work.now, outcome
    work.session.flush()
    return visit


# --- what WeCom tells ---


def session_changed(event: KfSessionChanged, work: Work) -> Iterator[Action]:
    """A person took (1), passed on (2), ended (3) or re-opened (4) it in the client."""
    state = kf.ENDED if event.change == SESSION_ENDED else kf.PERSON
    row = kf.moved(work.session, event.open_kfid, event.member_id, state, event.at, event.new_servicer)
    if row.changed_at > event.at:
        return  # something newer is known
    if event.change != SESSION_ENDED:
        _taken(event.open_kfid, event.member_id, event.new_servicer, work)
        return
    visit = _ended(event.open_kfid, event.member_id, "served", work)
    yield from _ask_rating(event.open_kfid, event.member_id, event.msg_code, visit)
    yield from dispatch(event.open_kfid, work)


def moved(event: KfMoved, work: Work) -> Iterator[Action]:
    """WeCom did as we asked; at the end of a session its code carries the question how it was."""
    kf.moved(work.session, event.open_kfid, event.member_id, event.state, event.at, event.servicer)
    if event.state == kf.PERSON:
        _taken(event.open_kfid, event.member_id, event.servicer, work)
    if event.state == kf.ENDED:
        visit = _ended(event.open_kfid, event.member_id, "served", work)
        yield from _ask_rating(event.open_kfid, event.member_id, event.code, visit)
        yield from dispatch(event.open_kfid, work)


def _ask_rating(open_kfid: str, member_id: str, code: str, visit: KfVisit | None) -> Iterator[Action]:
    if code and visit is not None:
        menu = tuple((f"{key}:{visit.id}", label) for key, label in RATINGS)
        text = phrases.say("rate")
        yield SendKfWelcome(to=member_id, open_kfid=open_kfid, code=code, text=text, content_id="ui:rate", menu=menu)


def servicer_said(event: KfServicerSaid, work: Work) -> Iterator[Action]:
    """A person answers: whatever we thought, they have it."""
    yield from ()
    row = kf.known(work.session, event.open_kfid, event.member_id, event.at)
    if row.changed_at <= event.at and (row.state != kf.PERSON or row.servicer != event.servicer):
        kf.moved(work.session, event.open_kfid, event.member_id, kf.PERSON, event.at, event.servicer)
        _taken(event.open_kfid, event.member_id, event.servicer, work)


def servicer_changed(event: KfServicerChanged, work: Work) -> Iterator[Action]:
    """Somebody comes to the desk, or leaves it."""
    here = event.status == RECEIVING
    handover.note_servicer(work.session, event.open_kfid, event.servicer, event.at, receiving=here)
    if here:
        yield from dispatch(event.open_kfid, work)


def servicers_read(event: KfServicersRead, work: Work) -> Iterator[Action]:
    """Who serves, as WeCom has it now; those it no longer lists do not receive."""
    listed = dict(event.servicers)
    for gone in set(handover.receiving(work.session, event.open_kfid)) - set(listed):
        handover.note_servicer(work.session, event.open_kfid, gone, event.at, receiving=False)
    for userid, here in listed.items():
        handover.note_servicer(work.session, event.open_kfid, userid, event.at, receiving=here)
    yield from dispatch(event.open_kfid, work)


def state_read(event: KfStateRead, work: Work) -> Iterator[Action]:
    """Where the session really stands; a client whose session ended while they waited is brought to their advisor."""
    if _under_way(event.member_id, work):
        return  # our own move has still to be made: its outcome will tell
    row = kf.moved(work.session, event.open_kfid, event.member_id, event.state, event.at, event.servicer)
    if event.state == kf.PERSON:
        _taken(event.open_kfid, event.member_id, event.servicer, work)
    elif row.wanted_at is not None and event.state == kf.ENDED:
        visit = _ended(event.open_kfid, event.member_id, "left", work)
        yield from _missed(event, visit, work)
    elif row.wanted_at is not None:
        yield from dispatch(event.open_kfid, work)


def _under_way(member_id: str, work: Work) -> bool:
    moving = select(Outbound.id).where(
        Outbound.lane == f"to:{member_id}", Outbound.kind == "TransferKf", in_state(Outbound, "due", "sending")
    )
    return work.session.scalar(moving.limit(1)) is not None


def _missed(event: KfStateRead, visit: KfVisit | None, work: Work) -> Iterator[Action]:
    client = work.session.get(Member, event.member_id)
    to = client.advisor_id if client is not None else ""
    if to and visit is not None:
        since = visit.wanted_at.astimezone(work.rules.zone)
        yield SendCard(
            to=(to,), task_id=reply.task_id("missed", event.key), about="draft", title="客户等候人工未被接起",
            desc="会话已结束，请主动联系", facts=(("客户", (client.name if client else "") or event.member_id[-6:]),
            ("提出", f"{since:%m-%d %H:%M}")), url=f"{work.rules.public_url}/console/conversation",
        )  # fmt: skip


# --- what did not work ---


def failed(event: SendFailed, work: Work) -> Iterator[Action]:
    """A hand-over or an answer was refused: look where the session stands rather than leave the client in silence."""
    row = work.session.get(Outbound, event.outbound_id) if event.kind in ("TransferKf", "SendKf") else None
    action = actions.load(row.kind, row.body) if row is not None else None
    if isinstance(action, TransferKf):
        if event.errcode in NOT_HERE and action.servicer:
            handover.note_servicer(work.session, action.open_kfid, action.servicer, work.now, receiving=False)
        _not_taken(action, work)
        yield ReadKfState(to=action.to, open_kfid=action.open_kfid)
    elif isinstance(action, actions.SendKf) and event.errcode in NO_SENDING:
        yield ReadKfState(to=action.to, open_kfid=action.open_kfid)


def _not_taken(action: TransferKf, work: Work) -> None:
    """The session is the bot's until WeCom says otherwise; whoever was given away waits again, in the old place."""
    row = kf.moved(work.session, action.open_kfid, action.to, kf.BOT, work.now)
    visit = handover.open_visit(work.session, action.open_kfid, action.to)
    if visit is not None and action.state != kf.ENDED:
        row.wanted_at = visit.wanted_at
        visit.servicer, visit.taken_at = "", None
    work.session.flush()


def reply_withheld(event: ReplyWithheld, work: Work) -> Iterator[Action]:
    """The gate kept an answer back: a person must give it."""
    row = work.session.scalars(select(Outbound).where(Outbound.key == event.row_key)).first()
    action = actions.load(row.kind, row.body) if row is not None else None
    if isinstance(action, actions.SendKf) and not kf.with_people(work.session, action.open_kfid, action.to, event.at):
        asked = TextReceived(
            key=event.key, at=event.at, member_id=action.to, channel="kf", text="", open_kfid=action.open_kfid
        )
        yield from ask(asked, work)


# --- what the console and the client do ---


def taken_over(event: KfTakenOver, work: Work) -> Iterator[Action]:
    """Somebody at the console gives a session to a servicer, or ends it so that the bot has it again."""
    row = kf.known(work.session, event.open_kfid, event.member_id, event.at)
    if event.servicer:
        _taken(event.open_kfid, event.member_id, event.servicer, work)
        yield TransferKf(to=event.member_id, open_kfid=event.open_kfid, state=kf.PERSON, servicer=event.servicer)
    elif row.state == kf.PERSON:
        yield TransferKf(to=event.member_id, open_kfid=event.open_kfid, state=kf.ENDED)


def rated(event: TextReceived, work: Work) -> Iterator[Action]:
    """How the service was: kept once per visit; a bad mark goes to the servicer's manager."""
    kind, mark, number = [*event.menu_id.split(":"), "", ""][:3]
    if kind != "rate" or not (mark.isdigit() and number.isdigit()):
        return
    visit = work.session.get(KfVisit, int(number))
    if visit is None or visit.member_id != event.member_id:
        return
    first = visit.rating is None
    visit.rating, visit.rated_at = int(mark), event.at
    poor = visit.rating == DISSATISFIED
    yield from reply.phrase(event, work, "rated", 1 if poor else 0)
    servicer = work.session.get(Employee, visit.servicer)
    if poor and first and servicer is not None and servicer.manager_id:
        yield SendCard(
            to=(servicer.manager_id,), task_id=reply.task_id("rating", event.key), about="draft",
            title="客户对人工服务不满意", desc="请了解情况并跟进", facts=(("客服", servicer.name or servicer.id),),
            url=f"{work.rules.public_url}/console/conversation",
        )  # fmt: skip
