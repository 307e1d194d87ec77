"""Reads of finds: what still lies in quarantine, and how each one left it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from catalogue.access import Viewer, require
from catalogue.errors import NotFound
from catalogue.rows import NamedRow, SiteRow
from catalogue.rulebook import Rulebook
from intake import rules
from intake.tables import Find
from store.columns import table_of
from streams.ledger import site_day
from streams.views import sites_of

_find = table_of(Find)

KEPT_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFind:
    """A find in quarantine. due: the day until which it may lie there. stops: its kind is one that
    stops a batch, such as ammunition; is_held: its batch stands still."""

    code: str
    site: SiteRow
    kind: str
    count: int
    mass_g: int | None
    batch: str | None
    is_held: bool
    stops: bool
    found_on: date
    due: date
    days: int
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """Who handed it over, and to whom, by name."""

    first: str
    second: str
    receiver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """How a find left. receiver: a reason code, what the receiver is. persons: None once their
    names are erased. entry: `chain#seq`."""

    at: datetime
    day: date
    receiver: str | None
    persons: Persons | None
    entry: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFind:
    """A find with everything that a receipt says. kept_days: how long it may lie in quarantine,
    and how long the names of its hand-over are kept."""

    code: str
    site: SiteRow
    kind: str
    count: int
    mass_g: int | None
    batch: str | None
    delivery: str | None
    found_at: datetime
    found_on: date
    station: str | None
    entry: str
    kept_days: int
    due: date
    is_reversed: bool
    handed_over: HandedOver | None


def kept_finds(session: Session, book: Rulebook, viewer: Viewer, now: datetime) -> list[KeptFind]:
    """Finds that still lie in quarantine: what stops a batch first, then what is due the soonest.
    One statement; at most 500 of them."""
    batch, entry = (SQLModel.metadata.tables[name] for name in ("batch", "entry"))
    rows = session.execute(
        select(_find, batch.c.code.label("batch"), batch.c.held, entry.c.day)
        .select_from(
            _find.outerjoin(batch, batch.c.id == _find.c.batch_id).join(
                entry, entry.c.id == _find.c.id
            )
        )
        .where(
            _find.c.site_id.in_(sites_of(book, viewer)),
            _find.c.handover_id.is_(None),
            _find.c.reversed.is_(False),
        )
        .order_by(_find.c.id)
        .limit(KEPT_MAX)
    )
    found = [_kept(book, row, now) for row in rows]
    return sorted(found, key=lambda one: (not one.stops, one.due, one.code))


def _kept(book: Rulebook, row: Any, now: datetime) -> KeptFind:
    site, kind = _site_and_kind(book, row)
    today = site_day(now, site)
    due = rules.find_due(row.day, kind.more["retention_days"])
    return KeptFind(
        code=row.code,
        site=site,
        kind=kind.code,
        count=row._mapping["count"],
        mass_g=row.mass_g,
        batch=row.batch,
        is_held=bool(row.held),
        stops=bool(kind.more["stops_batch"]),
        found_on=row.day,
        due=due,
        days=(today - row.day).days,
        is_overdue=due < today,
    )


def whole_find(session: Session, book: Rulebook, code: str, viewer: Viewer) -> WholeFind:
    """A find with how it was found and handed over. One statement. Raises NotFound."""
    names = ("batch", "delivery", "receipt", "entry", "chain", "note")
    batch, delivery, receipt, entry, chain, note = (
        SQLModel.metadata.tables[name] for name in names
    )
    given = entry.alias("given")
    joined = (
        _find.join(entry, entry.c.id == _find.c.id)
        .join(chain, chain.c.id == entry.c.chain_id)
        .outerjoin(batch, batch.c.id == _find.c.batch_id)
        .outerjoin(receipt, receipt.c.batch_id == batch.c.id)
        .outerjoin(delivery, delivery.c.id == receipt.c.delivery_id)
        .outerjoin(given, given.c.id == _find.c.handover_id)
        .outerjoin(note, note.c.entry_id == given.c.id)
    )
    row = session.execute(
        select(
            _find,
            batch.c.code.label("batch"),
            delivery.c.code.label("delivery"),
            chain.c.code.label("chain"),
            *(entry.c[name] for name in ("at", "day", "seq", "payload")),
            *(
                given.c[name].label(f"given_{name}")
                for name in ("at", "day", "seq", "payload", "hash")
            ),
            note.c.words,
        )
        .select_from(joined)
        .where(_find.c.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound
    site, kind = _site_and_kind(book, row)
    require(viewer.sees_site(operator_id=site.operator_id, site_id=site.id))
    return WholeFind(
        code=row.code,
        site=site,
        kind=kind.code,
        count=row._mapping["count"],
        mass_g=row.mass_g,
        batch=row.batch,
        delivery=row.delivery,
        found_at=row.at,
        found_on=row.day,
        station=_body(row.payload).get("station"),
        entry=f"{row.chain}#{row.seq}",
        kept_days=kind.more["retention_days"],
        due=rules.find_due(row.day, kind.more["retention_days"]),
        is_reversed=row.reversed,
        handed_over=_handed_over(row) if row.handover_id is not None else None,
    )


def _handed_over(row: Any) -> HandedOver:
    return HandedOver(
        at=row.given_at,
        day=row.given_day,
        receiver=_body(row.given_payload).get("reason"),
        persons=Persons(**json.loads(row.words)) if row.words else None,
        entry=f"{row.chain}#{row.given_seq}",
        hash=row.given_hash,
    )


def _body(payload: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(payload)["body"]
    return found


def _site_and_kind(book: Rulebook, row: Any) -> tuple[SiteRow, NamedRow]:
    site = book.sites_by_id[row.site_id]
    kinds = book.operator(site).find_kinds.values()
    return site, next(kind for kind in kinds if kind.id == row.kind_id)


def hand_overs_to_erase(session: Session, book: Rulebook, today: date) -> list[int]:
    """Entries of hand-overs of which the names have been kept long enough. One statement."""
    entry, note = (SQLModel.metadata.tables[name] for name in ("entry", "note"))
    rows = session.execute(
        select(_find.c.site_id, _find.c.kind_id, _find.c.handover_id, entry.c.day)
        .select_from(
            _find.join(entry, entry.c.id == _find.c.handover_id).join(
                note, note.c.entry_id == entry.c.id
            )
        )
        .where(note.c.words.is_not(None))
    )
    return [
        row.handover_id
        for row in rows
        if row.day + timedelta(days=_site_and_kind(book, row)[1].more["retention_days"]) <= today
    ]
