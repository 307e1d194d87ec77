"""What stands open in the whole installation, for who watches over it: by site, never by person,
tablet, station or supplier. So many statements, whatever the number of sites."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import and_, func, select, text
from sqlmodel import Session

from accounts.tables import Device, WrongTry
from catalogue.rulebook import Rulebook
from catalogue.tables import Station
from chain.tables import Chain, Checkpoint, Entry
from dispatch.rules import CONFIRM_DAYS
from dispatch.tables import Shipment
from labels.tables import PrintJob
from notices.tables import Mail
from store.columns import table_of
from store.engine import Database
from store.tables import Job
from streams.ledger import site_day
from streams.tables import Balance, Place, Scan
from streams.waiting import waiting_count

SILENT: Final = timedelta(hours=1)
LATELY: Final = timedelta(hours=1)
QUEUED, UNSURE, FAILED = "waiting", "unsure", "failed"
_SIZES: Final = {
    "sqlite": text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
    "postgresql": text("SELECT pg_database_size(current_database())"),
}

_scan, _device, _try = table_of(Scan), table_of(Device), table_of(WrongTry)
_print, _mail, _job = table_of(PrintJob), table_of(Mail), table_of(Job)
_chain, _checkpoint, _entry = table_of(Chain), table_of(Checkpoint), table_of(Entry)
_station = table_of(Station)
_shipment, _balance, _place = table_of(Shipment), table_of(Balance), table_of(Place)


@dataclass(frozen=True, slots=True)
class Kept:
    """Scans that wait for a decision: how many, and since when the oldest does."""

    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Silent:
    """Tablets that were not heard for an hour, and the scans that waited in them then."""

    tablets: int
    scans: int


@dataclass(frozen=True, slots=True)
class ChainRow:
    """A chain, how much of it was ever signed, and when last."""

    size: int
    signed: int
    signed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Sites by code; labels, mails and jobs by what they do: waiting, unsure or failed.

    late_jobs_since: when the oldest job should have begun that nobody did. size: of the database,
    in bytes. wrong: tries to get in that failed within the hour.
    """

    kept: Mapping[str, Kept]
    silent: Mapping[str, Silent]
    labels: Mapping[tuple[str, str], int]
    mails: Mapping[str, int]
    jobs: Mapping[str, int]
    late_jobs_since: datetime | None
    chains: Mapping[str, ChainRow]
    wrong: int
    size: int


def standing(session: Session, book: Rulebook, dialect: str, now: datetime) -> Standing:
    """All that changes by the minute. Eight statements."""
    jobs = _jobs(session, now)
    return Standing(
        kept=_kept(session, book),
        silent=_silent(session, book, now),
        labels=_labels(session, book),
        mails=_mails(session),
        jobs=jobs[0],
        late_jobs_since=jobs[1],
        chains=_chains(session),
        wrong=_wrong(session, now),
        size=session.execute(_SIZES[dialect]).scalar_one(),
    )


def _kept(session: Session, book: Rulebook) -> dict[str, Kept]:
    sites = book.sites_by_id
    rows = session.execute(
        waiting_count(sites)
        .with_only_columns(_scan.c.site_id, func.count(), func.min(_scan.c.received_at))
        .group_by(_scan.c.site_id)
    ).all()
    found = {sites[site_id].code: Kept(count, since) for site_id, count, since in rows}
    return {code: found.get(code, Kept(0, None)) for code in book.sites}


def _silent(session: Session, book: Rulebook, now: datetime) -> dict[str, Silent]:
    sites = book.sites_by_id
    rows = session.execute(
        select(_station.c.site_id, func.count(), func.sum(_device.c.waiting))
        .join_from(_device, _station, _station.c.id == _device.c.station_id)
        .where(_device.c.revoked_at.is_(None), _device.c.seen_at < now - SILENT)
        .group_by(_station.c.site_id)
    ).all()
    found = {sites[site_id].code: Silent(count, scans) for site_id, count, scans in rows}
    return {code: found.get(code, Silent(0, 0)) for code in book.sites}


