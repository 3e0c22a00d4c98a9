"""The fraud screen of a referral campaign: eleven signals of referral.yaml, then rings, staff collusion and velocity.

It sees salted hashes only. `screen` is one pass over the joins of a window: the live product gives it the
neighbourhood of one referral, the nightly look the whole window, the benchmark a campaign of 100,000.
A signal about an inviter needs enough invitees to mean anything: the lower Wilson bound of a share is compared,
never a share of one or two (Wilson 1927).
"""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rules import rings

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
HOLD, REJECT = 60, 100
WEIGHTS: Mapping[str, int] = {
    "AF-SELF": 100, "AF-DEVICE": 60, "AF-PHONE": 50, "AF-IP": 40, "AF-BURST": 50, "AF-QUICKQUIT": 60, "AF-ZERO": 40,
    "AF-CHAIN": 40, "AF-SAMEINVITEE": 40, "AF-STAFF": 100, "AF-CONTENT": 80,
    "AF-RING": 60, "AF-COLLUDE": 60, "AF-VELOCITY": 30, "AF-SWARM": 40,
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
    plain: bool = False,
) -> dict[int, Verdict]:
    """A verdict per referral. `plain` = the eleven signals as the rules say them and nothing else."""
    crowd = Crowd(joins, now, marks)
    scale = weights or WEIGHTS
    of_inviter = {who: _inviter_signals(some, crowd, plain=plain) for who, some in crowd.by_inviter.items()}
    swarms = _net_bursts(crowd)
    found_rings = {} if plain else rings.find(joins, marks)
    colluders = {} if plain else _collusion(joins)
    verdicts = {}
    for one in joins:
        seen = {**of_inviter[one.inviter], **_own_signals(one, crowd, plain=plain)}
        if one.id in swarms:
            seen["AF-IP"] = f"同一网段 24 小时内 {swarms[one.id]} 人接连加入"
        if one.id in found_rings:
            seen["AF-RING"] = f"关联网络：{found_rings[one.id]}"
        if one.id in colluders:
            seen["AF-COLLUDE"] = colluders[one.id]
        verdicts[one.id] = _judged(one, seen, scale, plain=plain)
    return verdicts


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


def _judged(one: Join, seen: dict[str, str], scale: Mapping[str, float], *, plain: bool) -> Verdict:
    score = sum(scale.get(name, 0.0) for name in seen)
    if not plain and one.interactions >= LIVELY and "AF-SELF" not in seen and "AF-STAFF" not in seen:
        score *= 0.7  # somebody who takes part is most likely somebody
    points = round(score)
    action = "reject" if points >= REJECT else "hold" if points >= HOLD else ""
    return Verdict(points, action, seen)


LIVELY = 5


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
    return "手机号" in shared or one.interactions <= 1


def _inviter_signals(some: list[Join], crowd: Crowd, *, plain: bool) -> dict[str, str]:
    """Signals about an inviter hold for all the invitees; `some` is in order of time."""
    seen: dict[str, str] = {}
    times = [one.at for one in some]
    ten, day = _most_within(times, 10 * MINUTE), _most_within(times, DAY)
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
    if blocks and blocks[0][1] >= 5:  # noqa: PLR2004 referral.yaml AF-PHONE
        seen["AF-PHONE"] = f"同一号段 {blocks[0][1]} 人"
    if _depth(some[0].inviter, crowd.inviter_of) >= 3 and len(some) >= FAN_OUT:  # noqa: PLR2004 referral.yaml AF-CHAIN
        seen["AF-CHAIN"] = f"邀请链第 {_depth(some[0].inviter, crowd.inviter_of)} 层，横向 {len(some)} 人"
    if not plain:
        seen |= _rhythm(some) | _one_place(some)
    return seen


FAN_OUT = 10


def _share(hits: int, of: int, least: float, *, plain: bool) -> bool:
    if plain:
        return of > 0 and hits / of >= least
    return of >= ENOUGH and wilson(hits, of) >= least * 0.75


ENOUGH = 4


def _rhythm(some: list[Join]) -> dict[str, str]:
    """People come irregularly; a script does not. Gaps of nearly equal length, or all of them far too short."""
    gaps = [later.at - earlier.at for earlier, later in itertools.pairwise(some)]
    if len(gaps) < ENOUGH:
        return {}
    mean = sum(gaps) / len(gaps)
    spread = math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps))
    if mean <= HOUR * 6 and spread <= 0.45 * mean:
        return {"AF-VELOCITY": f"{len(some)} 人间隔几乎相同（平均 {mean:.0f} 秒）"}
    close = sum(1 for gap in gaps if gap <= 3 * MINUTE)
    if close >= 0.7 * len(gaps):
        return {"AF-VELOCITY": f"{len(gaps)} 个间隔中 {close} 个不足三分钟"}
    return {}


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


def _most_within(times: Sequence[float], span: float) -> int:
    """The largest number of moments inside any window of `span` seconds; `times` ascend."""
    most = start = 0
    for end, at in enumerate(times):
        while at - times[start] > span:
            start += 1
        most = max(most, end - start + 1)
    return most


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


def _collusion(joins: Iterable[Join]) -> dict[int, str]:
    """An employee whose newcomers come mostly by one inviter and never take part: somebody pads somebody's figures."""
    pairs: dict[tuple[str, str], list[Join]] = defaultdict(list)
    totals: Counter[str] = Counter()
    for one in joins:
        if one.employee:
            pairs[one.employee, one.inviter].append(one)
            totals[one.employee] += 1
    found: dict[int, str] = {}
    usual = 1 / max(1, len(totals))
    sent: Counter[str] = Counter()
    for (_, inviter), some in pairs.items():
        sent[inviter] += len(some)
    for (_, inviter), some in pairs.items():
        idle = sum(1 for one in some if one.interactions == 0)
        loyal = wilson(len(some), sent[inviter])
        if len(some) >= 8 and loyal > max(0.6, 3 * usual) and wilson(idle, len(some)) >= 0.5:  # noqa: PLR2004 see above
            why = f"邀请人的 {sent[inviter]} 人中 {len(some)} 人都加了同一名员工，其中 {idle} 人从未互动"
            found |= dict.fromkeys((one.id for one in some), why)
    return found
