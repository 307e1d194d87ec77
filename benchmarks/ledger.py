"""A ledger of any length, written by the database itself: for what reads it, not for what keeps it.

Its entries are no links of a chain and have no balances, so nothing but reading can be measured.
"""

from __future__ import annotations

from sqlalchemy import text

from tests.builders import Depot, parts

LINES = 4
"""Movements of one entry."""
ENTRIES = 10
"""Sortings of one batch."""

_NUMBERS = """
WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < :entries)
"""
_ENTRY = f"""
INSERT INTO entry (id, chain_id, seq, kind, scan_id, subject, reverses_id, at, recorded_at, day,
                   payload, hash)
{_NUMBERS}
SELECT :first + n, :chain, :seq + n, CASE n % {ENTRIES} WHEN 0 THEN 'intake' ELSE 'sort' END,
       printf('%08x-0000-4000-8000-%012x', n, n), printf('B%011d', n / {ENTRIES}), NULL,
       datetime('2026-03-03', '+' || (n * 250 / :entries) || ' days', '+' || (n % 86400)
                || ' seconds') || '.000000',
       datetime('2026-12-01') || '.000000',
       date('2026-03-03', '+' || (n * 250 / :entries) || ' days'),
       '{{"body":{{"station":"S1-A"}},"rest":"' || hex(randomblob(200)) || '"}}',
       lower(hex(randomblob(32)))
FROM number
"""
_BATCH = f"""
INSERT INTO batch (id, code, site_id, supplier_id, group_id, received_day, gross_g, tare_g, quality,
                   pieces, eural, state, held, replaced_by_id)
SELECT entry.id, entry.subject, made.site_id, made.supplier_id, made.group_id, entry.day,
       40000000, 20000, 'measured', NULL, '', 'sorting', 0, NULL
FROM entry JOIN batch AS made ON made.id = :model
WHERE entry.id BETWEEN :first AND :last AND (entry.id - :first) % {ENTRIES} = 0
"""
_MOVEMENT = f"""
INSERT INTO movement (entry_id, line, batch_id, source_id, target_id, source_group_id,
                      target_group_id, source_quality, target_quality, mass_g, pieces)
WITH line(line) AS (VALUES {", ".join(f"({line})" for line in range(LINES))}),
     target(place, id) AS (
         SELECT row_number() OVER (ORDER BY id) - 1, id FROM place WHERE pool IN ('BIN', 'LOSS')
     )
SELECT entry.id, line.line,
       :first + (entry.id - :first) / {ENTRIES} * {ENTRIES}, home.id, target.id,
       :unknown, made.group_id, 'measured', 'measured',
       1 + (entry.id * 7919 + line.line * 104729) % 60000,
       CASE line.line WHEN 0 THEN (entry.id % 90) ELSE NULL END
FROM entry
JOIN line
JOIN batch AS made ON made.id = :model
JOIN place AS home ON home.pool = 'HOLDING' AND home.site_id = made.site_id
JOIN target ON target.place = (entry.id + line.line) % (SELECT count(*) FROM target)
WHERE entry.id BETWEEN :first AND :last
ORDER BY entry.id, line.line
"""


def write_movements(depot: Depot, movements: int) -> None:
    """So many movements of one site over 250 days, in entries and batches as a depot makes them."""
    model = depot.log(30_000_000, supplier="DUINRAND", article_group="uniform")["code"]
    depot.sort(model, parts({"reuse": 1_000_000, "recycle": 1_000_000}))
    with depot.database.connect_to_write() as connection:
        row = connection.execute(
            text(
                "SELECT batch.id AS model, entry.chain_id AS chain, chain.size AS seq,"
                " chain.id * (1 << 40) + chain.size + 1 AS first, unknown.id AS unknown"
                " FROM batch JOIN entry ON entry.id = batch.id JOIN chain ON chain.id = chain_id"
                " JOIN site ON site.id = batch.site_id"
                " JOIN article_group AS unknown ON unknown.operator_id = site.operator_id"
                " AND unknown.code = 'unknown'"
                " WHERE batch.code = :code"
            ),
            {"code": model},
        ).one()
        entries = movements // LINES
        asked = {**row._mapping, "seq": row.seq + 1, "entries": entries}
        asked["last"] = row.first + entries - 1
        for statement in (_ENTRY, _BATCH, _MOVEMENT):
            connection.execute(text(statement), asked)
