"""`run.py portrait cluster`: members alike in groups with readable profiles; scikit-learn is loaded here only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click
import numpy as np
from sqlalchemy import select

from commands.opened import opened
from commands.say import fail, result
from models import portrait as portraits
from models.portrait import ClusterVersion, MemberTag, MemberTopic
from models.rfm import RfmState
from models.work import Work
from rules.portrait import days_between

STYLES = ("steady", "growing", "bold")
"""From least to most appetite for risk, as the topics of a group show it."""
LEAST = 30
"""Members below which groups would be accidents."""
MIDDLE = 0.3
"""Appetite of whoever spoke of nothing the dictionary knows."""
Features = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Alike:
    """Members, what is measured of them, and their topics. Asset figures are not looked at."""

    ids: list[str]
    features: Features
    topics: Mapping[str, Mapping[str, int]]


@click.group()
def portrait() -> None:
    """画像：聚类。"""


@portrait.command()
@click.option("--json", "as_json", is_flag=True)
def cluster(*, as_json: bool) -> None:
    """把互动与话题相近的成员分成保守 / 成长 / 激进三类，写成标签（不用于适当性判断）。"""
    with opened() as product, product.db.work() as work:
        made = clustered(work)
        if made is None:
            fail(f"有互动记录的成员不足 {LEAST} 人，分类没有意义")
        data: dict[str, object] = {
            "version": made.id, "members": made.members, "sizes": made.sizes, "profiles": made.profiles,
            "stability": made.stability,
        }  # fmt: skip
        steady = "—" if made.stability is None else f"{made.stability:.2f}"
        text = "\n".join([f"第 {made.id} 版，{made.members} 人，与上一版一致度（ARI）{steady}", *made.profiles])
    result(data, text, as_json=as_json)


def clustered(work: Work) -> ClusterVersion | None:
    """A new version: three groups, their tags, their profiles. None for too few members."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score
    from sklearn.preprocessing import StandardScaler

    alike = _read(work)
    if len(alike.ids) < LEAST:
        return None
    found = KMeans(len(STYLES), n_init=10, random_state=0).fit_predict(StandardScaler().fit_transform(alike.features))
    appetite = alike.features[:, 3]
    order = sorted(range(len(STYLES)), key=lambda one: float(appetite[found == one].mean()))
    styles = [STYLES[order.index(int(one))] for one in found]
    before = dict(
        work.session.execute(select(MemberTag.member_id, MemberTag.tag_key).where(MemberTag.source == "cluster")).all()
    )
    both = [(before[who], f"style:{style}") for who, style in zip(alike.ids, styles, strict=True) if who in before]
    for who, style in zip(alike.ids, styles, strict=True):
        portraits.give(work.session, who, "cluster", {f"style:{style}": "互动与话题相近"}, work.now)
    made = ClusterVersion(
        at=work.now, members=len(alike.ids), sizes={style: styles.count(style) for style in STYLES},
        profiles=[_profile(work, alike, styles, style) for style in STYLES],
        stability=float(adjusted_rand_score(*zip(*both, strict=True))) if both else None,
    )  # fmt: skip
    work.session.add(made)
    work.session.flush()
    return made


def _read(work: Work) -> Alike:
    topics: dict[str, dict[str, int]] = defaultdict(dict)
    for one in work.session.scalars(select(MemberTopic)):
        topics[one.member_id][one.topic] = one.count
    rows = work.session.scalars(select(RfmState).where(RfmState.last_at.is_not(None)).order_by(RfmState.member_id))
    ids, features = [], []
    for state in rows:
        said = topics.get(state.member_id, {})
        ids.append(state.member_id)
        quiet = min(90, days_between(state.last_at, work.now))
        features.append(
            [np.log1p(state.count_30d), state.days_30d, quiet, _appetite(work, said), min(6, len(said))]
        )  # fmt: skip
    return Alike(ids, np.array(features, dtype=np.float64).reshape(len(ids), 5), topics)


def _appetite(work: Work, said: Mapping[str, int]) -> float:
    total = sum(said.values())
    weights = work.rules.portraits.appetite
    return sum(weights.get(key, MIDDLE) * count for key, count in said.items()) / total if total else MIDDLE


def _profile(work: Work, alike: Alike, styles: Sequence[str], style: str) -> str:
    """A group in a sentence."""
    mine = np.array([one == style for one in styles])
    if not mine.any():
        return f"{work.rules.portraits.tags[f'style:{style}'].name}：没有成员"
    often: dict[str, int] = defaultdict(int)
    for who, one in zip(alike.ids, styles, strict=True):
        for key, count in alike.topics.get(who, {}).items() if one == style else ():
            often[key] += count
    tags = work.rules.portraits.tags
    top = "、".join(tags[f"topic:{key}"].name for key in sorted(often, key=lambda key: -often[key])[:3]) or "无明显话题"
    part, name = alike.features[mine], tags[f"style:{style}"].name
    return (
        f"{name}（{int(mine.sum())} 人）：近 30 天平均互动 {np.expm1(part[:, 0]).mean():.1f} 次、"
        f"活跃 {part[:, 1].mean():.1f} 天，距上次互动平均 {part[:, 2].mean():.0f} 天；常谈 {top}"
    )
