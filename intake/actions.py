"""Log batches at the gate, and weigh again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.codes import CodeKind
from catalogue.eural import is_hazardous, is_known, read_eural
from catalogue.kinds import (
    WEIGHING_DIFFERENCE,
    BatchState,
    DeliveryState,
    PartnerRole,
    Pool,
    Quality,
)
from catalogue.labels import label_for
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from chain.rows import Ref, RowChange, Value
from intake import queries, rules
from streams import places
from streams.acts import Act, Command, Flagged, shown, unreserved
from streams.changes import batch_change, counted_pieces, follow_balance, to_place
from streams.ledger import NEW_BATCH, Booked, book, site_day
from streams.mass import Grams, net_g
from streams.queries import BatchRow, batch_by_code, standings_of_batch
from streams.relabellings import require_unused
from streams.rules import (
    BatchRef,
    Line,
    Spot,
    Standing,
    after,
    input_g,
    mass_in,
    require_active,
    take,
    tolerance_g,
)
from streams.scans import answered
from streams.weights import frame_of, weight


@dataclass(frozen=True, slots=True, kw_only=True)
class LogBatch(Command):
    """A batch at the gate, weighed."""

    code: str | None
    site: str
    station: str
    supplier: str
    article_group: str | None
    containers: tuple[str, ...]
    gross_g: int
    tare_g: int
    scale: str | None
    pieces: int | None
    quality: str | None
    eural: str | None
    delivery: str | None
    photos: tuple[str, ...] = ()
    frame: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighBatch(Command):
    """What a batch weighs now: what of it is still held."""

    station: str
    gross_g: int
    tare_g: int
    quality: str | None
    scale: str | None
    loss_kind: str | None
    frame: str | None = None


def log_batch(session: Session, command: LogBatch, *, viewer: Viewer, now: datetime) -> Booked:
    """Log a batch at the gate: the moment it becomes ours to follow.

    Raises NotFound, Malformed, EuralMalformed, CodeTaken, PracticeLabel, ScanReused, ClockDoubt.
    """
    if before := answered(session, "intake", None, command):
        return before
    reference = rulebook(session)
    site = reference.site(command.site, viewer)
    station = reference.station(command.station, site)
    operator = reference.operator(site)
    supplier = reference.organisation(command.supplier)
    operator.partner(supplier.id, PartnerRole.SUPPLIER)
    group = operator.group(command.article_group)
    containers = [reference.container(code, site) for code in command.containers]
    mass_g = net_g(command.gross_g, command.tare_g)
    rules.require_count(command.pieces)
    eural = read_eural(command.eural) if command.eural else ""
    label = label_for(session, reference, CodeKind.BATCH, command.code, site, viewer)
    code = label.code
    require_unused(session, code)
    delivery = queries.delivery_to_receive(session, command.delivery, site, supplier.id)
    day = site_day(command.scanned_at, site)
    weighed, flags = weight(
        reference,
        site,
        gross_g=command.gross_g,
        tare_g=command.tare_g,
        quality=command.quality,
        scale=command.scale,
        day=day,
    )
    flags += weighed.flags(code, containers) + unreserved(label) + _flags_of_waste(code, eural)
    if delivery is None:
        flags.append(Flagged("unannounced", code, {"mass_g": mass_g}))
    source, target = places.places(session, [places.supplier(site), places.holding(site)])
    unknown = operator.unknown.ref
    line = Line(
        BatchRef(NEW_BATCH, code, supplier.id, day),
        Spot(source, unknown, weighed.quality),
        Spot(target, unknown, weighed.quality),
        mass_g,
        command.pieces,
    )
    batch = _batch_row(
        code,
        command,
        site=site,
        supplier=supplier.ref,
        group=group.ref,
        day=day,
        quality=weighed.quality,
        eural=eural,
    )
    rows = [batch, _receipt_row(code, command, station.ref, delivery)]
    if delivery and delivery.state == DeliveryState.ANNOUNCED.value:
        rows.append(queries.delivery_change(delivery, DeliveryState.RECEIVED))
    act = Act(
        kind="intake",
        site=site,
        command=command,
        subject=code,
        lines=[line],
        rows=rows,
        weighed=weighed.weighed(code),
        flags=flags,
        facts={"station": station.code, **frame_of(command), **shown(command.photos)},
        answer=_logged(code, mass_g, flags),
    )
    return book(session, act, now=now)


def _flags_of_waste(code: str, eural: str) -> list[Flagged]:
    """What somebody should look at of a waste code: a hazardous one, or one that is new here."""
    if is_hazardous(eural):
        return [Flagged("eural_hazardous", code, {"eural": eural})]
    if eural and not is_known(eural):
        return [Flagged("eural_unknown", code, {"eural": eural})]
    return []


def _logged(code: str, mass_g: int, flags: list[Flagged]) -> dict[str, Any]:
    return {
        "code": code,
        "mass_g": mass_g,
        "held_g": mass_g,
        "state": BatchState.RECEIVED.value,
        "flags": [flag.code for flag in flags],
    }


def _receipt_row(
    code: str, command: LogBatch, station: Ref, delivery: queries.DeliveryRow | None
) -> RowChange:
    return RowChange(
        table="receipt",
        key=code,
        values={
            "batch": Ref(NEW_BATCH, code),
            "delivery": Ref(delivery.id, delivery.code) if delivery else None,
            "station": station,
            "containers": ",".join(command.containers),
        },
    )


def _batch_row(
    code: str,
    command: LogBatch,
    *,
    site: SiteRow,
    supplier: Ref,
    group: Ref,
    day: date,
    quality: Quality,
    eural: str,
) -> RowChange:
    return RowChange(
        table="batch",
        key=code,
        values={
            "code": code,
            "site": site.ref,
            "supplier": supplier,
            "group": group,
            "received_day": day,
            "gross_g": command.gross_g,
            "tare_g": command.tare_g,
            "quality": quality.value,
            "pieces": command.pieces,
            "eural": eural,
            "state": BatchState.RECEIVED.value,
            "held": False,
            "replaced_by": None,
        },
    )


def weigh_batch(
    session: Session, code: str, command: WeighBatch, *, viewer: Viewer, now: datetime
) -> Booked:
    """Weigh what is left of a batch again; an estimate becomes a measurement.

    Of a measured batch the difference is a loss (within its limit, but for a team leader), or a
    weighing difference when it weighs more. Of an estimated batch it corrects what came in.
    Raises NotFound, BatchClosed, Malformed, LossLimit, ScanReused.
    """
    if before := answered(session, "weigh", code, command):
        return before
    reference = rulebook(session)
    batch = batch_by_code(session, reference, code, viewer, lock=True)
    said, code = code, batch.code
    require_active(code, batch.state, held=False)
    station = reference.station(command.station, batch.site)
    mass_g = net_g(command.gross_g, command.tare_g)
    weighed, flags = weight(
        reference,
        batch.site,
        gross_g=command.gross_g,
        tare_g=command.tare_g,
        quality=command.quality,
        scale=command.scale,
        day=site_day(command.scanned_at, batch.site),
    )
    flags += weighed.flags(code)
    standings = standings_of_batch(session, batch.id)
    lines = _reweighed(session, reference, batch, standings, mass_g, weighed.quality)
    if not lines:
        kind = command.loss_kind or WEIGHING_DIFFERENCE
        lines = _shrunk(
            session, reference, batch, standings, mass_g, kind, by_leader=viewer.is_leader
        )
    act = Act(
        kind="weigh",
        site=batch.site,
        command=command,
        target=said,
        subject=code,
        lines=lines,
        rows=[
            *follow_balance(batch, standings, lines),
            *_quality_by_balance(batch, after(standings, lines)),
        ],
        weighed=weighed.weighed(code),
        flags=flags,
        facts={"station": station.code, **frame_of(command)},
        answer={
            "code": code,
            "mass_g": mass_g,
            "held_g": mass_g,
            "state": batch.state.value,
            "flags": [flag.code for flag in flags],
        },
    )
    return book(session, act, now=now)


def _quality_by_balance(batch: BatchRow, then: Sequence[Standing]) -> list[RowChange]:
    """A batch is known as well as what came in of it, once all of that is known alike."""
    owed = {s.spot.quality for s in then if s.spot.place.pool is Pool.SUPPLIER and s.mass_g < 0}
    if len(owed) != 1 or batch.quality in owed:
        return []
    (quality,) = owed
    was: dict[str, Value] = {"quality": batch.quality.value}
    return [batch_change(batch, was=was, now={"quality": quality.value})]


def _reweighed(
    session: Session,
    reference: Rulebook,
    batch: BatchRow,
    standings: list[Standing],
    mass_g: Grams,
    quality: Quality,
) -> list[Line]:
    """An estimate gives way: what is held goes back to the supplier and comes in as weighed."""
    held = [s for s in standings if s.spot.place.pool is Pool.HOLDING]
    if not any(s.spot.quality is Quality.ESTIMATED for s in held):
        return []
    (origin,) = places.places(session, [places.supplier(batch.site)])
    unknown = reference.operator(batch.site).unknown.ref
    home = held[0].spot.place
    lines = [
        Line(batch.ref, s.spot, Spot(origin, unknown, s.spot.quality), s.mass_g, counted_pieces(s))
        for s in held
    ]
    pieces = sum(max(0, s.pieces) for s in held) or None
    back = Line(
        batch.ref, Spot(origin, unknown, quality), Spot(home, unknown, quality), mass_g, pieces
    )
    return [*lines, back]


def _shrunk(
    session: Session,
    reference: Rulebook,
    batch: BatchRow,
    standings: list[Standing],
    mass_g: Grams,
    kind: str,
    *,
    by_leader: bool,
) -> list[Line]:
    """A measured batch lost or gained: the difference is named, within its limit."""
    operator = reference.operator(batch.site)
    held_g = mass_in(standings, Pool.HOLDING)
    lost_g = rules.shrinkage_g(held_g=held_g, net_now_g=mass_g)
    if lost_g == 0:
        return []
    loss_kind = operator.loss_kind(kind if lost_g > 0 else WEIGHING_DIFFERENCE)
    loss, home = places.places(
        session, [places.loss(batch.site, loss_kind), places.holding(batch.site)]
    )
    lost_before_g = sum(s.mass_g for s in standings if s.spot.place.id == loss.id)
    rules.require_within_limit(
        kind=loss_kind.code,
        lost_before_g=lost_before_g if lost_g > 0 else -lost_before_g,
        lost_g=abs(lost_g),
        limit_g=tolerance_g(
            input_g(standings),
            batch.group.tolerance_permille
            if loss_kind.code == WEIGHING_DIFFERENCE
            else loss_kind.more["limit_permille"],
        ),
        by_leader=by_leader,
    )
    held = [s for s in standings if s.spot.place.id == home.id]
    if lost_g > 0:
        return to_place(take(held, lost_g, measured_first=False), loss, counted=False)
    spot = Spot(home, operator.unknown.ref, Quality.MEASURED)
    owed = Spot(loss, operator.unknown.ref, Quality.MEASURED)
    return [Line(batch.ref, owed, spot, Grams(-lost_g))]
