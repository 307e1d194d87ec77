"""Undo: an entry that names another and mirrors it whole. Both stay in the history.

Mass and gates must still be where the entry brought them, and the rows it changed must still
stand as it left them; else the answer names what to undo first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, and_, or_, select
from sqlmodel import Session, SQLModel

from catalogue.access import Viewer, require
from catalogue.errors import AlreadyReversed, MovedOn, NotAllowed, NotFound, NotReversible
from catalogue.kinds import BatchState, Pool, Role
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from chain import queries as chain
from chain.queries import EntryRow
from chain.rows import Ref, RowChange, Value
from store.columns import table_of
from streams.acts import Act, Command, GateUse
from streams.changes import batch_change
from streams.ledger import Booked, book, require_reason
from streams.locks import lock_all
from streams.queries import (
    BatchRow,
    batch_row,
    contents_of_bin,
    gate_balances,
    lines_of_entry,
    standings_of_batches,
)
from streams.rules import BatchRef, Line, Standing, after, mass_in, state_by_balance
from streams.scans import answered
from streams.tables import Batch, GateLine, Movement, Place

REVERSIBLE: Final = frozenset(
    {
        "delivery",
        "intake",
        "weigh",
        "correct",
        "hold",
        "release",
        "refuse",
        "close",
        "reopen",
        "sort",
        "gate",
        "find",
        "serial",
        "destroyed",
        "bin",
        "bin_close",
        "shipment",
        "leg",
        "return",
        "confirm",
    }
)
BY_WORKER: Final = frozenset(
    {"intake", "weigh", "hold", "sort", "gate", "find", "serial", "bin", "bin_close"}
)
WORKER_UNDO_MAX: Final = timedelta(hours=12)

_movement = table_of(Movement)
_gate_line = table_of(GateLine)
_batch = table_of(Batch)
_place = table_of(Place)

END_OF_NEW_ROW: Final[Mapping[str, Mapping[str, Value]]] = {
    "batch": {"state": "reversed"},
    "bin": {"state": "reversed"},
    "delivery": {"state": "reversed"},
    "shipment": {"state": "reversed"},
    "leg": {"reversed": True},
    "find": {"reversed": True},
    "serial_item": {"reversed": True},
}
"""What becomes of a row when the entry that made it is undone. Other rows stay as a trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse(Command):
    """Undo the whole entry of a scan."""

    reason: str


def reverse(
    session: Session, scan_id: str, command: Reverse, *, viewer: Viewer, now: datetime
) -> Booked:
    """Undo the entry of a scan, whole. A closed batch that gets mass back is open again.

    Raises NotFound, NotAllowed (a worker, too late, beyond the floor, or at a tablet of another
    station), AlreadyReversed,
    NotReversible, MovedOn, ReasonNeeded, ScanReused.
    """
    if before := answered(session, "reverse", scan_id, command):
        return before
    reference = rulebook(session)
    entry, site = _reversible(session, reference, scan_id, viewer, now)
    require_reason(reference.operator(site), command.reason, "reversal")
    lines = [line.mirrored() for line in lines_of_entry(session, entry.id)]
    touched, place_ids = _touched(entry, lines)
    lock_all(session, site, rows=touched, place_ids=place_ids)
    if chain.reversed_by(session, entry.id):
        raise AlreadyReversed(scan_id=scan_id)
    batches = _batches(session, reference, touched)
    standings = standings_of_batches(session, [batch.id for batch in batches.values()])
    then = after(standings, lines)
    _require_mass(session, entry, then)
    _require_nothing_left(session, entry, batches, then)
    uses = _mirrored_gates(session, reference, site, entry)
    _require_gates(session, entry, uses)
    rows = _restored_rows(session, reference, site, entry)
    rows += _restored_batches(entry, batches, then)
    act = Act(
        kind="reverse",
        site=site,
        command=command,
        target=scan_id,
        subject=entry.subject,
        reverses=(entry.id, entry.scan_id),
        lines=lines,
        gate_uses=uses,
        rows=rows,
        facts={"reason": command.reason},
        answer={"reverses": scan_id, "kind": entry.kind, "subject": entry.subject},
    )
    return book(session, act, now=now)


def _reversible(
    session: Session, reference: Rulebook, scan_id: str, viewer: Viewer, now: datetime
) -> tuple[EntryRow, SiteRow]:
    entry = chain.entry_by_scan(session, scan_id)
    if entry is None or not entry.chain.startswith("site:"):
        raise NotFound
    site = reference.sites[entry.chain.removeprefix("site:")]
    require(viewer.sees_site(operator_id=site.operator_id, site_id=site.id))
    if entry.kind == "reverse":
        raise AlreadyReversed(scan_id=scan_id)
    if entry.kind not in REVERSIBLE:
        raise NotReversible(kind=entry.kind)
    late = now - entry.recorded_at > WORKER_UNDO_MAX
    elsewhere = not _is_own_station(reference, entry, viewer)
    if viewer.role is Role.WORKER and (late or elsewhere or entry.kind not in BY_WORKER):
        raise NotAllowed
    return entry, site