def _labels(session: Session, book: Rulebook) -> dict[tuple[str, str], int]:
    called = {"queued": QUEUED, "doubtful": UNSURE, "failed": FAILED}
    rows = session.execute(
        select(_print.c.site_id, _print.c.state, func.count())
        .where(_print.c.site_id.in_(book.sites_by_id), _print.c.state.in_(called))
        .group_by(_print.c.site_id, _print.c.state)
    ).all()
    found = {(book.sites_by_id[key].code, called[state]): count for key, state, count in rows}
    return {
        (code, word): found.get((code, word), 0) for code in book.sites for word in called.values()
    }


def _mails(session: Session) -> dict[str, int]:
    found = Counter({QUEUED: 0, FAILED: 0})
    rows = session.execute(
        select(_mail.c.state, func.count())
        .where(_mail.c.state.in_(("waiting", "sending", "failed")))
        .group_by(_mail.c.state)
    )
    for state, count in rows:
        found[FAILED if state == "failed" else QUEUED] += count
    return dict(found)


def _jobs(session: Session, now: datetime) -> tuple[dict[str, int], datetime | None]:
    """Those that are due and not begun or failed, and since when the oldest is."""
    is_due = _job.c.done_at.is_(None) & _job.c.failed_at.is_(None) & (_job.c.not_before < now)
    waiting = select(func.count(), func.min(_job.c.not_before)).where(is_due)
    failed = select(func.count()).where(_job.c.failed_at.is_not(None)).scalar_subquery()
    count, since, given_up = session.execute(waiting.add_columns(failed)).one()
    return {QUEUED: count, FAILED: given_up}, since


def _chains(session: Session) -> dict[str, ChainRow]:
    rows = session.execute(
        select(
            _chain.c.code,
            _chain.c.size,
            func.coalesce(func.max(_checkpoint.c.size), 0),
            func.max(_checkpoint.c.at),
        )
        .outerjoin_from(_chain, _checkpoint, _checkpoint.c.chain_id == _chain.c.id)
        .group_by(_chain.c.code, _chain.c.size)
    )
    return {code: ChainRow(size, signed, at) for code, size, signed, at in rows}


def _wrong(session: Session, now: datetime) -> int:
    lately = select(func.count()).where(_try.c.at > now - LATELY)
    return int(session.execute(lately).scalar_one())


def late_shipments(session: Session, book: Rulebook, now: datetime) -> dict[str, int]:
    """Shipments by site that their outlets should have confirmed by now. One statement.

    As `dispatch.views.overdue` has it, but put together by day, which no number of partners makes
    longer.
    """
    under_way = (
        select(func.coalesce(func.sum(_balance.c.mass_g), 0))
        .select_from(_balance.join(_place, _place.c.id == _balance.c.place_id))
        .where(_place.c.shipment == _shipment.c.code)
        .scalar_subquery()
    )
    waits = under_way > func.coalesce(_shipment.c.refused_g, 0)
    by_day = (_shipment.c.site_id, _shipment.c.outlet_id, _shipment.c.shipped_on)
    rows = session.execute(
        select(*by_day, func.count()).where(_shipment.c.state == "shipped", waits).group_by(*by_day)
    ).all()
    late = Counter(dict.fromkeys(book.sites, 0))
    for site_id, outlet_id, shipped_on, count in rows:
        site = book.sites_by_id[site_id]
        partner = book.operator(site).partners.get(outlet_id)
        agreed = partner.confirm_days if partner else None
        days = CONFIRM_DAYS if agreed is None else agreed
        if shipped_on < site_day(now, site) - timedelta(days=days):
            late[site.code] += count
    return dict(late)


def free_bytes(database: Database) -> int | None:
    """How much room is left where the database lies; None when it lies on another machine."""
    file = database.url.database if database.dialect == "sqlite" else None
    if not file or file == ":memory:":
        return None
    found = os.statvfs(Path(file).resolve().parent)
    return found.f_bavail * found.f_frsize


@dataclass(frozen=True, slots=True)
class LastEntry:
    """The entry that a chain ends with."""

    chain: str
    seq: int
    kind: str
    recorded_at: datetime


def last_entries(session: Session) -> list[LastEntry]:
    """What every chain ends with, by code. One statement."""
    rows = session.execute(
        select(_chain.c.code, _entry.c.seq, _entry.c.kind, _entry.c.recorded_at)
        .join(_entry, and_(_entry.c.chain_id == _chain.c.id, _entry.c.seq == _chain.c.size))
        .order_by(_chain.c.code)
    )
    return [LastEntry(*row) for row in rows]
