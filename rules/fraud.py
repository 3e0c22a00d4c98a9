"""The fraud screen of a referral campaign: eleven signals of referral.yaml, then rings, staff collusion and velocity.

It sees salted hashes only. `screen` is one pass over the joins of a window: the live product gives it the
neighbourhood of one referral, the nightly look the whole window, the benchmark a campaign of 100,000.
A signal about an inviter needs enough invitees to mean anything: the lower Wilson bound of a share is compared,
never a share of one or two (Wilson 1927).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rules import circles, profile, rings, tempo

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
HOLD, REJECT = 60, 100
WEIGHTS: Mapping[str, int] = {
    "AF-SELF": 100, "AF-DEVICE": 60, "AF-PHONE": 50, "AF-IP": 40, "AF-BURST": 50, "AF-QUICKQUIT": 60, "AF-ZERO": 40,
    "AF-CHAIN": 40, "AF-SAMEINVITEE": 40, "AF-STAFF": 100, "AF-CONTENT": 80,
    "AF-RING": 60, "AF-VELOCITY": 30, "AF-SWARM": 40, "AF-PROFILE": 60, "AF-OFFICE": 40, "AF-COMPANY": 60,
}  # fmt: skip
"""referral.yaml's weights, and those of what is added to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """One referral as the screen sees it. Times in seconds; hashes may be empty where nothing was seen."""

    id: int
    invitee: str
    inviter: str
    at: float
    device: str = ""
    phone: str = ""
    block: str = ""
    net: str = ""
    employee: str = ""
    """Who was added."""
    left_at: float | None = None
    interactions: int = 0
    """Within seven days."""
    repeats: int = 0
    """Other inviters whose codes the same person used."""
    staff: bool = False
    same_person: bool = False
    promised: bool = False
    """The inviter was caught promising money or profit."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`action` is empty, hold or reject; `signals` say what was seen."""

    score: int
    action: str
    signals: dict[str, str]


