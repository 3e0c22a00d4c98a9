"""Every periodic job, with how often it runs. Any number of clocks may run them: keys and unique rows decide."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.evidence import close_day
from models import rights
from models.work import Work
from scheduler import due, faq, reconcile, referrals, signals


@dataclass(frozen=True, slots=True)
class Job:
    """`run` puts what is due into the inbox and says how many things that were."""

    name: str
    seconds: float
    run: Callable[[Work], int]


JOBS = (
    Job("occurrences", 1, due.occurrences),
    Job("alerts", 1, due.alerts),
    Job("copies", 10, due.copies),
    Job("incidents", 5, due.incidents),
    Job("signals", 600, signals.daily),
    Job("mass_checks", 5, due.mass_checks),
    Job("moments", 5, due.moments),
    Job("referrals", 3600, referrals.referrals),
    Job("points", 3600, referrals.points),
    Job("referral_notices", 60, referrals.notices),
    Job("fraud_looks", 21600, referrals.fraud_looks),
    Job("invitations", 21600, referrals.invitations),
    Job("pull_archive", 15, reconcile.archive),
    Job("pull_kf", 300, reconcile.kf),
    Job("directory", 600, reconcile.directory),
    Job("tiers", 600, reconcile.tiers),
    Job("tasks", 600, reconcile.tasks),
    Job("follow_ups", 600, reconcile.follow_ups),
    Job("weekly_report", 600, reconcile.weekly_report),
    Job("evidence_day", 600, close_day),
    Job("rights", 3600, rights.due),
    Job("portraits", 600, reconcile.portraits),
    Job("intercepts", 3600, reconcile.intercepts),
    Job("lives", 600, reconcile.lives),
    Job("tags", 60, reconcile.tags),
    Job("gaps", 60, reconcile.gaps),
    Job("purge", 3600, reconcile.purge),
    Job("faq_releases", 20, faq.releases),
    Job("faq_forget", 3600, faq.forget),
)
