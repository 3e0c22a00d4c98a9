"""Trading summaries go in only for members whose separate consent is in force; of others nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models import consent, tiering
from models import rfm as figures
from models.consent import ALL, Consent
from models.rfm import RfmState, TradingSummary
from models.work import Work
from rules.summaries import Summary


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of good rows."""

    stored: int
    without_consent: int
    older: int
    consents: int


def store(work: Work, rows: Sequence[Summary], source: str) -> Stored:
    """In one transaction: consents the broker collected, then figures of those whose consent is in force.

    Rows of others are not kept at all (PIPL 29); a row older than what is known changes nothing.
    """
    consents = _consents(work, rows)
    work.session.flush()
    may = consent.agreed(work.session, [one.member_id for one in rows], figures.ACCOUNT)
    mine = [one for one in rows if one.member_id in may]
    known = dict(work.session.execute(select(TradingSummary.member_id, TradingSummary.as_of)).all())
    fresh = [one for one in mine if one.member_id not in known or known[one.member_id] <= one.as_of]
    if fresh:
        _write(work, fresh, source)
    return Stored(len(fresh), len(rows) - len(mine), len(mine) - len(fresh), consents)


def _consents(work: Work, rows: Sequence[Summary]) -> int:
    """New consents with their wording; one that is older than a withdrawal revives nothing."""
    given = {one.member_id: one for one in rows if one.consent_at is not None}
    newest: dict[str, Consent] = {}
    ids = sorted(given)
    for start in range(0, len(ids), consent.SOME):
        chosen = select(Consent).where(
            Consent.member_id.in_(ids[start : start + consent.SOME]), Consent.purpose.in_((figures.ACCOUNT, ALL))
        )
        for row in work.session.scalars(chosen.order_by(Consent.id)):
            newest[row.member_id] = row
    made = 0
    for member_id, one in given.items():
        assert one.consent_at is not None  # noqa: S101 chosen so; tells mypy
        at = one.consent_at if one.consent_at.tzinfo else one.consent_at.replace(tzinfo=work.rules.zone)
        if member_id in newest and (newest[member_id].granted or newest[member_id].at >= at):
            continue
        work.session.add(
            Consent(member_id=member_id, purpose=figures.ACCOUNT, granted=True, wording=one.consent_wording, at=at)
        )
        made += 1
    return made


def _write(work: Work, rows: Sequence[Summary], source: str) -> None:
    tables = work.rules.rfm
    tiering.begin_states(work.session, tables)
    maker = sqlite.insert if work.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    put = maker(TradingSummary)
    names = ("as_of", "daily_assets", "fees_90d", "products", "trades_90d", "source", "at")
    put = put.on_conflict_do_update(index_elements=["member_id"], set_={one: put.excluded[one] for one in names})
    summaries = [
        TradingSummary(
            member_id=one.member_id, as_of=one.as_of, daily_assets=one.daily_assets, fees_90d=one.fees_90d,
            products=one.products, trades_90d=one.trades_90d, source=source[:80], at=work.now,
        )
        for one in rows
    ]  # fmt: skip
    work.session.execute(
        put, [{"member_id": one.member_id, **{name: getattr(one, name) for name in names}} for one in summaries]
    )
    values = [{"b_id": one.member_id, "b_value": figures.index_of(tables, one)} for one in summaries]
    state: Table = RfmState.__table__  # type: ignore[assignment]  # declarative calls it FromClause
    changed = update(state).where(state.c.member_id == bindparam("b_id")).values(value=bindparam("b_value"))
    work.session.connection().execute(changed, values)
    work.session.expire_all()