@dataclass(slots=True)
class Crowd:
    """What is counted once for all joins of a window."""

    joins: Sequence[Join]
    now: float
    marks: Mapping[str, frozenset[str]]
    """Devices and phones of inviters themselves."""
    offices: frozenset[str] = frozenset()
    by_inviter: dict[str, list[Join]] = field(default_factory=lambda: defaultdict(list))
    by_device: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_net: dict[str, list[Join]] = field(default_factory=lambda: defaultdict(list))
    inviter_of: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Count."""
        for one in sorted(self.joins, key=lambda join: join.at):
            self.by_inviter[one.inviter].append(one)
            self.inviter_of[one.invitee] = one.inviter
            if one.device:
                self.by_device[one.device].add(one.invitee)
            if one.net:
                self.by_net[one.net].append(one)


def screen(
    joins: Sequence[Join],
    now: float,
    marks: Mapping[str, frozenset[str]],
    weights: Mapping[str, float] | None = None,
    *,
    offices: frozenset[str] = frozenset(),
    plain: bool = False,
) -> dict[int, Verdict]:
    """A verdict per referral. `offices` are our own networks; `plain` = the eleven signals as written, nothing else."""
    crowd = Crowd(joins, now, marks, offices)
    scale = weights or WEIGHTS
    of_inviter = {who: _inviter_signals(some, crowd, plain=plain) for who, some in crowd.by_inviter.items()}
    swarms = _net_bursts(crowd)
    found_rings = {} if plain else rings.find(joins, marks)
    habits, found_circles = ({}, {}) if plain else _habits(crowd)
    verdicts = {}
    for one in joins:
        seen = {**of_inviter[one.inviter], **_own_signals(one, crowd, plain=plain)}
        if one.id in swarms:
            seen["AF-IP"] = f"同一网段 24 小时内 {swarms[one.id]} 人接连加入"
        if ring := found_rings.get(one.id) or found_circles.get(one.inviter):
            seen["AF-RING"] = f"关联网络：{ring}"
        ratio, habit = habits.get(one.inviter, (0.0, ""))
        if ratio >= SURE:
            seen["AF-PROFILE"] = f"整体行为像“{habit}”（对数似然比 {ratio:.1f}）"
        if not plain and one.net in offices and one.interactions <= 1:
            seen["AF-OFFICE"] = "从公司办公网络加入且几乎不参与"
        verdicts[one.id] = _judged(one, seen, scale, PLAIN if plain else ratio)
    return verdicts if plain else _with_company(crowd, verdicts, scale)


def learned(precision: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    """Weights corrected by what people decided: (confirmed, decided) a signal, shrunk towards one half."""
    found = {name: float(weight) for name, weight in WEIGHTS.items()}
    for name, (confirmed, decided) in precision.items():
        share = (confirmed + 4) / (decided + 8)
        found[name] = found.get(name, 0.0) * min(1.25, max(0.5, 2 * share))
    return found


def wilson(hits: int, of: int) -> float:
    """The lower bound of a share at about 90 %; 0 for nothing seen."""
    if of == 0:
        return 0.0
    z, share = 1.64, hits / of
    middle, spread = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - spread) / (1 + z * z / of)


def _judged(one: Join, seen: dict[str, str], scale: Mapping[str, float], ratio: float) -> Verdict:
    """The weights of what was seen; a crowd that lives like honest people halves what may be chance."""
    score = sum(scale.get(name, 0.0) for name in seen)
    hard = not HARD.isdisjoint(seen)
    quiet = one.interactions < LIVELY and (ratio > ALIVE or "AF-RING" in seen)
    if not hard and not quiet and ratio != PLAIN:
        score *= 0.6
    points = round(score)
    action = "reject" if points >= REJECT else "hold" if points >= HOLD else ""
    return Verdict(points, action, seen)


HARD = frozenset({"AF-SELF", "AF-STAFF", "AF-CONTENT"})
"""What no liveliness excuses."""
SURE, ALIVE, LIVELY, PLAIN = 4.5, 1.5, 5, math.inf


def _habits(crowd: Crowd) -> tuple[dict[str, tuple[float, str]], dict[str, str]]:
    """Inviter -> (log-likelihood ratio, habit), and inviter -> what the circle around them shows."""
    shared = {device: len(people) for device, people in crowd.by_device.items()}
    for own in crowd.marks.values():
        for mark in own:
            if mark in shared:
                shared[mark] += 1
    seen = {
        who: list(profile.features(some, shared, crowd.marks.get(who, frozenset()), crowd.now))
        for who, some in crowd.by_inviter.items()
    }
    normal = profile.usual(seen.values())
    alone = {who: profile.suspicion(crowd_of, normal) for who, crowd_of in seen.items()}
    return alone, circles.find(crowd.by_inviter, crowd.marks, seen, normal)


def _with_company(crowd: Crowd, verdicts: dict[int, Verdict], scale: Mapping[str, float]) -> dict[int, Verdict]:
    """Whoever came with people who were caught, and is no livelier than they, is looked at too."""
    for some in crowd.by_inviter.values():
        caught = [one for one in some if verdicts[one.id].score >= HOLD]
        many = len(caught) > 1 and len(caught) >= 0.4 * len(some)
        sure = [one for one in caught if not HARD.isdisjoint(verdicts[one.id].signals)]
        places = {mark for one in sure for mark in (one.net, one.device) if mark}
        places |= crowd.marks.get(some[0].inviter, frozenset()) if places else set()
        for one in some:
            found = verdicts[one.id]
            near = one.net in places or one.device in places
            if not found.action and one.interactions <= FEW and (many or near):
                seen = {**found.signals, "AF-COMPANY": f"同一邀请人的 {len(some)} 人中 {len(caught)} 人已被拦下"}
                verdicts[one.id] = Verdict(max(HOLD, round(scale["AF-COMPANY"])), "hold", seen)
    return verdicts


FEW = 2
"""Interactions in a week: a word or two."""


def _own_signals(one: Join, crowd: Crowd, *, plain: bool) -> dict[str, str]:
    seen: dict[str, str] = {}
    own = crowd.marks.get(one.inviter, frozenset())
    shared = [name for name, value in (("手机号", one.phone), ("设备", one.device)) if value and value in own]
    if one.same_person or one.invitee == one.inviter or (shared and (plain or _not_family(one, shared))):
        seen["AF-SELF"] = f"与邀请人相同：{'、'.join(shared) or '同一微信用户'}"
    if one.device and len(crowd.by_device[one.device]) >= FARM:
        seen["AF-DEVICE"] = f"同一设备 {len(crowd.by_device[one.device])} 个受邀人"
    if one.repeats:
        seen["AF-SAMEINVITEE"] = f"还使用过另外 {one.repeats} 人的邀请码"
    if one.staff:
        seen["AF-STAFF"] = "受邀人或其设备与员工名单匹配"
    if one.promised:
        seen["AF-CONTENT"] = "邀请人对外文案含返佣、送礼或收益承诺"
    return seen


FARM = 3
"""Invitees on one device."""


def _not_family(one: Join, shared: list[str]) -> bool:
    """A shared device alone is often a family's; a shared number, or a device whose user never takes part, is not."""
    return "手机号" in shared or one.interactions == 0


