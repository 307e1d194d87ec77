"""A second opinion on the ledger: everything that is kept beside the lines, from the lines alone.

Plain SQL and plain dicts; nothing here calls the code that keeps balances and totals. The product's
own auditor is asked as well, so that two that never saw each other agree.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, TypeAlias

from sqlalchemy import text

from store.engine import Database
from streams.verify import audit

Sums: TypeAlias = dict[tuple[Any, ...], list[int]]

LINES = """
    SELECT e.id AS entry, e.day, b.received_day, b.supplier_id, m.batch_id, m.source_id,
           m.target_id, m.source_group_id, m.target_group_id, m.source_quality, m.target_quality,
           m.mass_g, m.pieces,
           coalesce(s.within_id, s.id) AS source_total, coalesce(t.within_id, t.id) AS target_total
    FROM movement m JOIN entry e ON e.id = m.entry_id JOIN batch b ON b.id = m.batch_id
    JOIN place s ON s.id = m.source_id JOIN place t ON t.id = m.target_id ORDER BY e.id, m.line
"""
STANDINGS = """
    SELECT b.code AS batch, p.code AS place, g.code AS article_group, q.quality, q.mass_g, q.pieces
    FROM balance q JOIN batch b ON b.id = q.batch_id JOIN place p ON p.id = q.place_id
    JOIN article_group g ON g.id = q.group_id WHERE q.mass_g <> 0 OR q.pieces <> 0
"""
FREE_OWERS = ("SUPPLIER/", "/weighing_difference")


def rows(database: Database, sql: str, **values: object) -> list[Any]:
    """What a statement finds."""
    with database.read() as session:
        return list(session.connection().execute(text(sql), values))


def stands(database: Database, batch: str) -> dict[str, int]:
    """Grams of a batch by place, over all groups and qualities; empty places left out."""
    sums: dict[str, int] = defaultdict(int)
    for row in rows(database, STANDINGS):
        if row.batch == batch:
            sums[row.place] += row.mass_g
    return {place: mass_g for place, mass_g in sums.items() if mass_g}


def breaches(database: Database) -> list[str]:
    """Everything that does not add up; empty when all is well."""
    lines = rows(database, LINES)
    return [
        *_lines_that_lie(lines),
        *_different("balance", _balances(lines), _kept_balances(database)),
        *_different("total", _totals(lines), _kept_totals(database)),
        *_below_zero(database),
        *_unbalanced(database),
        *_gates(database),
        *_broken_chains(database),
        *_of_the_auditor(database),
    ]


def _of_the_auditor(database: Database) -> list[str]:
    """What `stofstroom verify` would say."""
    with database.read() as session:
        return [str(breach) for breach in audit(session)]


def _lines_that_lie(lines: list[Any]) -> Iterator[str]:
    for line in lines:
        if line.mass_g <= 0 or (line.pieces is not None and line.pieces < 0):
            yield f"entry {line.entry} moves {line.mass_g} g, {line.pieces} pieces"


def _sums() -> Sums:
    return defaultdict(lambda: [0, 0])


def _add(sums: Sums, key: tuple[Any, ...], sign: int, line: Any) -> None:
    sums[key][0] += sign * line.mass_g
    sums[key][1] += sign * (line.pieces or 0)


def _balances(lines: list[Any]) -> Sums:
    sums = _sums()
    for line in lines:
        for end, sign in (("source", -1), ("target", 1)):
            spot = (getattr(line, f"{end}_{name}") for name in ("id", "group_id", "quality"))
            _add(sums, (line.batch_id, *spot), sign, line)
    return sums


def _kept_balances(database: Database) -> Sums:
    sql = "SELECT batch_id, place_id, group_id, quality, mass_g, pieces FROM balance"
    return {tuple(row[:4]): list(row[4:]) for row in rows(database, sql)}


def _totals(lines: list[Any]) -> Sums:
    sums = _sums()
    for line in lines:
        days = {"booked": str(line.day), "received": str(line.received_day)}
        for end, sign in (("source", -1), ("target", 1)):
            spot = [getattr(line, f"{end}_{name}") for name in ("total", "group_id", "quality")]
            where = (spot[0], line.supplier_id, *spot[1:])
            for basis, day in days.items():
                _add(sums, (basis, "day", day, *where), sign, line)
                _add(sums, (basis, "month", f"{day[:8]}01", *where), sign, line)
    return sums


def _kept_totals(database: Database) -> Sums:
    sql = """SELECT basis, span, start, place_id, supplier_id, group_id, quality, mass_g, pieces
             FROM total"""
    found = rows(database, sql)
    return {(row[0], row[1], str(row[2]), *row[3:7]): list(row[7:]) for row in found}


def _different(name: str, said: Sums, kept: Sums) -> Iterator[str]:
    for key in sorted({*said, *kept}, key=str):
        right, found = said.get(key, [0, 0]), kept.get(key, [0, 0])
        if right != found:
            yield f"{name} {key}: {found} is kept, the lines say {right}"


def _below_zero(database: Database) -> Iterator[str]:
    for row in rows(database, STANDINGS):
        if row.mass_g < 0 and not any(word in row.place for word in FREE_OWERS):
            yield f"{row.batch} stands at {row.place} with {row.mass_g} g"


def _unbalanced(database: Database) -> Iterator[str]:
    sums: dict[str, int] = defaultdict(int)
    for row in rows(database, STANDINGS):
        sums[row.batch] += row.mass_g
    for batch, mass_g in sums.items():
        if mass_g:
            yield f"{batch} has {mass_g} g more in one place than left another"


def _gates(database: Database) -> Iterator[str]:
    said, kept = _sums(), _sums()
    for row in rows(database, "SELECT batch_id, gate_id, mass_g, pieces FROM gate_line"):
        _add(said, (row.batch_id, row.gate_id), 1, row)
    for row in rows(database, "SELECT batch_id, gate_id, free_g, free_pieces FROM gate_balance"):
        kept[row.batch_id, row.gate_id] = [row.free_g, row.free_pieces]
    yield from _different("gate", said, kept)
    yield from (f"gate {key} is overdrawn" for key, free in said.items() if min(free) < 0)


def _broken_chains(database: Database) -> Iterator[str]:
    sql = "SELECT chain_id, seq, payload, hash FROM entry ORDER BY chain_id, seq"
    heads = {row.id: row for row in rows(database, "SELECT id, size, head_hash FROM chain")}
    last: dict[int, tuple[int, str]] = dict.fromkeys(heads, (0, "0" * 64))
    for row in rows(database, sql):
        seq, prev = last[row.chain_id]
        digest = hashlib.sha256(b"\x00" + row.payload.encode()).hexdigest()
        if row.seq != seq + 1 or row.hash != digest or json.loads(row.payload)["prev"] != prev:
            yield f"chain {row.chain_id} breaks at {row.seq}"
        last[row.chain_id] = (row.seq, row.hash)
    for chain, head in heads.items():
        if last[chain] != (head.size, head.head_hash):
            yield f"the head of chain {chain} is not its last entry"
