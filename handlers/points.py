"""What members ask about their points in chat: 我的积分, 我的邀请, 兑换, 申诉. Silent in groups unless named."""

import re
from collections.abc import Iterator

from sqlalchemy import select

from handlers import invite, reply
from models import movements, points, reward
from models.actions import Action
from models.events.messages import TextReceived
from models.fraud import FraudCase
from models.member import Member
from models.referral import Referral, standing
from models.work import Work

REDEEM = re.compile(r"兑换\s*(\d{1,6})?")
COMMANDS = frozenset({"我的积分", "我的邀请", "我的进度", "申诉", "退出排行榜", "参加排行榜", invite.AGREED})
STATES = {
    "INVITED": "已打开邀请，尚未加入", "JOINED": "已加入，停留满 7 天并参与一次互动后生效",
    "STAY7": "已生效，完成一次投教任务可再得积分", "LEARNED": "已完成投教任务，观察期内", "MATURED": "观察期已满",
    "LEFT": "已离开，不计分", "REJECTED": "不计分", "EXPIRED": "邀请已过期",
}  # fmt: skip
SHOWN = 10


def asked(event: TextReceived, work: Work) -> Iterator[Action]:
    """One of the commands, by itself."""
    said = event.text.strip()
    if event.channel == "group":
        yield from _in_group(event, work)
        return
    redeem = REDEEM.fullmatch(said)
    if said not in COMMANDS and redeem is None:
        return
    if not event.customer:
        yield from reply.say(event, work, "学习积分活动仅面向社群成员，公司员工不参与。", content_id="ui:points")
    elif redeem is not None:
        yield from _redeem(event, work, redeem[1])
    else:
        yield from ANSWERS[said](event, work)


def _in_group(event: TextReceived, work: Work) -> Iterator[Action]:
    """Nothing personal in front of others: whoever names the bot is told where to ask."""
    said = re.sub(r"^@\S+\s*", "", event.text.strip())
    if event.mentioned and (said in COMMANDS or REDEEM.fullmatch(said)):
        text = "积分与邀请属于个人信息，请在客服窗口发送“我的积分”或“我的邀请”查询。"
        yield from reply.draft(event, work, text, title="群内查询积分，建议回复")


def _balance(event: TextReceived, work: Work) -> Iterator[Action]:
    movements.settle(work.session, event.member_id, work.now)
    have = points.balance(work.session, event.member_id)
    text = f"您现有可用学习积分 {have.available} 分，另有 {have.held} 分在持有期内。"
    text += "积分仅可兑换投教课程与学习权益，不可提现。发送“兑换”查看可兑换的权益。"
    yield from reply.say(event, work, text, content_id="ui:points")


def _progress(event: TextReceived, work: Work) -> Iterator[Action]:
    lines = [f"{number}. {line}" for number, line in enumerate(progress(work, event.member_id), 1)]
    yield from reply.say(event, work, "\n".join(lines) or "您还没有邀请记录。", content_id="ui:referral")


def progress(work: Work, inviter_id: str) -> list[str]:
    """Where each invitee stands, for the inviter: never whether they tested their risk or opened an account."""
    mine = select(Referral).where(Referral.inviter_id == inviter_id).order_by(Referral.joined_at.desc()).limit(SHOWN)
    found = []
    for one in work.session.scalars(mine):
        member = work.session.get(Member, one.invitee_id)
        name = (member.name[:1] + "**") if member is not None and member.name else "朋友"
        why = f"（{one.reason}）" if one.status in ("REJECTED", "LEFT") and one.reason else ""
        found.append(f"{name} {one.joined_at.astimezone(work.rules.zone):%m-%d} {STATES[one.status]}{why}")
    return found


def _redeem(event: TextReceived, work: Work, number: str | None) -> Iterator[Action]:
    member = work.session.get(Member, event.member_id)
    tier = member.tier if member is not None else ""
    if not number:
        offers = reward.offers(work.session, tier, work.now)[:SHOWN]
        lines = [f"{one.id}. {one.name}（{one.price} 分{_left(one)}）" for one in offers]
        text = "可兑换的学习权益，回复“兑换+编号”：\n" + "\n".join(lines) if lines else "目前没有可兑换的权益。"
        yield from reply.say(event, work, text, content_id="ui:points")
        return
    wish = reward.Wish(key=event.key[:80], member_id=event.member_id, tier=tier, reward_id=int(number))
    yield from reply.say(event, work, redeemed(work, wish), content_id="ui:points")


def redeemed(work: Work, wish: reward.Wish) -> str:
    """Redeem and say what came of it, for the member."""
    if not work.rules.referral_open:
        return "积分活动目前未开放。"
    try:
        made = reward.redeem(work.session, wish, work.now)
    except reward.Refused as why:
        return f"没有兑换成功：{why}。"
    code = reward.code_of(work.session, made) if made.state == "done" else ""
    told = {
        "pending": "已提交，等待审核；未通过时积分退回。",
        "ready": "兑换成功，工作人员会尽快为您开通。",
        "done": f"兑换成功，兑换码：{code}" if code else "兑换成功，已开通。",
    }
    return told.get(made.state, "这次兑换已撤销，积分已退回。")


def _left(one: reward.Reward) -> str:
    return f"，余 {one.stock}" if one.stock is not None else ""


def _appeal(event: TextReceived, work: Work) -> Iterator[Action]:
    """Every case of this inviter that went against them is looked at again by a person."""
    mine = select(FraudCase).where(FraudCase.inviter_id == event.member_id, FraudCase.state.in_(AGAINST))
    cases = work.session.scalars(mine).all()
    for case in cases:
        case.state, case.appeal = "appealed", f"{work.now.isoformat(timespec='minutes')} 会话内申诉"
    text = "目前没有可以申诉的记录。"
    if cases:
        text = work.rules.fill(f"已收到您对 {len(cases)} 条记录的申诉，将由人工在{{{{appeal_sla}}}}内复核并答复。")
    yield from reply.say(event, work, text, content_id="ui:referral")


AGAINST = ("held", "rejected", "confirmed")


def _hide(event: TextReceived, work: Work) -> Iterator[Action]:
    standing(work.session, event.member_id).hidden = True
    yield from reply.say(event, work, "已退出排行榜，立即生效。", content_id="ui:referral")


def _show(event: TextReceived, work: Work) -> Iterator[Action]:
    standing(work.session, event.member_id).hidden = False
    yield from reply.say(event, work, "已参加排行榜，名字只显示首字。", content_id="ui:referral")


ANSWERS = {
    "我的积分": _balance, "我的邀请": invite.ask, "我的进度": _progress, "申诉": _appeal, "退出排行榜": _hide,
    "参加排行榜": _show, invite.AGREED: invite.agree,
}  # fmt: skip
