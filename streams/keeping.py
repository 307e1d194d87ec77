"""What is kept of an act: its lines, the balances and totals beside them, and its evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from chain.rows import THIS_ENTRY
from proof.canonical import canonical
from store.columns import table_of
from store.upsert import add_to, insert_or_add
from streams.acts import Act, GateUse
from streams.rules import Line
from streams.tables import Balance, Flag, GateBalance, GateLine, Movement, Total, Weighing

_WRITE_LINES = insert(table_of(Movement))
_BALANCE_KEYS = ("place_id", "batch_id", "group_id", "quality")
_TOTAL_KEYS = ("basis", "span", "start", "place_id", "supplier_id", "group_id", "quality")


def keep_balances(session: Session, lines: Sequence[Line]) -> None:
    changes: dict[tuple[int, int, int, str], list[int]] = defaultdict(lambda: [0, 0])
    owing: dict[tuple[int, int, int, str], bool] = {}
    for line in lines:
        for spot, sign in ((line.source, -1), (line.target, 1)):
            key = (spot.place.id, line.batch.id, spot.group.id, spot.quality.value)
            changes[key][0] += sign * line.mass_g
            changes[key][1] += sign * (line.pieces or 0)
            owing[key] = spot.place.may_owe
    more, less = [], []
    for key in sorted(changes):
        mass_g, pieces = changes[key]
        if mass_g == 0 and pieces == 0:
            continue
        row = dict(zip(_BALANCE_KEYS, key, strict=True)) | {"mass_g": mass_g, "pieces": pieces}
        if mass_g >= 0 or owing[key]:
            more.append(row | {"may_owe": owing[key]})
        else:
            less.append(row)
    table = table_of(Balance)
    if more:
        insert_or_add(session, table, more, keys=_BALANCE_KEYS, adds=("mass_g", "pieces"))
    if less:
        # A proposed row below zero would break the constraint before it met the row it adds to.
        add_to(session, table, less, keys=_BALANCE_KEYS, adds=("mass_g", "pieces"))


def keep_totals(session: Session, lines: Sequence[Line], day: date) -> None:
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
                changes[span + where][0] += sign * line.mass_g
                changes[span + where][1] += sign * (line.pieces or 0)
    rows = [
        dict(zip(_TOTAL_KEYS, key, strict=True)) | {"mass_g": mass_g, "pieces": pieces}
        for key, (mass_g, pieces) in sorted(changes.items())
        if mass_g or pieces
    ]
    if rows:
        table = table_of(Total)
        insert_or_add(session, table, rows, keys=_TOTAL_KEYS, adds=("mass_g", "pieces"))


def keep_gates(session: Session, uses: Sequence[GateUse]) -> None:
    changes: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for use in uses:
        changes[use.batch.id, use.gate.id][0] += use.mass_g
        changes[use.batch.id, use.gate.id][1] += use.pieces
    table = table_of(GateBalance)
    more: list[dict[str, int]] = []
    less: list[dict[str, int]] = []
    for (batch_id, gate_id), (mass_g, pieces) in sorted(changes.items()):
        row = {"batch_id": batch_id, "gate_id": gate_id, "free_g": mass_g, "free_pieces": pieces}
        (more if mass_g >= 0 and pieces >= 0 else less).append(row)
    keys, adds = ("batch_id", "gate_id"), ("free_g", "free_pieces")
    if more:
        insert_or_add(session, table, more, keys=keys, adds=adds)
    if less:
        add_to(session, table, less, keys=keys, adds=adds)


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
    if lines:
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
                for number, line in enumerate(lines)
            ],
        )
    if gate_uses:
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
                for number, use in enumerate(gate_uses)
            ],
        )


def keep_evidence(session: Session, act: Act, entry_id: int) -> None:
    if act.weighed:
        weighed = act.weighed
        session.execute(
            insert(table_of(Weighing)).values(
                id=entry_id,
                subject=weighed.subject,
                gross_g=weighed.gross_g,
                tare_g=weighed.tare_g,
                quality=weighed.quality,
                scale_id=weighed.scale.id if weighed.scale else None,
            )
        )
    if act.flags:
        session.execute(
            insert(table_of(Flag)),
            [
                {
                    "entry_id": entry_id,
                    "code": flag.code,
                    "subject": flag.subject,
                    "figures": canonical(dict(flag.figures)).decode(),
                }
                for flag in act.flags
            ],
        )
