"""The FAQ base by the clock: a scheduled release takes over on its day, what people asked is forgotten in time."""

from datetime import timedelta

from handlers import faq_learning, faq_release
from models.work import Work

KEPT = timedelta(days=90)
"""How long the words of a question are kept for the learning queue; figures stay (个人信息保护法 第19条: 最短时间)."""


def releases(work: Work) -> int:
    """Activate the release whose moment has come."""
    release = faq_release.due(work)
    if release is None:
        return 0
    faq_release.activate(release, work)
    return 1


def forget(work: Work) -> int:
    """Empty the words of old questions."""
    return faq_learning.forget(work, KEPT)
