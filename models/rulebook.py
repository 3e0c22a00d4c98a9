"""The decisions a use case may consult: built once by the composition root, read-only afterwards."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from rules.alerts import Cues
from rules.approval import ApprovalPolicy
from rules.compliance import Lexicon
from rules.match import Entry, Matcher
from rules.occasions import Occasion
from rules.opinion import Opinion
from rules.portrait import Portraits
from rules.programme import Pack
from rules.rfm import Tables
from rules.sentiment import Sentiment
from rules.service_hours import ServiceHours
from rules.suitability import Suitability
from rules.trading_calendar import SendPolicy, TradingCalendar
from rules.working_hours import Hours

PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How often a target may be pushed to (calendar.yaml send_policy.frequency_caps)."""

    group_per_day: int
    group_per_week: int
    person_per_week: int
    same_topic: timedelta
    """The least time between the same content to the same target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Everything that decides and holds no state."""

    matcher: Matcher
    base_id: int
    """The release of the FAQ base the matcher was built for; 0 = the shipped one."""
    build_matcher: Callable[[Sequence[Entry]], bytes]
    """A base as the bytes of its matcher: slow, never inside a transaction."""
    open_matcher: Callable[[bytes], Matcher]
    lexicon: Lexicon
    suitability: Suitability
    cues: Cues
    sentiment: Sentiment
    opinion: Opinion
    alert_hours: Mapping[str, Hours]
    """Level of an alert -> when it may reach somebody."""
    calendar: TradingCalendar
    occasions: tuple[Occasion, ...]
    send_policy: SendPolicy
    service_hours: ServiceHours
    caps: Caps
    approval: ApprovalPolicy
    rfm: Tables
    portraits: Portraits
    referral: Pack
    referral_open: bool
    """False until compliance has signed the programme off (BOT_REFERRAL_MODE)."""
    referral_secrets: tuple[bytes, ...]
    pepper: bytes
    """Keys the pseudonyms in the evidence."""
    evidence_seeds: tuple[bytes, ...]
    """Ed25519 seeds that sign the evidence, newest first (BOT_EVIDENCE_KEY)."""
    zone: ZoneInfo
    read_picture: Callable[[bytes], str | None]
    """The words in a picture; None where nothing here can read any."""
    public_url: str
    robots: tuple[str, ...]
    """Names of the robots in internal groups (WECOM_ROBOTS)."""
    placeholders: Mapping[str, str]
    risk_tips: Mapping[str, str]

    def fill(self, template: str, fields: Mapping[str, str] | None = None) -> str:
        """Placeholders `{{name}}` replaced from a fixed list; an unknown one stays visible rather than guessed."""
        known = {**self.placeholders, **(fields or {})}
        return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), template)

    def risk_tip(self, key: str) -> str:
        """The risk sentence of a kind; empty for `none`."""
        return self.risk_tips.get(key, "")
