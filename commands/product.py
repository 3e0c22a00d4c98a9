"""Builds the product from its settings: the one place that chooses real parts."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot import lanes
from bot.carriers.base import Desk
from bot.worker import Worker
from commands import trained
from config import data
from config.settings import Settings, SettingsError
from gateways import ocr
from gateways.archive import Archive, HttpArchive, NoArchive
from gateways.encoder import UseEncoder, installed
from gateways.store import MemoryStore, Store
from gateways.wecom.api import Credentials, WeCom, connect
from gateways.wecom.transport import HttpTransport, Transport
from models import faq, faq_base, schema
from models.base import Keyring
from models.rulebook import Caps, Rulebook
from models.work import Clock, Database, utc_now
from rules import occasions, packs
from rules.alerts import Cues
from rules.approval import ApprovalPolicy
from rules.compliance import Lexicon
from rules.match import Entry, LateMatcher, Matcher, load
from rules.opinion import Opinion
from rules.portrait import Portraits
from rules.programme import Pack
from rules.rfm import Tables
from rules.sentiment import Lexicon as Terms
from rules.sentiment import Sentiment
from rules.service_hours import ServiceHours
from rules.suitability import Suitability
from rules.trading_calendar import SendPolicy, TradingCalendar
from rules.wording import Weights, Wording
from rules.working_hours import by_level

log = structlog.get_logger(__name__)

CALLS = 3
"""Requests one action may need: a token, the call, the call again with a fresh token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """The parts of one process, ready to run."""

    settings: Settings
    db: Database
    store: Store
    wecom: WeCom
    desk: Desk
    lease: lanes.Lease

    def worker(self) -> Worker:
        """The loops of a worker process."""
        return Worker(self.db, self.desk, self.store, self.lease)

    def close(self) -> None:
        """Give connections back."""
        self.db.close()


def build_product(settings: Settings, *, clock: Clock = utc_now, transport: Transport | None = None) -> Product:
    """Open the database (schema at head is the caller's business) and connect the gateways; no network yet."""
    transport = transport or HttpTransport(timeout=settings.BOT_API_TIMEOUT)
    store = store_of(settings, clock)
    db = open_database(settings, clock)
    credentials = Credentials(
        corp_id=settings.WECOM_CORP_ID, agent_id=settings.WECOM_AGENT_ID,
        secret=settings.WECOM_SECRET.get_secret_value(), api_base=settings.WECOM_API_BASE,
        robots=settings.robots,
    )  # fmt: skip
    wecom = connect(credentials, transport, store, lambda: clock().timestamp())
    archive: Archive = HttpArchive(settings.BOT_ARCHIVE_URL, transport) if settings.BOT_ARCHIVE_URL else NoArchive()
    lease = lanes.Lease(secrets.token_hex(6), settings.BOT_LEASE_SECONDS, margin=CALLS * settings.BOT_API_TIMEOUT)
    desk = Desk(wecom=wecom, archive=archive, db=db)
    return Product(settings=settings, db=db, store=store, wecom=wecom, desk=desk, lease=lease)


def store_of(settings: Settings, clock: Clock) -> Store:
    """Redis where it is set, else this process's memory."""
    if settings.REDIS_URL:
        from gateways.redis_store import RedisStore

        return RedisStore(
            settings.REDIS_URL, "wecom-broker-bot:", lambda: clock().timestamp(), lambda: secrets.token_hex(8)
        )
    return MemoryStore(lambda: clock().timestamp())


