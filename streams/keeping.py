"""What is kept of an act: its lines, the balances and totals beside them, and its evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Final

from sqlalchemy import insert
from sqlmodel import Session

from chain.rows import THIS_ENTRY
from proof.canonical import canonical
from store.columns import table_of
from store.sheet import change, later
from store.upsert import add_to, insert_or_add
from streams.acts import Act, GateUse
from streams.rules import Line, Standing, after
from streams.tables import Balance, Flag, GateBalance, GateLine, Movement, Note, Total, Weighing

_Change = tuple[tuple[Any, ...], int, int]
"""The key of a row, and the grams and pieces to add to it."""

STANDINGS: Final = "standings"
"""The kind of what a sheet knows of everything of one batch."""

FREE: Final = "free"
"""The kind of what a sheet knows of what of a batch passed gates and did not leave yet."""

_WRITE_LINES = insert(table_of(Movement))
_BALANCE_KEYS = ("place_id", "batch_id", "group_id", "quality")
_TOTAL_KEYS = ("basis", "span", "start", "place_id", "supplier_id", "group_id", "quality")


def keep_balances(session: Session, lines: Sequence[Line]) -> None:
    """Add the lines to what stands where."""
    changes: dict[tuple[int, int, int, str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        for spot, sign in ((line.source, -1), (line.target, 1)):
            where = (spot.place.id, line.batch.id, spot.group.id, spot.quality.value)
            change_of = changes[(*where, spot.place.may_owe)]
            change_of[0] += sign * line.mass_g
            change_of[1] += sign * (line.pieces or 0)
    later(session, _add_balances, _not_nothing(changes))
    for batch_id in {line.batch.id for line in lines}:
        own = [line for line in lines if line.batch.id == batch_id]
        change(session, (STANDINGS, batch_id), partial(_stands_after, own))


def _stands_after(lines: Sequence[Line], before: Sequence[Standing]) -> list[Standing]:
    return after(before, lines)


def _add_balances(session: Session, changes: list[_Change]) -> None:
    more, less = [], []
    for (*where, may_owe), mass_g, pieces in _added_up(changes):
        row = dict(zip(_BALANCE_KEYS, where, strict=True)) | {"mass_g": mass_g, "pieces": pieces}
        if mass_g >= 0 or may_owe:
            more.append(row | {"may_owe": may_owe})
        else:
            less.append(row)
    table = table_of(Balance)
    insert_or_add(session, table, more, keys=_BALANCE_KEYS, adds=("mass_g", "pieces"))
    # A proposed row below zero would break the constraint before it met the row it adds to.
    add_to(session, table, less, keys=_BALANCE_KEYS, adds=("mass_g", "pieces"))


def keep_totals(session: Session, lines: Sequence[Line], day: date) -> None:
    """Add the lines to the totals of their days and months."""
    changes: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        spans = (
            ("booked", "day", day),
            ("booked", "month", day.replace(day=1)),
            ("received", "day", line.batch.received_day),
            ("received", "month", line.batch.received_day.replace(day=1)),
        )
        for spot, sign in ((line.source, -1), (line.target, 1)):
            where = (
                spot.place.total_id,
                line.batch.supplier_id,
                spot.group.id,
                spot.quality.value,
            )
            for span in spans:
                change_of = changes[span + where]
                change_of[0] += sign * line.mass_g
                change_of[1] += sign * (line.pieces or 0)
    later(session, _add_totals, _not_nothing(changes))


def _add_totals(session: Session, changes: list[_Change]) -> None:
    rows = [
        dict(zip(_TOTAL_KEYS, key, strict=True)) | {"mass_g": mass_g, "pieces": pieces}
        for key, mass_g, pieces in _added_up(changes)
    ]
    insert_or_add(session, table_of(Total), rows, keys=_TOTAL_KEYS, adds=("mass_g", "pieces"))


def keep_gates(session: Session, uses: Sequence[GateUse]) -> None:
    """Add what passed a gate to what is free, or take away what left through it."""
    changes: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for use in uses:
        changes[use.batch.id, use.gate.id][0] += use.mass_g
        changes[use.batch.id, use.gate.id][1] += use.pieces
    later(session, _add_gates, [(key, *free) for key, free in changes.items()])
    for (batch_id, gate_id), (mass_g, pieces) in changes.items():
        change(session, (FREE, batch_id), partial(_freed, gate_id, mass_g, pieces))


def _freed(
    gate_id: int, mass_g: int, pieces: int, before: Mapping[int, Sequence[int]]
) -> Mapping[int, Sequence[int]]:
    free_g, free_pieces = before.get(gate_id, (0, 0))
    return {**before, gate_id: (free_g + mass_g, free_pieces + pieces)}


def _add_gates(session: Session, changes: list[_Change]) -> None:
    table = table_of(GateBalance)
    more: list[dict[str, int]] = []
    less: list[dict[str, int]] = []
    for (batch_id, gate_id), mass_g, pieces in _added_up(changes):
        row = {"batch_id": batch_id, "gate_id": gate_id, "free_g": mass_g, "free_pieces": pieces}
        (more if mass_g >= 0 and pieces >= 0 else less).append(row)
    keys, adds = ("batch_id", "gate_id"), ("free_g", "free_pieces")
    insert_or_add(session, table, more, keys=keys, adds=adds)
    add_to(session, table, less, keys=keys, adds=adds)


def _not_nothing(changes: Mapping[tuple[Any, ...], Sequence[int]]) -> list[_Change]:
    return [(key, mass_g, pieces) for key, (mass_g, pieces) in changes.items() if mass_g or pieces]


def _added_up(changes: Iterable[_Change]) -> list[_Change]:
    """Changes of the same row as one, in the order of their keys."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for key, mass_g, pieces in changes:
        before = sums.setdefault(key, [0, 0])
        before[0] += mass_g
        before[1] += pieces
    return [(key, mass_g, pieces) for key, (mass_g, pieces) in sorted(sums.items())]


