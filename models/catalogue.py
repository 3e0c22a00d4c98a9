"""Table of all tables: importing this makes the whole schema known to migrations and tests."""

from models import (
    activity,
    alert,
    consent,
    content,
    duty,
    faq,
    faq_base,
    fraud,
    group,
    kf,
    ledger,
    link,
    member,
    operator,
    person_key,
    points,
    programme,
    referral,
    reward,
    rfm,
)
from models.base import Base

MODULES = (
    activity,
    alert,
    consent,
    content,
    duty,
    faq,
    faq_base,
    fraud,
    group,
    kf,
    ledger,
    link,
    member,
    operator,
    person_key,
    points,
    programme,
    referral,
    reward,
    rfm,
)
METADATA = Base.metadata