def open_database(settings: Settings, clock: Clock) -> Database:
    """The database with its rulebook; the FAQ base is the published one where there is one already."""
    if settings.on_sqlite:
        path = Path(settings.DATABASE_URL.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
    keyring = Keyring(settings.keys)
    bare = Database(settings.DATABASE_URL, keyring, clock, rulebook(settings, shipped_entries()))
    if not schema.at_head(bare.reader):
        return bare
    with bare.read() as session:
        published = [
            Entry(id=one.id, question=one.question, paraphrases=tuple(one.phrasings)) for one in faq.published(session)
        ]
        released = faq_base.active_id(session) > 0  # then its artefact is opened, and nothing built
    if published and not released:
        bare.rules = rulebook(settings, published)
    bare.renewed = _renewed
    bare.renew()
    return bare


def _renewed(session: Session, rules: Rulebook) -> Rulebook:
    """The rulebook with the FAQ base in force, as one look at the newest release tells."""
    if faq_base.active_id(session) == rules.base_id:
        return rules
    release = faq_base.active(session)
    if release is None:
        return rules
    try:
        matcher = rules.open_matcher(faq_base.artefact_of(session, release))
    except ValueError as error:
        log.error("faq_base_damaged", release=release.id, error=str(error))  # noqa: TRY400 the text says what to do
        return replace(rules, base_id=release.id)  # the base in hand goes on answering until the next release
    return replace(rules, matcher=matcher, base_id=release.id)


def shipped_entries() -> list[Entry]:
    """The FAQ base that comes with the product, in the order of `faq.published`: the same base is built once."""
    found = [
        Entry(id=one["id"], question=one["question"], paraphrases=tuple(one["paraphrases"]))
        for one in data.faq()["entries"]
    ]
    return sorted(found, key=lambda one: one.id)


def rulebook(settings: Settings, entries: list[Entry]) -> Rulebook:
    """All decisions from shipped data and settings."""
    texts, calendar, signals = data.faq(), data.calendar(), data.alerts()
    caps = calendar["send_policy"]["frequency_caps"]
    secret = settings.BOT_SECRET_KEY.get_secret_value().encode()
    encoder = _encoder() if settings.BOT_ENCODER == "on" and installed() else None
    return Rulebook(
        matcher=_late(tuple(entries), encoder, settings.BOT_VAR / "faq"),
        base_id=0,
        build_matcher=partial(trained.apart, sentences=encoder is not None),
        open_matcher=partial(_opened, encoder=encoder),
        lexicon=lint_rules(),
        suitability=Suitability.load(data.suitability()),
        cues=Cues.load(signals),
        sentiment=_sentiment(),
        opinion=Opinion.load(signals, _trading_calendar(calendar)),
        alert_hours=by_level(signals["routing"]["hours"], _trading_calendar(calendar)),
        calendar=_trading_calendar(calendar),
        occasions=occasions.load(calendar),
        send_policy=SendPolicy.load(calendar["send_policy"]),
        service_hours=_service_hours(settings),
        caps=Caps(
            group_per_day=caps["group_per_day"],
            group_per_week=caps["group_per_week"],
            person_per_week=caps["one_to_one_marketing_per_week"],
            same_topic=timedelta(hours=caps["same_topic_min_gap_hours"]),
        ),
        approval=ApprovalPolicy.load(data.approval()),
        rfm=Tables.load(signals["rfm"]),
        portraits=Portraits.load(data.portrait(), Tables.load(signals["rfm"]).names),
        referral=Pack.load(data.referral()),
        referral_open=settings.BOT_REFERRAL_MODE == "education_only",
        referral_secrets=(hashlib.sha256(b"referral" + secret).digest(),),
        pepper=hashlib.sha256(b"evidence" + secret).digest(),
        evidence_seeds=settings.evidence_seeds,
        zone=settings.zone,
        read_picture=ocr.read,
        public_url=settings.BOT_PUBLIC_URL,
        robots=tuple(settings.robots),
        placeholders=_placeholders(settings),
        risk_tips=texts["risk_tips"],
    )


@lru_cache(maxsize=1)
def lint_rules() -> Lexicon:
    """Both layers of the lint; read-only, so built once a process (0.2 s)."""
    variants = data.variants()
    wording = Wording(Weights.load(data.lint_weights(), variants["cues"]))
    return Lexicon.load(data.lexicon(), variants, packs.load(data.rule_packs()), wording)


@lru_cache(maxsize=1)
def _encoder() -> UseEncoder:
    """One a process, loaded when something first needs it."""
    return UseEncoder()


def _late(entries: tuple[Entry, ...], encoder: UseEncoder | None, folder: Path) -> Matcher:
    """A base without a release: by letters at once, with sentence vectors as soon as it is trained on them."""
    better = None if encoder is None else partial(_kept, trained.Base(entries, True, folder), encoder)
    return LateMatcher(partial(_kept, trained.Base(entries, False, folder), None), better)


def _kept(base: trained.Base, encoder: UseEncoder | None) -> Matcher:
    return _opened(trained.kept(base), encoder)


@lru_cache(maxsize=2)
def _opened(artefact: bytes, encoder: UseEncoder | None = None) -> Matcher:
    """A release's matcher; the encoder joins in once it is loaded."""
    if encoder is not None:
        encoder.start()
    return load(artefact, encoder)


@lru_cache(maxsize=1)
def _sentiment() -> Sentiment:
    return Sentiment(Terms.load(data.opinion_lexicon()), data.opinion_weights())


def _trading_calendar(calendar: Mapping[str, Any]) -> TradingCalendar:
    """Every `closed_<year>` list that has been entered."""
    entered = {name: dates for name, dates in calendar["trading_calendar"].items() if name.startswith("closed_")}
    days = {_day(one) for dates in entered.values() for one in dates}
    return TradingCalendar(
        closed=frozenset(days), years=frozenset(int(name.removeprefix("closed_")) for name in entered)
    )


def _day(value: object) -> date:
    return value if isinstance(value, date) else datetime.strptime(str(value), "%Y-%m-%d").replace(tzinfo=UTC).date()


def _service_hours(settings: Settings) -> ServiceHours:
    try:
        return ServiceHours.read(settings.BOT_SERVICE_HOURS)
    except ValueError as fault:
        raise SettingsError(f"BOT_SERVICE_HOURS: {fault}") from None


def _placeholders(settings: Settings) -> dict[str, str]:
    return {
        "broker": settings.BOT_BROKER_NAME,
        "app": settings.BOT_APP_NAME,
        "hotline": settings.BOT_HOTLINE,
        "service_hours": settings.BOT_SERVICE_HOURS,
        "complaint_sla": settings.BOT_COMPLAINT_SLA,
        "appeal_sla": settings.BOT_APPEAL_SLA,
        "edu_url": f"{settings.BOT_PUBLIC_URL}/m/",
    }
