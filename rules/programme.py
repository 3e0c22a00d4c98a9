"""A referral programme as data: milestones, points, ladders, caps, audience, budget, and what no programme may hold.

Opening an account, depositing, trading or buying earns nothing, whatever the data says (证券公司监督管理条例 33 条;
design decision 10): TESTED and OPENED are milestones without awards here in code.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Self

NEVER_REWARDED = frozenset({"TESTED", "OPENED"})
REWARDED = frozenset({"STAY7", "LEARNED"})
SELF = {"每周答题": "QUIZ", "直播观看满10分钟": "LIVE", "新手七日任务完成": "WELCOME7"}
"""What members earn for themselves, as the pack names it."""
REDEEMABLE = ("投教课程", "直播回放", "电子资料", "学习勋章", "优先提问权")
MOST_DAYS = 90
"""The account-opening switch is never on for longer."""
SIDES = ("inviter", "invitee")

ARTICLES = {
    "opening": "《证券公司监督管理条例》第三十三条：不得违规委托他人招揽客户，不得以开户、入金、交易或购买为奖励条件",
    "cash": "《证券公司监督管理条例》第三十三条：给付现金即变相支付招揽报酬，本系统没有现金奖励",
    "rebate": "《证券经纪业务管理办法》：不得返佣或以佣金分成招揽客户",
    "gift": "《证券经纪业务管理办法》：不得以礼品、购物卡、话费等招揽客户，仅可兑换投教权益",
    "levels": "《禁止传销条例》第七条：不得按下级人数计酬，邀请关系只有一层",
    "influencer": "《金融产品网络营销管理办法》：无资质主体不得以付费推广方式营销金融产品",
}
FORBIDDEN = {
    "opening": r"开户|入金|交易额|购买|申购|OPENED|TESTED|账户",
    "cash": r"现金|提现|红包|转账",
    "rebate": r"返佣|佣金|手续费|门槛|优惠|折扣",
    "gift": r"礼品|京东|购物卡|话费|油卡|充值|代金券|会员卡|实物",
}
"""Words no rule, reward or catalogue entry may carry, by the article they fall under."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a programme must not hold, where, and the article that says so."""

    where: str
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """Points for one side of a referral, or for a member's own learning (`self`)."""

    rule: str
    to: str
    points: int
    hold_days: int
    valid_days: int
    per_week: int = 0
    """Most points of this rule in a week; 0 = no limit."""
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps of a programme (points.caps, program)."""

    credited_per_day: int = 5
    """Invitees who joined on one day and are credited to one inviter."""
    points_per_month: int = 500
    points_per_year: int = 3000
    group_per_day: int = 10
    """Newcomers one inviter may bring into groups on one day."""
    inviter_days: int = 14
    """How long an inviter must have been with us."""
    budget: int | None = None
    """Points the whole campaign may issue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The rule pack: awards by the state they are due on."""

    awards: Mapping[str, tuple[Award, ...]]
    own: Mapping[str, Award] = field(default_factory=dict)
    ladder: tuple[tuple[int, int], ...] = ()
    """(qualified invitees, extra points), once each."""
    limits: Limits = field(default_factory=Limits)
    audience: tuple[str, ...] = ()
    """Tiers that may invite; empty = everybody."""
    starts: date | None = None
    ends: date | None = None
    name: str = ""
    hold_days: int = 30
    valid_days: int = 365
    terms: tuple[str, ...] = ()
    """Disclosures shown wherever the programme is."""

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """From referral.yaml; awards on compliance milestones are dropped, not believed."""
        hold, valid = int(data["timing"]["hold_days"]), int(data["points"]["validity_days"])
        found: dict[str, tuple[Award, ...]] = {}
        own: dict[str, Award] = {}
        for one in data["points"]["rules"]:
            due = str(one["when"])
            if due in NEVER_REWARDED:
                continue
            for award in _awards_of(one, hold, valid):
                if award.to == "self":
                    own[SELF.get(due, due)] = award
                else:
                    found[due] = (*found.get(due, ()), award)
        return cls(
            awards=found, own=own, limits=_limits(data), hold_days=hold, valid_days=valid,
            ladder=tuple((int(one["invitees"]), int(one["points"])) for one in data["points"].get("ladder", ())),
            audience=tuple(str(one) for one in _program(data).get("audience", ())),
            starts=_day(_program(data).get("starts")), ends=_day(_program(data).get("ends")),
            name=str(_program(data).get("name", "")), terms=tuple(str(one) for one in data.get("disclosures", ())),
        )  # fmt: skip

    def running(self, today: date) -> bool:
        """Whether the programme takes invitations on a day."""
        return (self.starts is None or self.starts <= today) and (self.ends is None or today <= self.ends)


def awards(pack: Pack, state: str) -> tuple[Award, ...]:
    """What reaching a state earns."""
    return () if state in NEVER_REWARDED else pack.awards.get(state, ())


def rung(pack: Pack, invitees: int) -> int:
    """Extra points for exactly this many qualified invitees."""
    return sum(points for count, points in pack.ladder if count == invitees)


def faults(data: Mapping[str, Any]) -> list[Refusal]:
    """Everything a proposed programme must not hold; empty when it may go to the checker."""
    return [*_forbidden_rules(data), *_forbidden_switches(data), *_forbidden_rewards(data)]


def forbidden_words(text: str) -> str:
    """The article a reward's or rule's name falls under; empty for a lawful one."""
    return next((ARTICLES[key] for key, words in FORBIDDEN.items() if re.search(words, text)), "")


def refused_opening(approver: str, admin: str, basis: str, days: int) -> str:
    """Why the account-opening switch may not be opened like this; empty when it may.

    `approver` and `admin` are two persons who each agreed under their own login.
    """
    if not approver or not admin or approver == admin:
        return f"须由审批人与管理员两人分别同意。{ARTICLES['opening']}"
    if len(basis.strip()) < SHORTEST_BASIS:
        return f"须附书面依据（合规总监签批文号与法律意见，不少于 {SHORTEST_BASIS} 字）。{ARTICLES['opening']}"
    if not 1 <= days <= MOST_DAYS:
        return f"有效期须为 1–{MOST_DAYS} 天。{ARTICLES['opening']}"
    return ""


SHORTEST_BASIS = 20


def _awards_of(one: Mapping[str, Any], hold: int, valid: int) -> Iterator[Award]:
    for side in (*SIDES, "self"):
        if side in one:
            yield Award(
                rule=str(one["id"]), to=side, points=int(one[side]), hold_days=0 if side == "self" else hold,
                valid_days=valid, per_week=int(one.get("cap_per_week", 0)), once=bool(one.get("once", False)),
            )  # fmt: skip


def _limits(data: Mapping[str, Any]) -> Limits:
    caps, usual = data["points"].get("caps", {}), Limits()
    budget = data["points"].get("budget")
    return Limits(
        credited_per_day=int(caps.get("inviter_per_day_invites", usual.credited_per_day)),
        points_per_month=int(caps.get("inviter_per_month_points", usual.points_per_month)),
        points_per_year=int(caps.get("per_member_year_points", usual.points_per_year)),
        group_per_day=int(caps.get("group_daily_new_from_one_inviter", usual.group_per_day)),
        inviter_days=int(_program(data).get("inviter_days", usual.inviter_days)),
        budget=int(budget) if budget else None,
    )


def _program(data: Mapping[str, Any]) -> Mapping[str, Any]:
    found = data.get("program", {})
    return found if isinstance(found, Mapping) else {}


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)) if value else None


def _forbidden_rules(data: Mapping[str, Any]) -> Iterator[Refusal]:
    for one in data["points"]["rules"]:
        text = f"{one.get('id', '')} {one.get('when', '')} {one.get('note', '')}"
        if str(one.get("when")) not in REWARDED and str(one.get("when")) not in SELF:
            yield Refusal(f"points.rules {one.get('id')}", forbidden_words(text) or f"没有里程碑 {one.get('when')}")
        elif found := forbidden_words(text):
            yield Refusal(f"points.rules {one.get('id')}", found)
        if any(name in one for name in ("level2", "downline", "second_level")):
            yield Refusal(f"points.rules {one.get('id')}", ARTICLES["levels"])


def _forbidden_switches(data: Mapping[str, Any]) -> Iterator[Refusal]:
    names = {
        "account_opening_reward": "opening", "cash": "cash", "commission_rebate": "rebate", "physical_gift": "gift",
        "tiered_downline": "levels", "influencer_paid": "influencer",
    }  # fmt: skip
    switches = data.get("legal_switch", {})
    for name, article in names.items():
        given = switches.get(name, False)
        if given["allowed"] if isinstance(given, Mapping) else given:
            yield Refusal(f"legal_switch {name}", ARTICLES[article])


def _forbidden_rewards(data: Mapping[str, Any]) -> Iterator[Refusal]:
    wanted: Sequence[Any] = data["points"].get("redeem_only", ())
    for one in wanted:
        if one not in REDEEMABLE:
            yield Refusal(f"points.redeem_only {one}", forbidden_words(str(one)) or ARTICLES["gift"])
