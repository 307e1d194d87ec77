"""What the tablets of the floor ask for: the world at their station, whole or by difference."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from accounts.badges import Asks, Rule, badges_by_hash, rules_of
from catalogue.errors import NotAllowed, NotFound
from catalogue.rows import SiteRow, StationRow
from catalogue.rulebook import Rulebook, rulebook
from chain import queries as chain
from chain.actions import instant
from intake.floor import deliveries_of_batches, open_deliveries
from streams.floor import (
    Touched,
    batches_at,
    floor_batches,
    floor_bins,
    other_labels,
    touched,
    unused_codes,
)
from streams.ledger import site_day
from web.api import world
from web.api.answers import refusals
from web.api.wire import PLAIN
from web.deps import Me, ReadDb
from web.reference import reference_for

router = APIRouter(tags=["floor"], responses=refusals("read"))

DIFFERENCE_MAX: Final = 5_000
"""Beyond so many entries it costs less to send everything anew."""
TOUCHED_MAX: Final = 10_000
"""More codes than that are not asked for by name: SQLite takes some 32,000 values at once."""
PACKED_FROM_BYTES: Final = 1_000
SEQ_MAX: Final = 1 << 40
Word = Annotated[str | None, Query(max_length=40, pattern=PLAIN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a tablet says that it holds: nothing, or everything up to a place in a chain."""

    epoch: str | None
    seq: int | None
    edition: str | None


@router.get("/floor/world", response_model=world.World, responses=refusals("read", "not_found"))
def floor_world(
    request: Request,
    me: Me,
    db: ReadDb,
    epoch: Word = None,
    seq: Annotated[int | None, Query(ge=0, lt=SEQ_MAX)] = None,
    edition: Word = None,
    station: Word = None,
) -> Response:
    """What a tablet holds of its site. With `epoch`, `seq` and `edition` of the last answer: what
    changed since. `station`: for a token that is tied to none.

    Some fifteen statements, whatever there is to tell.
    """
    book = rulebook(db)
    place, site = _where(book, me, station)
    now = request.app.state.clock()
    held = Held(epoch=epoch, seq=seq, edition=edition)
    return _packed(request, _world(db, book, me, place, site, held, now))


def _where(book: Rulebook, me: Me, asked: str | None) -> tuple[StationRow, SiteRow]:
    """The station of the caller. Raises NotAllowed without one, and for a tablet of another."""
    own = book.stations_by_id.get(me.viewer.station_id or 0)
    if asked is None and own is None:
        raise NotAllowed
    station = own if asked is None else book.stations.get(asked)
    if own is not None and station is not own:
        raise NotAllowed
    if station is None:
        raise NotFound
    site = book.sites_by_id[station.site_id]
    return station, book.site(site.code, me.viewer)


def _world(
    db: Session,
    book: Rulebook,
    me: Me,
    station: StationRow,
    site: SiteRow,
    held: Held,
    now: datetime,
) -> world.World:
    head = chain.head(db, site.chain)
    today = site_day(now, site)
    edition = _edition(book, today)
    changed = _changed(db, site, head, held) if held.edition == edition else None
    batches, bins = (changed.batches, changed.bins) if changed else (None, None)
    delivery = deliveries_of_batches(db, batches_at(site, batches))
    codes = unused_codes(db, station.id)
    tares = {row.id: row.tare_g for row in book.containers_by_id.values()}
    return world.World(
        epoch=head.epoch,
        seq=head.size,
        edition=edition,
        now=instant(now),
        full=changed is None,
        protocols=["1"],
        device=world.DeviceOut(name=me.name),
        station=world.station_out(station, site),
        reference=None if held.edition == edition else _reference(book, me, site, today),
        batches=[
            world.batch_out(row, delivery.get(row.batch.id))
            for row in floor_batches(db, book, site, batches)
        ],
        bins=[
            world.bin_out(row, tares.get(row.bin.container.id) if row.bin.container else None)
            for row in floor_bins(db, book, site, bins)
        ],
        deliveries=[world.delivery_out(row) for row in open_deliveries(db, book, site, today)],
        labels=other_labels(db, site, changed),
        codes=world.CodesOut(**{kind.value: found for kind, found in codes.items()}),
        badges=_badges(db, me, station, site),
    )


def _badges(db: Session, me: Me, station: StationRow, site: SiteRow) -> world.BadgesOut:
    """What the station asks. Only an enrolled tablet that has to check badges gets hashes."""
    rule = rules_of(db, [station.id]).get(station.id, Rule())
    is_told = me.device_id is not None and rule.asks is not Asks.NONE
    return world.BadgesOut(
        asks=rule.asks.value,
        rest_minutes=rule.rest_minutes,
        hashes=list(badges_by_hash(db, site.id)) if is_told else [],
    )


def _edition(book: Rulebook, today: date) -> str:
    """What the reference data are called: also the day is part of it, for they change with it."""
    said = repr((book.edition, today.isoformat()))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _changed(db: Session, site: SiteRow, head: chain.Head, held: Held) -> Touched | None:
    """What was touched since the tablet asked; None when it has to begin anew."""
    if held.epoch != head.epoch or held.seq is None:
        return None
    if not 0 <= head.size - held.seq <= DIFFERENCE_MAX:
        return None
    found = touched(chain.bodies_after(db, site.chain, held.seq, limit=DIFFERENCE_MAX))
    return found if len(found.batches) + len(found.bins) <= TOUCHED_MAX else None


def _reference(book: Rulebook, me: Me, site: SiteRow, today: date) -> dict[str, Any]:
    """As `GET /reference` of this one site, with what only its stations need."""
    operator = book.operator(site)
    groups = operator.groups_by_id
    return {
        **reference_for(book, replace(me.viewer, site_id=site.id)),
        "printers": [
            {"code": row.code, "name": row.name, "size": row.size, "dpi": row.dpi}
            for row in book.printers.values()
            if row.site_id == site.id
        ],
        "scales": [
            {
                "code": row.code,
                "name": row.name,
                "division_g": row.division_g,
                "max_g": row.max_g,
                "calibration_due": row.calibration_due.isoformat(),
                "overdue": row.calibration_due < today,
                "reads": "server" if row.address else "tablet",
            }
            for row in book.scales.values()
            if row.site_id == site.id
        ],
        "owner_rules": [
            {
                "supplier": book.organisations_by_id[supplier_id].code,
                "article_group": groups[group_id].code,
                "destinations": sorted(destinations),
            }
            for (supplier_id, group_id), destinations in operator.owner_rules.items()
        ],
    }


def _packed(request: Request, said: world.World) -> Response:
    """As JSON, packed where the tablet can unpack it: the air is thin at some stations."""
    content = said.model_dump_json().encode()
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    accepted = request.headers.get("accept-encoding", "")
    if "gzip" in accepted and len(content) >= PACKED_FROM_BYTES:
        content = gzip.compress(content, compresslevel=4)
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type="application/json", headers=headers)
