"""Closed batches of a site, as many as wanted, written by the database itself: with their entries,
movements, balances, totals, receipts and deliveries, so that all pages read what they always read.

Each batch comes in and is sorted in the same way as one that a depot really made. Their entries are
no links of a chain: for what reads, not for what keeps.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from tests.builders import Depot, parts

SORTINGS: Final = 9
"""Of one batch, each of as many parts as DESTINATIONS."""
DESTINATIONS: Final = ("reuse", "recycle", "burn")
SUPPLIERS: Final = ("NOORDERHAVEN", "DUINRAND")
DAYS: Final = 240
"""Over which they are spread, from the first week of the year on."""
PER_BATCH: Final = 1 + SORTINGS * len(DESTINATIONS)
"""Movements of one batch."""

_ENTRIES = """
INSERT INTO entry (id, chain_id, seq, kind, scan_id, subject, reverses_id, at, recorded_at, day,
                   payload, hash)
WITH RECURSIVE number(n) AS (
    SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < :batches * :entries
), placed AS (
    SELECT n, n / :entries AS batch, n % :entries AS step,
           n / :entries * :days / :batches + n % :entries / 4 AS later
    FROM number
), dated AS (
    SELECT n, batch, step, date('2026-01-05', '+' || later || ' days') AS day FROM placed
)
SELECT :first + n, :chain, :seq + n, CASE step WHEN 0 THEN 'intake' ELSE 'sort' END,
       printf('%08x-0000-4000-8000-%012x', n, :first + n), printf('B%011d', :first + batch),
       NULL, day || ' 10:00:00.000000', day || ' 10:00:00.000000', day, '{"body":{}}',
       lower(hex(randomblob(32)))
FROM dated
"""
_OWN = "entry.id BETWEEN :first AND :last AND (entry.id - :first) % :entries = 0"
_BATCHES = f"""
INSERT INTO batch (id, code, site_id, supplier_id, group_id, received_day, gross_g, tare_g, quality,
                   pieces, eural, state, held, replaced_by_id)
SELECT entry.id, entry.subject, made.site_id, made.supplier_id, made.group_id, entry.day,
       :sortings * (SELECT sum(mass_g) FROM movement WHERE entry_id = :sorted), 0, made.quality,
       NULL, made.eural, 'closed', 0, NULL
FROM entry JOIN batch AS made ON made.id = :model
WHERE {_OWN}
"""
_DELIVERIES = f"""
INSERT INTO delivery (id, code, site_id, supplier_id, expected_on, announced_g, lines, state,
                      reference)
SELECT batch.id, 'D' || substr(batch.code, 2), batch.site_id, batch.supplier_id, entry.day,
       batch.gross_g, '[]', 'received', NULL
FROM batch JOIN entry ON entry.id = batch.id WHERE {_OWN}
"""
_RECEIPTS = f"""
INSERT INTO receipt (id, batch_id, delivery_id, station_id, containers)
SELECT batch.id, batch.id, batch.id, made.station_id, ''
FROM batch JOIN entry ON entry.id = batch.id JOIN receipt AS made ON made.batch_id = :model
WHERE {_OWN}
"""
_MOVEMENTS = """
INSERT INTO movement (entry_id, line, batch_id, source_id, target_id, source_group_id,
                      target_group_id, source_quality, target_quality, mass_g, pieces)
SELECT entry.id, made.line, batch.id, made.source_id, made.target_id, made.source_group_id,
       made.target_group_id, made.source_quality, made.target_quality,
       CASE entry.kind WHEN 'intake' THEN batch.gross_g ELSE made.mass_g END, NULL
FROM entry
JOIN batch ON batch.id = :first + (entry.id - :first) / :entries * :entries
JOIN movement AS made ON made.entry_id = CASE entry.kind WHEN 'intake' THEN :model ELSE :sorted END
WHERE entry.id BETWEEN :first AND :last
ORDER BY entry.id, made.line
"""
_ENDS = """
SELECT entry_id, batch_id, target_id AS place_id, target_group_id AS group_id,
       target_quality AS quality, mass_g
FROM movement WHERE entry_id BETWEEN :first AND :last
UNION ALL
SELECT entry_id, batch_id, source_id, source_group_id, source_quality, -mass_g
FROM movement WHERE entry_id BETWEEN :first AND :last
"""
_BALANCES = f"""
INSERT INTO balance (place_id, batch_id, group_id, quality, may_owe, mass_g, pieces)
SELECT place.id, batch_id, group_id, quality, place.pool = 'SUPPLIER', sum(mass_g), 0
FROM ({_ENDS}) JOIN place ON place.id = place_id
GROUP BY place.id, batch_id, group_id, quality
"""
_TOTALS = f"""
INSERT INTO total (basis, span, start, place_id, supplier_id, group_id, quality, mass_g, pieces)
WITH basis(basis) AS (VALUES ('booked'), ('received')),
     span(span) AS (VALUES ('day'), ('month')),
     stood AS (
         SELECT coalesce(place.within_id, place.id) AS place_id, batch.supplier_id, ends.group_id,
                ends.quality, ends.mass_g, basis.basis,
                CASE basis.basis WHEN 'booked' THEN entry.day ELSE batch.received_day END AS day
         FROM ({_ENDS}) AS ends
         JOIN place ON place.id = ends.place_id
         JOIN batch ON batch.id = ends.batch_id
         JOIN entry ON entry.id = ends.entry_id
         JOIN basis
     )
SELECT basis, span, CASE span WHEN 'day' THEN day ELSE date(day, 'start of month') END AS start,
       place_id, supplier_id, group_id, quality, sum(mass_g) AS added_g, 0
FROM stood JOIN span
GROUP BY basis, span, start, place_id, supplier_id, group_id, quality
HAVING added_g <> 0
ON CONFLICT DO UPDATE SET mass_g = mass_g + excluded.mass_g
"""


def write_history(depot: Depot, movements: int) -> None:
    """About so many movements, of closed batches of both suppliers."""
    for supplier in SUPPLIERS:
        model = depot.log(1_000_000, supplier=supplier, article_group="uniform")["code"]
        depot.sort(model, parts(dict.fromkeys(DESTINATIONS, 1_000)))
        with depot.database.connect_to_write() as connection:
            _write(connection, model, movements // len(SUPPLIERS) // PER_BATCH)


def _write(connection: Connection, model: str, batches: int) -> None:
    row = connection.execute(
        text(
            "SELECT batch.id AS model, max(movement.entry_id) AS sorted, chain.id AS chain,"
            " chain.id * (1 << 40) AS below,"
            " max((SELECT max(seq) FROM entry WHERE entry.chain_id = chain.id)) + 1 AS seq"
            " FROM batch JOIN entry ON entry.id = batch.id JOIN chain ON chain.id = entry.chain_id"
            " JOIN movement ON movement.batch_id = batch.id WHERE batch.code = :code"
        ),
        {"code": model},
    ).one()
    entries = 1 + SORTINGS
    # Real entries that follow keep their places.
    seq = row.seq + 1_000_000
    asked = {
        **row._mapping, "seq": seq, "first": row.below + seq, "batches": batches,
        "last": row.below + seq + batches * entries - 1, "entries": entries,
        "sortings": SORTINGS, "days": DAYS,
    }  # fmt: skip
    for statement in (
        _ENTRIES, _BATCHES, _DELIVERIES, _RECEIPTS, _MOVEMENTS, _BALANCES, _TOTALS,
    ):  # fmt: skip
        connection.execute(text(statement), asked)
