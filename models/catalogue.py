"""Table of all tables: importing this makes the whole schema known to migrations and tests."""

from models import activity, alert, consent, content, faq, faq_base, group, kf, ledger, member, operator, referral
from models.base import Base

MODULES = (activity, alert, consent, content, faq, faq_base, group, kf, ledger, member, operator, referral)
METADATA = Base.metadata