def _is_own_station(reference: Rulebook, entry: EntryRow, viewer: Viewer) -> bool:
    """Whether a tablet may take it for its own: an entry that names no station is everybody's."""
    station = reference.stations.get(entry.body.get("station") or "")
    return viewer.station_id is None or station is None or station.id == viewer.station_id


def _touched(entry: EntryRow, lines: Sequence[Line]) -> tuple[set[tuple[str, str]], set[int]]:
    """Rows, by table and code, and places that the entry had to do with."""
    rows = {("batch", line.batch.code) for line in lines}
    rows |= {("batch", use["batch"]) for use in entry.body.get("gate_lines", ())}
    for change in entry.body.get("rows", ()):
        if change["table"] == "shipment_bin":
            shipment, bin_code = change["key"].split("/")
            rows |= {("shipment", shipment), ("bin", bin_code)}
        else:
            rows.add((change["table"], change["key"]))
    return rows, {spot.place.id for line in lines for spot in (line.source, line.target)}


def _batches(
    session: Session, reference: Rulebook, rows: Iterable[tuple[str, str]]
) -> dict[str, BatchRow]:
    codes = sorted(code for table, code in rows if table == "batch")
    found = session.execute(select(_batch).where(_batch.c.code.in_(codes)).order_by(_batch.c.id))
    return {row.code: batch_row(reference, row) for row in found}


def _require_mass(session: Session, entry: EntryRow, then: Iterable[Standing]) -> None:
    short = [s for s in then if s.mass_g < 0 and not s.spot.place.may_owe]
    if not short:
        return
    taken_from = or_(
        *(
            and_(
                _movement.c.source_id == s.spot.place.id,
                _movement.c.batch_id == s.batch.id,
                _movement.c.source_group_id == s.spot.group.id,
            )
            for s in short
        )
    )
    taken = select(_movement.c.entry_id).where(_movement.c.entry_id != entry.id, taken_from)
    later = chain.scans_in_the_way(session, taken.where(_movement.c.entry_id > entry.id))
    # Nothing later took it: then an earlier entry used up what was undone since.
    raise MovedOn(entries=later or chain.scans_in_the_way(session, taken))


def _require_nothing_left(
    session: Session, entry: EntryRow, batches: Mapping[str, BatchRow], then: Iterable[Standing]
) -> None:
    """A batch that is undone was never there: what other entries brought to it goes first. One
    that a correction replaced gets nothing back before the correction is undone."""
    said = {row["key"]: row for row in entry.body.get("rows", ()) if row["table"] == "batch"}
    for standing in then:
        code = standing.batch.code
        made = code in said and said[code]["was"] is None
        replaced = batches[code].state is BatchState.REPLACED and not (
            code in said and said[code]["set"].get("state") == BatchState.REPLACED.value
        )
        if made or replaced:
            others = select(_movement.c.entry_id).where(
                _movement.c.batch_id == standing.batch.id, _movement.c.entry_id != entry.id
            )
            names = chain.scans_in_the_way(session, others)
            raise MovedOn(entries=names if made else names[:1])


def _mirrored_gates(
    session: Session, reference: Rulebook, site: SiteRow, entry: EntryRow
) -> list[GateUse]:
    gates = {row.id: row.ref for row in reference.operator(site).gates.values()}
    rows = session.execute(
        select(
            _gate_line.c.batch_id,
            _gate_line.c.gate_id,
            _gate_line.c.mass_g,
            _gate_line.c.pieces,
            _batch.c.code,
            _batch.c.supplier_id,
            _batch.c.received_day,
        )
        .select_from(_gate_line.join(_batch, _batch.c.id == _gate_line.c.batch_id))
        .where(_gate_line.c.entry_id == entry.id)
        .order_by(_gate_line.c.line)
    )
    return [
        GateUse(
            BatchRef(row.batch_id, row.code, row.supplier_id, row.received_day),
            gates[row.gate_id],
            -row.mass_g,
            -row.pieces,
        )
        for row in rows
    ]


def _require_gates(session: Session, entry: EntryRow, uses: Sequence[GateUse]) -> None:
    free = gate_balances(session, {use.batch.id for use in uses}) if uses else {}
    for use in uses:
        left = free[use.batch.id, use.gate.id]
        left[0] += use.mass_g
        left[1] += use.pieces
        if min(left) < 0:
            later = select(_gate_line.c.entry_id).where(
                _gate_line.c.entry_id > entry.id,
                _gate_line.c.batch_id == use.batch.id,
                _gate_line.c.gate_id == use.gate.id,
                or_(_gate_line.c.mass_g < 0, _gate_line.c.pieces < 0),
            )
            raise MovedOn(entries=chain.scans_in_the_way(session, later))


def _restored_rows(
    session: Session, reference: Rulebook, site: SiteRow, entry: EntryRow
) -> list[RowChange]:
    """Rows other than a batch's state: as they were before, if they still are as left."""
    changes = []
    for said in entry.body.get("rows", ()):
        if said["was"] is None:
            if said["table"] not in END_OF_NEW_ROW:
                continue
            back = dict(END_OF_NEW_ROW[said["table"]])
        else:
            names = [n for n in said["set"] if said["set"][n] != said["was"][n]]
            back = {name: said["was"][name] for name in names}
        if said["table"] == "batch" and said["was"] is not None:
            back.pop("state", None)
        if back and said["table"] == "shipment_bin":
            changes.append(_restored_shipment_bin(session, said))
        elif back:
            changes.append(_restored(session, reference, site, entry, said, back))
    return changes


