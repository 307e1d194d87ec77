"""Whatever is changed by hand in the register, the auditor names it.

The tampering is generated from the tables as they are, so a new column is covered by itself.
"""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Table, UniqueConstraint, create_engine, text, type_coerce
from sqlalchemy.types import NullType
from sqlmodel import Session

import streams.verify
from catalogue.actions import define, register_operator
from migrations.metadata import every_table
from proof.merkle import Frontier, append, leaf_hash, root
from store.engine import Database
from streams.seals import Seal, against_heads
from streams.verify import Breach, audit
from tests.streams.rich_ledger import build, define_reference
from tests.streams.teller import START, Teller

METADATA = every_table()
NOT_IN_THE_REGISTER = {
    "scan",  # What was refused or parked; nothing of it was booked.
    "actor",  # Who did it: outside the chain, so that it can be erased.
    "person",
    "token",
    "enrolment",
    "device",
    "ticket",  # What lets people in, and who did what to accounts: no register.
    "authenticator",
    "recovery_code",
    "passkey",
    "identity",
    "second_factor_rule",
    "wrong_try",
    "badge",
    "station_rule",
    "audit_event",
    "print_job",
    "notice",  # Who was told what: outside the register, and forgotten in time.
    "mail",
    "preference",
    "contact",
    "outlet_link",  # Who may say something of a shipment: as with tokens.
    "outlet_document",  # A paper is known by the hash that its entry says.
    "photo",  # A picture is known by the hash that its entry says.
    "job",
    "certificate_text",  # Known by the digest that its certificate's entry says.
    "certificate_print",
    "issued_report_text",  # As with certificates.
    "issued_report_print",
    "checkpoint",  # A head that was given out; `verify` looks at it beside the register.
}
TABLES = sorted(set(METADATA.tables) - NOT_IN_THE_REGISTER)
COLUMNS = [column for name in TABLES for column in METADATA.tables[name].c]
ROWS_TRIED = 3

Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def ledger(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A rich ledger in a file whose guards somebody took away."""
    file = tmp_path_factory.mktemp("verify") / "ledger.sqlite"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    build(database)
    database.dispose()
    engine = create_engine(f"sqlite:///{file}")
    with Session(engine) as session:
        named = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for (name,) in named.all():
            session.execute(text(f'DROP TRIGGER "{name}"'))
        partly = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%UNIQUE%WHERE%'"
        for (name,) in session.execute(text(partly)).all():
            session.execute(text(f'DROP INDEX "{name}"'))
        session.commit()
        session.execute(text("PRAGMA ignore_check_constraints = ON"))
        session.commit()
        yield session
    engine.dispose()


@pytest.fixture
def tampered(ledger: Session) -> Iterator[Session]:
    """The ledger, put back when the test is over."""
    yield ledger
    ledger.rollback()


def rows_of(session: Session, table: Table) -> list[Row]:
    """The rows as the database holds them, by key."""
    columns = [type_coerce(column, NullType()).label(column.name) for column in table.c]
    return [
        dict(row._mapping)
        for row in session.connection().execute(
            table.select().with_only_columns(*columns).order_by(*table.primary_key)
        )
    ]


def replace(session: Session, table: Table, old: list[Row], new: list[Row]) -> None:
    """Take rows out and put others in, whatever their keys were."""
    keys = [column.name for column in table.primary_key]
    where = " AND ".join(f'"{name}" = :{name}' for name in keys)
    for row in old:
        out = text(f'DELETE FROM "{table.name}" WHERE {where}')
        session.execute(out, {name: row[name] for name in keys})
    names = [column.name for column in table.c]
    columns = ", ".join(f'"{name}"' for name in names)
    into = f'INSERT INTO "{table.name}" ({columns}) VALUES (:{", :".join(names)})'
    for row in new:
        session.execute(text(into), dict(row))


def another(value: Any, column: Column[Any]) -> Any:
    """A value that fits the column and is not the one it holds."""
    if isinstance(value, datetime | date):
        return value + timedelta(days=400)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return 1 - value if str(column.type) == "BOOLEAN" else value + 1_000_003
    if isinstance(value, str) and str(column.type).startswith(("DATE", "TIMESTAMP")):
        return f"1999{value[4:]}"
    if isinstance(value, str):
        return value + "x"
    assert value is None, f"{column} holds {value!r}"
    return "x" if column.type.python_type is str else 1_000_003


def first_breaches(session: Session, most: int = 1) -> list[Breach]:
    return list(islice(audit(session), most))


def require_named(session: Session, table: str) -> None:
    """The auditor finds something, and begins with the table that was tampered with."""
    found = first_breaches(session)
    assert found, f"nobody saw what was done to {table}"
    # A place's own number means nothing but in the lines that use it, so those name the place.
    named = found[0].where if ", which is place " not in found[0].what else f"{table} {found[0]}"
    assert named.split()[0] == table, str(found[0])


def spread(rows: list[Row]) -> list[Row]:
    """The first row, the last and some between."""
    step = max(1, (len(rows) - 1) // (ROWS_TRIED - 1))
    return rows[::step]


def keys_of(table: Table) -> list[list[str]]:
    """The columns that together may stand only once."""
    unique = [key for key in table.constraints if isinstance(key, UniqueConstraint)]
    alone = [[column.name] for column in table.c if column.unique]
    together = [[column.name for column in key.columns] for key in (table.primary_key, *unique)]
    return [*together, *alone]


def test_the_auditor_shares_no_code_with_the_writers() -> None:
    root = Path(streams.verify.__file__).parents[1]
    rooms = {path.parent.name for path in root.glob("*/__init__.py")}
    files = sorted((root / "streams").glob("verify*.py"))
    assert len(files) > 1
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            own = [name for name in names if name.split(".")[0] in rooms]
            assert all(name.startswith("streams.verify") for name in own), f"{file.name}: {own}"


def test_a_ledger_written_by_the_actions_has_no_breach(ledger: Session) -> None:
    assert [str(breach) for breach in audit(ledger)] == []


@pytest.mark.parametrize("name", TABLES)
def test_the_ledger_is_rich_enough_to_test_with(ledger: Session, name: str) -> None:
    assert len(rows_of(ledger, METADATA.tables[name])) >= 2


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_changed_value_is_named(tampered: Session, column: Column[Any]) -> None:
    table = column.table
    assert isinstance(table, Table)
    rows = rows_of(tampered, table)
    row = rows[(list(table.c).index(column) * 7) % len(rows)]
    changed = {**row, column.name: another(row[column.name], column)}
    replace(tampered, table, [row], [changed])
    require_named(tampered, table.name)


@pytest.mark.parametrize("column", [c for c in COLUMNS if c.nullable], ids=str)
def test_an_emptied_value_is_named(tampered: Session, column: Column[Any]) -> None:
    table = column.table
    assert isinstance(table, Table)
    row = next(row for row in rows_of(tampered, table) if row[column.name] is not None)
    replace(tampered, table, [row], [{**row, column.name: None}])
    require_named(tampered, table.name)


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_two_swapped_values_are_named(tampered: Session, column: Column[Any]) -> None:
    table, name = column.table, column.name
    assert isinstance(table, Table)
    rows = rows_of(tampered, table)
    for one, other in islice(swappable(table, name, rows), 1):
        replace(tampered, table, [one, other], swapped(one, other, name))
        require_named(tampered, table.name)


def swapped(one: Row, other: Row, name: str) -> list[Row]:
    return [{**one, name: other[name]}, {**other, name: one[name]}]


def swappable(table: Table, name: str, rows: list[Row]) -> Iterator[tuple[Row, Row]]:
    """Pairs whose values can change places: the table differs after it, and no key stands twice."""
    for one, other in combinations(rows, 2):
        new = swapped(one, other, name)
        if all(row in (one, other) for row in new):
            continue
        kept = [row for row in rows if row is not one and row is not other]
        if all(_differ([*kept, *new], key) for key in keys_of(table) if name in key):
            yield one, other


def _differ(rows: list[Row], key: list[str]) -> bool:
    return len({tuple(row[name] for name in key) for row in rows}) == len(rows)


@pytest.mark.parametrize("name", TABLES)
def test_a_deleted_row_is_named(tampered: Session, name: str) -> None:
    table = METADATA.tables[name]
    for row in spread(rows_of(tampered, table)):
        replace(tampered, table, [row], [])
        require_named(tampered, name)
        tampered.rollback()


@pytest.mark.parametrize("name", TABLES)
def test_a_row_that_no_entry_explains_is_named(tampered: Session, name: str) -> None:
    table = METADATA.tables[name]
    unique = {name for key in keys_of(table) for name in key}
    for row in spread(rows_of(tampered, table)):
        changed = {c.name: another(row[c.name], c) for c in table.c if c.name in unique}
        replace(tampered, table, [], [{**row, **changed}])
        require_named(tampered, name)
        tampered.rollback()


def test_a_note_erased_with_its_salt_is_no_breach(tampered: Session) -> None:
    tampered.execute(text("UPDATE note SET salt = NULL, words = NULL"))
    assert first_breaches(tampered) == []


def test_garbage_in_the_columns_is_a_breach_and_not_a_crash(tampered: Session) -> None:
    for table in (METADATA.tables[name] for name in TABLES):
        unique = {name for key in keys_of(table) for name in key}
        for name in (column.name for column in table.c if column.name not in unique):
            tampered.execute(text(f"""UPDATE "{table.name}" SET "{name}" = x'00ff'"""))
    assert len(first_breaches(tampered, 10_000)) > len(TABLES)


def test_progress_tells_every_entry_once(ledger: Session) -> None:
    told: list[tuple[str, int, int]] = []
    list(audit(ledger, progress=lambda what, done, whole: told.append((what, done, whole))))
    entries = len(rows_of(ledger, METADATA.tables["entry"]))
    assert ("entry", entries, entries) in told
    assert told[-1][1] == told[-1][2]


def test_rows_that_are_defined_again_and_by_two_operators_are_understood(
    session: Session,
) -> None:
    define_reference(session)
    register_operator(session, "OTHER", {"name": "Other sorters"}, now=START)
    for name in ("New name", "Newer name"):
        define(session, "OP", "organisation", "NH", {"name": name}, now=START)
    define(session, "OTHER", "organisation", "NEW", {"name": "New"}, now=START)
    for code in ("NEW", "ANY-NAME"):
        of = {"organisation": "NEW", "roles": ["supplier"], "permit": code}
        define(session, "OP", "partner", code, of, now=START)
    assert [str(breach) for breach in audit(session)] == []


def test_acts_undone_one_by_one_leave_no_breach(session: Session) -> None:
    define_reference(session)
    tell = Teller(session, "S1")
    batch = tell.log("NH", 52_000)
    tell.gate(batch, "delogo", mass_g=10_000)
    (_, code) = tell.sort(batch, ("shop", 9_000), ("fibre", 40_000)).answer["bins"]
    tell.correct(batch, supplier="NH-SUB")
    tell.undo(tell.scan_id)
    tell.close(batch, moisture=300)
    closed = tell.scan_id
    tell.close_bin(code, 40_600)
    shipment = tell.ship("FIBRE", code)
    shipped = tell.scan_id
    tell.take_back(shipment, mass_g=300)
    tell.undo(tell.scan_id)
    tell.take_back(shipment, whole=code)
    tell.undo(tell.scan_id)
    tell.confirm(shipment, fibre=39_000)
    tell.undo(tell.scan_id)
    tell.undo(shipped)
    tell.undo(closed)
    assert [str(breach) for breach in audit(session)] == []


def chain_of(session: Session, code: str) -> list[Row]:
    entries = rows_of(session, METADATA.tables["entry"])
    return [row for row in entries if json.loads(row["payload"])["chain"] == code]


def sealed(entries: list[Row], size: int) -> str:
    frontier = Frontier()
    for entry in entries[:size]:
        frontier, _ = append(frontier, leaf_hash(entry["payload"].encode()))
    return root(frontier).hex()


@pytest.mark.parametrize("size", [1, 2, 7, 8, 50])
def test_a_checkpoint_of_any_size_agrees(ledger: Session, size: int) -> None:
    seal = Seal("site:S1", size, sealed(chain_of(ledger, "site:S1"), size))
    assert against_heads(ledger, [seal]) == []


def test_a_checkpoint_of_what_was_cut_off_or_never_was_disagrees(ledger: Session) -> None:
    size = len(chain_of(ledger, "site:S1"))
    heads = [
        Seal("site:S1", size + 1, "00" * 32),
        Seal("site:S9", 1, "00" * 32),
        Seal("site:S1", 5, "00" * 32),
    ]
    found = [str(breach).split(": ", 1)[0] for breach in against_heads(ledger, heads)]
    assert found == [
        f"checkpoint site:S1#{size + 1}",
        "checkpoint site:S9#1",
        "checkpoint site:S1#5",
    ]


def test_a_history_written_anew_is_seen_by_its_checkpoint_only(tampered: Session) -> None:
    entries = chain_of(tampered, "site:S2")
    before = Seal("site:S2", len(entries), sealed(entries, len(entries)))
    last = entries[-1]
    payload = json.loads(last["payload"]) | {"content": "0" * 64}
    said = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    forged = {**last, "payload": said, "hash": leaf_hash(said.encode()).hex()}
    table = METADATA.tables["entry"]
    replace(tampered, table, [last], [forged])
    frontier = Frontier()
    for entry in [*entries[:-1], forged]:
        frontier, completed = append(frontier, leaf_hash(entry["payload"].encode()))
        for level, index, digest in completed:
            tampered.execute(
                text(
                    'UPDATE node SET hash = :hash WHERE level = :level AND "index" = :index'
                    " AND chain_id = :chain"
                ),
                {
                    "hash": digest.hex(),
                    "level": level,
                    "index": index,
                    "chain": last["chain_id"],
                },
            )
    tampered.execute(
        text("UPDATE chain SET head_hash = :head, peaks = :peaks WHERE code = 'site:S2'"),
        {"head": forged["hash"], "peaks": ",".join(peak.hex() for peak in frontier.peaks)},
    )
    assert first_breaches(tampered) == []
    assert [str(breach).split(": ", 1)[0] for breach in against_heads(tampered, [before])] == [
        f"checkpoint site:S2#{len(entries)}"
    ]


def test_the_auditor_works_on_postgresql_too(postgresql_database: Database) -> None:
    build(postgresql_database)
    with postgresql_database.read() as session:
        assert [str(breach) for breach in audit(session)] == []
    with Session(postgresql_database.engine) as session:
        for table in (METADATA.tables[name] for name in TABLES):
            session.execute(text("SET LOCAL session_replication_role = replica"))
            replace(session, table, rows_of(session, table)[:1], [])
            require_named(session, table.name)
            session.rollback()