def _inviter_signals(some: list[Join], crowd: Crowd, *, plain: bool) -> dict[str, str]:
    """Signals about an inviter hold for all the invitees; `some` is in order of time."""
    seen: dict[str, str] = {}
    times = [one.at for one in some]
    ten, day = tempo.most_within(times, 10 * MINUTE), tempo.most_within(times, DAY)
    if ten >= 5 or day >= 20:  # noqa: PLR2004 referral.yaml AF-BURST
        seen["AF-BURST"] = f"10 分钟内最多 {ten} 人，24 小时内最多 {day} 人"
    old = [one for one in some if crowd.now - one.at >= DAY]
    quits = sum(1 for one in old if one.left_at is not None and one.left_at - one.at <= DAY)
    if _share(quits, len(old), 0.5, plain=plain):
        seen["AF-QUICKQUIT"] = f"{len(old)} 人中 {quits} 人 24 小时内退出"
    ripe = [one for one in some if crowd.now - one.at >= 7 * DAY]
    idle = sum(1 for one in ripe if one.interactions == 0)
    if _share(idle, len(ripe), 0.8, plain=plain):
        seen["AF-ZERO"] = f"{len(ripe)} 人中 {idle} 人 7 天内没有互动"
    blocks = Counter(one.block for one in some if one.block).most_common(1)
    told = sum(1 for one in some if one.block)
    if blocks and blocks[0][1] >= 5 and (plain or wilson(blocks[0][1], told) >= 0.4):  # noqa: PLR2004 AF-PHONE
        seen["AF-PHONE"] = f"同一号段 {blocks[0][1]} 人"
    if _depth(some[0].inviter, crowd.inviter_of) >= 3 and len(some) >= FAN_OUT:  # noqa: PLR2004 referral.yaml AF-CHAIN
        seen["AF-CHAIN"] = f"邀请链第 {_depth(some[0].inviter, crowd.inviter_of)} 层，横向 {len(some)} 人"
    if not plain:
        seen |= tempo.rhythm(times) | _one_place(some)
    return seen


FAN_OUT = 10


def _share(hits: int, of: int, least: float, *, plain: bool) -> bool:
    if plain:
        return of > 0 and hits / of >= least
    return of >= ENOUGH and wilson(hits, of) >= least * 0.75


ENOUGH = 4


def _one_place(some: list[Join]) -> dict[str, str]:
    """Most invitees of one inviter behind one address, or on few devices."""
    nets = Counter(one.net for one in some if one.net)
    placed = sum(nets.values())
    if placed < ENOUGH:
        return {}
    top = nets.most_common(1)[0][1]
    if wilson(top, placed) >= 0.5:  # noqa: PLR2004 more than half for certain
        return {"AF-SWARM": f"{placed} 人中 {top} 人来自同一网段"}
    return {}


def _net_bursts(crowd: Crowd) -> dict[int, int]:
    """AF-IP: eight or more newcomers of one network within a day, each within two minutes of the one before."""
    found: dict[int, int] = {}
    for some in crowd.by_net.values():
        if len(some) < 8:  # noqa: PLR2004 referral.yaml AF-IP
            continue
        run = [some[0]]
        for one in [*some[1:], None]:
            if one is not None and one.at - run[-1].at < 2 * MINUTE:
                run.append(one)
                continue
            if len(run) >= 8:  # noqa: PLR2004 the same
                found |= {each.id: len(run) for each in run}
            run = [one] if one is not None else []
    return found


def _depth(person: str, inviter_of: Mapping[str, str]) -> int:
    """How many inviters stand above somebody; cycles end."""
    seen: set[str] = set()
    while person in inviter_of and person not in seen:
        seen.add(person)
        person = inviter_of[person]
    return len(seen)