def of_entry(line: Line, entry_id: int) -> Line:
    """The line with the key of the batch that this very entry makes."""
    if line.batch.id != THIS_ENTRY:
        return line
    return replace(line, batch=replace(line.batch, id=entry_id))


def use_of_entry(use: GateUse, entry_id: int) -> GateUse:
    """As `_of_entry`, for what passed a gate."""
    if use.batch.id != THIS_ENTRY:
        return use
    return replace(use, batch=replace(use.batch, id=entry_id))


def keep_lines(
    session: Session, lines: Sequence[Line], gate_uses: Sequence[GateUse], entry_id: int
) -> None:
    """Keep the lines of an entry, and its uses of gates, in their order."""
    later(session, _write_lines, [(entry_id, *numbered) for numbered in enumerate(lines)])
    later(session, _write_uses, [(entry_id, *numbered) for numbered in enumerate(gate_uses)])


def _write_lines(session: Session, lines: list[tuple[int, int, Line]]) -> None:
    session.connection().execute(
        _WRITE_LINES,
        [
            {
                "entry_id": entry_id,
                "line": number,
                "batch_id": line.batch.id,
                "source_id": line.source.place.id,
                "target_id": line.target.place.id,
                "source_group_id": line.source.group.id,
                "target_group_id": line.target.group.id,
                "source_quality": line.source.quality.value,
                "target_quality": line.target.quality.value,
                "mass_g": line.mass_g,
                "pieces": line.pieces,
            }
            for entry_id, number, line in lines
        ],
    )


def _write_uses(session: Session, uses: list[tuple[int, int, GateUse]]) -> None:
    session.execute(
        insert(table_of(GateLine)),
        [
            {
                "entry_id": entry_id,
                "line": number,
                "batch_id": use.batch.id,
                "gate_id": use.gate.id,
                "mass_g": use.mass_g,
                "pieces": use.pieces,
            }
            for entry_id, number, use in uses
        ],
    )


def keep_evidence(session: Session, act: Act, entry_id: int) -> None:
    """Keep what was weighed, and what a team leader should see."""
    if act.weighed:
        weighing = {
            "id": entry_id,
            "subject": act.weighed.subject,
            "gross_g": act.weighed.gross_g,
            "tare_g": act.weighed.tare_g,
            "quality": act.weighed.quality,
            "scale_id": act.weighed.scale.id if act.weighed.scale else None,
        }
        later(session, _write_weighings, [weighing])
    flags = [
        {
            "entry_id": entry_id,
            "code": flag.code,
            "subject": flag.subject,
            "figures": canonical(dict(flag.figures)).decode(),
        }
        for flag in act.flags
    ]
    later(session, _write_flags, flags)


def _write_weighings(session: Session, weighings: list[dict[str, Any]]) -> None:
    session.execute(insert(table_of(Weighing)), weighings)


def _write_flags(session: Session, flags: list[dict[str, Any]]) -> None:
    session.execute(insert(table_of(Flag)), flags)


def keep_note(session: Session, entry_id: int, salt: str, words: str) -> None:
    """Keep the words beside an entry, of which the chain holds only a salted hash."""
    later(session, _write_notes, [{"entry_id": entry_id, "salt": salt, "words": words}])


def _write_notes(session: Session, notes: list[dict[str, Any]]) -> None:
    session.execute(insert(table_of(Note)), notes)
