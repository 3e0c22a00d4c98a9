"""`bench referral`: what the fraud screen stops in a campaign of 100,000, beside the rules of referral.yaml alone.

A fraudulent referral is stopped when the screen holds or rejects it, or when the programme never pays it because the
invitee is gone before the hold ends. An honest one is wronged when the screen holds or rejects it.
"""

import resource
import time
from collections import Counter
from dataclasses import dataclass

from bench.campaign import DAY, KINDS, Campaign, Maker
from rules.fraud import Verdict, screen

SEEDS = (404, 505, 606)
"""Not used while the screen was built."""
FULL, QUICK = 100_000, 20_000
OBSERVED = 30 * DAY


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of one run; `screened`: stopped by the screen alone. `megabytes`: peak of the whole process so far."""

    stopped: float
    screened: float
    honest_held: float
    kinds: dict[str, float]
    seconds: float
    megabytes: float


def measure(*, quick: bool) -> dict[str, object]:
    """The worst of three seeds, ours beside the eleven rules alone, in the form of the contract."""
    size = QUICK if quick else FULL
    ours, plain = [], []
    for seed in SEEDS:
        campaign = Maker(size, seed).run()
        ours.append(judge(campaign, plain=False))
        plain.append(judge(campaign, plain=True))
    worst, peer = min(one.stopped for one in ours), min(one.stopped for one in plain)
    return {
        "name": "referral", "ours": round(worst, 4), "peer": round(peer, 4),
        "peer_name": "referral.yaml 的 11 条规则单独使用", "unit": "作弊邀请拦截率（三个种子中最差）",
        "ratio": round(worst / peer, 3) if peer else 0.0,
        "detail": {
            "members": size, "fraud": 0.05, "seeds": list(SEEDS),
            "target": {"stopped": 0.95, "honest_held": 0.01},
            "ours": [_shown(one) for one in ours], "rules_alone": [_shown(one) for one in plain],
        },
    }  # fmt: skip


def judge(campaign: Campaign, *, plain: bool) -> Figures:
    """Screen a campaign and compare with the truth."""
    began = time.perf_counter()
    verdicts = screen(campaign.joins, campaign.now, campaign.marks, offices=campaign.office_nets, plain=plain)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return _figures(campaign, verdicts, seconds, peak)


def _figures(campaign: Campaign, verdicts: dict[int, Verdict], seconds: float, megabytes: float) -> Figures:
    total, stopped = Counter[str](), Counter[str]()
    screened = honest = held = 0
    for one in campaign.joins:
        kind, caught = campaign.truth.get(one.id, ""), bool(verdicts[one.id].action)
        if not kind:
            honest, held = honest + 1, held + caught
            continue
        gone = one.left_at is not None and one.left_at - one.at <= OBSERVED
        total[kind] += 1
        stopped[kind] += caught or gone
        screened += caught
    fraud = sum(total.values())
    return Figures(
        stopped=sum(stopped.values()) / fraud, screened=screened / fraud, honest_held=held / honest,
        kinds={kind: stopped[kind] / total[kind] for kind in KINDS}, seconds=seconds, megabytes=megabytes,
    )  # fmt: skip


def _shown(one: Figures) -> dict[str, object]:
    shares = {"stopped": one.stopped, "screened": one.screened, "honest_held": one.honest_held}
    return {
        **{name: round(value, 4) for name, value in shares.items()},
        "kinds": {kind: round(value, 3) for kind, value in one.kinds.items()},
        "seconds": round(one.seconds, 2), "megabytes": round(one.megabytes, 1),
    }  # fmt: skip