def _restored(
    session: Session,
    reference: Rulebook,
    site: SiteRow,
    entry: EntryRow,
    said: dict[str, Any],
    back: dict[str, Any],
) -> RowChange:
    table = SQLModel.metadata.tables[said["table"]]
    row = session.execute(select(table).where(table.c.code == said["key"])).one()
    if said["was"] is None:
        _require_unused(session, entry, said["table"], row)
    values: dict[str, Value] = {}
    was: dict[str, Value] = {}
    for name, word in back.items():
        left_as = said["set"][name]
        if name == "group":
            groups = reference.operator(site).groups
            stands = groups[left_as].ref
            same, was[name] = row.group_id == stands.id, stands
            values[name] = groups[word].ref
        elif name in ("replaced_by", "handover", "destruction"):
            key = getattr(row, f"{name}_id")
            same, was[name] = key is not None, Ref(key or 0, left_as)
        else:
            same, was[name] = getattr(row, name) == left_as, left_as
        if not same:
            raise MovedOn(entries=chain.scans_that_changed(session, entry, said["key"]))
        if name == "held" or said["table"] == "shipment":
            _require_last(session, entry, said["key"], "held" if name == "held" else "")
        values.setdefault(name, word)
    return RowChange(table=said["table"], key=said["key"], row_id=row.id, was=was, values=values)


def _require_last(session: Session, entry: EntryRow, key: str, column: str) -> None:
    """Raise MovedOn when something later held the batch too, or was said of the shipment."""
    if later := chain.scans_that_changed(session, entry, key, column=column):
        raise MovedOn(entries=later)


def _require_unused(session: Session, entry: EntryRow, table: str, row: Row[Any]) -> None:
    """Raise MovedOn when what the entry made is in use: a bin that holds something, a batch whose
    items were noted, a find that was handed over, an item that was destroyed. Of all else the mass
    or the state tells."""
    if table == "batch":
        item = SQLModel.metadata.tables["serial_item"]
        noted = select(item.c.id).where(item.c.batch_id == row.id, item.c.reversed.is_(False))
        if names := chain.scans_in_the_way(session, noted):
            raise MovedOn(entries=names)
    if table == "bin" and contents_of_bin(session, row.id):
        put_in = (
            select(_movement.c.entry_id)
            .join(_place, _place.c.id == _movement.c.target_id)
            .where(_place.c.bin_id == row.id)
        )
        raise MovedOn(entries=chain.scans_in_the_way(session, put_in))
    ends = {"find": "handover_id", "serial_item": "destruction_id"}
    if table in ends and getattr(row, ends[table]) is not None:
        raise MovedOn(entries=chain.scans_that_changed(session, entry, row.code))


def _restored_shipment_bin(session: Session, said: dict[str, Any]) -> RowChange:
    shipment, bin_code = said["key"].split("/")
    refs: dict[str, Value] = {}
    for name, code in (("shipment", shipment), ("bin", bin_code)):
        table = SQLModel.metadata.tables[name]
        key = session.execute(select(table.c.id).where(table.c.code == code)).scalar_one()
        refs[name] = Ref(key, code)
    return RowChange(
        table="shipment_bin",
        key=said["key"],
        was={**refs, "returned": said["set"]["returned"]},
        values={**refs, "returned": said["was"]["returned"]},
    )


def _restored_batches(
    entry: EntryRow, batches: Mapping[str, BatchRow], then: Sequence[Standing]
) -> list[RowChange]:
    """States that follow from what stands where after the undoing."""
    said = {row["key"]: row for row in entry.body.get("rows", ()) if row["table"] == "batch"}
    changes = []
    for code, batch in batches.items():
        if code in said and said[code]["was"] is None:
            continue
        own = [s for s in then if s.batch.id == batch.id]
        state = _state_after(entry, batch, own, said.get(code))
        if state is not batch.state:
            changes.append(
                batch_change(batch, was={"state": batch.state.value}, now={"state": state.value})
            )
    return changes


def _state_after(
    entry: EntryRow, batch: BatchRow, own: Sequence[Standing], said: dict[str, Any] | None
) -> BatchState:
    waiting = mass_in(own, Pool.HOLDING, Pool.QUARANTINE)
    if entry.kind == "reopen" and batch.state is not BatchState.CLOSED and waiting == 0:
        return BatchState.CLOSED
    if entry.kind == "correct" and said and said["set"].get("state") == "replaced":
        return BatchState(said["was"]["state"])
    if batch.state is BatchState.CLOSED and entry.kind != "close" and waiting == 0:
        return BatchState.CLOSED
    if batch.state in (BatchState.REVERSED, BatchState.REPLACED):
        return batch.state
    return state_by_balance(own)
