"""Audit of the register: every row rebuilt from what the entries say, then compared by column.

An entry says codes; the table holds keys. The key of a row is that of the entry that made it, so
every key can be told from the entries alone, without believing the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column
from sqlmodel import Session

from streams.verify_reading import Breach, Said, differences, stream, table_of

REGISTER = (
    "organisation",
    "partner",
    "site",
    "station",
    "container",
    "scale",
    "printer",
    "article_group",
    "gate",
    "destination",
    "loss_kind",
    "find_kind",
    "reason",
    "owner_rule",
    "sorting_guide",
    "factor",
    "target",
    "declaration",
    "reserved_code",
    "batch",
    "bin",
    "delivery",
    "receipt",
    "find",
    "serial_item",
    "shipment",
    "shipment_bin",
    "leg",
    "relabelling",
    "certificate",
    "certificate_batch",
    "withdrawal",
    "issued_report",
    "stream_number",
    "carriage",
    "notification",
)
"""Tables whose rows entries describe, in the order in which breaches are named."""

OF_AN_OPERATOR = frozenset(
    {
        "partner",
        "article_group",
        "gate",
        "destination",
        "loss_kind",
        "find_kind",
        "reason",
        "owner_rule",
        "sorting_guide",
        "factor",
        "target",
        "declaration",
    }
)
"""Tables in which two operators may use the same code."""

OWN_KEYS = frozenset({"id", "entry_id"})
"""Columns that hold the key of the entry that made the row."""


@dataclass(slots=True)
class Kept:
    """A row as the entries say it. id: key of the entry that made it."""

    id: int
    operator: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """What lines need to know of a batch."""

    id: int
    site: str
    supplier_id: int
    received_day: str


class Register:
    """The rows after the entries that were read so far.

    scans: scan_id to key, of every entry so far.
    """

    def __init__(self) -> None:
        self.scans: dict[str, int] = {}
        self._rows: dict[str, dict[tuple[str, str], Kept]] = {name: {} for name in REGISTER}
        self._ids: dict[tuple[str, str, str], int] = {}
        self._batches: dict[str, BatchFacts] = {}
        self._batch_codes: dict[int, str] = {}
        self._waiting: dict[tuple[str, str, str], list[tuple[Said, dict[str, Any]]]] = {}

    def apply(self, said: Said) -> Iterator[Breach]:
        """Make or change the rows that an entry names."""
        for change in said.body.get("rows", ()):
            table, key = change["table"], change["key"]
            if table not in self._rows:
                yield Breach(said.code, f"it writes the table {table!r}, which is not its to write")
                continue
            yield from _foreign_words(said, table, change["set"])
            if change["was"] is None:
                yield from self._make(said, change)
            else:
                yield from self._change(said, change)
            if table == "batch":
                self._batches.pop(key, None)

    def _make(self, said: Said, change: dict[str, Any]) -> Iterator[Breach]:
        table, key = change["table"], change["key"]
        scope = _scope(table, said.operator)
        if (scope, key) in self._rows[table]:
            yield Breach(said.code, f"it makes {table} {key}, which was there")
            return
        values = dict(change["set"])
        self._rows[table][scope, key] = Kept(said.id, said.operator, values)
        self._ids[table, scope, _called(table, key, values)] = said.id
        if table == "batch":
            self._batch_codes[said.id] = key
        yield from self._catch_up(table, scope, key)

    def _change(self, said: Said, change: dict[str, Any]) -> Iterator[Breach]:
        table, key, was = change["table"], change["key"], change["was"]
        scope = _scope(table, said.operator)
        kept = self._rows[table].get((scope, key))
        if kept is None or was.get("version", 0) > kept.values.get("version", 0):
            # Two operators may define versions of one row, and their chains are read in turn.
            self._waiting.setdefault((table, scope, key), []).append((said, change))
            return
        for column, word in change["set"].items():
            if column not in was:
                yield Breach(said.code, f"it changes {column} of {table} {key}, but not from what")
            elif was[column] != kept.values.get(column):
                before = kept.values.get(column)
                yield Breach(
                    said.code,
                    f"{column} of {table} {key} was {before!r}, it says {was[column]!r}",
                )
            kept.values[column] = word
        yield from self._catch_up(table, scope, key)

    def _catch_up(self, table: str, scope: str, key: str) -> Iterator[Breach]:
        for said, change in self._waiting.pop((table, scope, key), ()):
            yield from self._change(said, change)

    def left_waiting(self) -> Iterator[Breach]:
        """Changes of rows, or of versions of rows, that no entry ever made."""
        for (table, _, key), changes in self._waiting.items():
            for said, _ in changes:
                yield Breach(said.code, f"it changes {table} {key} from what it never was")

    def id_of(self, table: str, operator: str, text: str) -> int:
        """Key of the row that an operator calls so. Raises LookupError."""
        return self._ids[table, _scope(table, operator), text]

    def values_of(self, table: str, operator: str, key: str) -> dict[str, Any]:
        """The columns of a row, in words. Raises LookupError."""
        return self._rows[table][_scope(table, operator), key].values

    def batch(self, code: str) -> BatchFacts:
        """A batch as it stands after the entries so far. Raises LookupError."""
        facts = self._batches.get(code)
        if facts is None:
            kept = self._rows["batch"]["", code]
            supplier_id = self.id_of("organisation", "", kept.values["supplier"])
            values = kept.values
            facts = BatchFacts(kept.id, values["site"], supplier_id, values["received_day"])
            self._batches[code] = facts
        return facts

    def batch_code(self, key: int) -> str:
        """The code of a batch by its key, or the key of one that nobody knows."""
        return self._batch_codes.get(key, f"batch {key}")

    def has(self, table: str, code: str) -> bool:
        """Whether an entry made the row, in a table where a code stands once."""
        return ("", code) in self._rows[table]

    def owner_of(self, chain: str) -> str:
        """Code of the operator that a chain belongs to; empty before anything says so."""
        kind, _, code = chain.partition(":")
        if kind == "operator":
            return code
        site = self._rows["site"].get(("", code))
        return str(site.values.get("operator", "")) if site else ""

    def compare(self, session: Session, name: str) -> Iterator[Breach]:
        """Every row of one table against what the entries say, both ways."""
        table = table_of(name)
        keys = [list(table.c).index(column) for column in table.primary_key]
        expected: dict[tuple[object, ...], tuple[str, tuple[object, ...]]] = {}
        for (_, key), kept in self._rows[name].items():
            try:
                row = tuple(self._stored(column, kept) for column in table.c)
            except LookupError as unknown:
                yield Breach(f"{name} {key}", f"the entries name an unknown {unknown.args[0]}")
                continue
            expected[tuple(row[index] for index in keys)] = (f"{name} {key}", row)
        for found in stream(session, table):
            at = tuple(found[index] for index in keys)
            where, said = expected.pop(at, (f"{name} {at}", None))
            if said is None:
                yield Breach(where, "no entry explains it")
            elif said != found:
                yield from differences(where, table, found, said)
        for where, _ in expected.values():
            yield Breach(where, "is missing")

    def _stored(self, column: Column[Any], kept: Kept) -> object:
        """What the table holds for a word of an entry."""
        name = column.name
        if name in OWN_KEYS:
            return kept.id
        if name in kept.values or not column.foreign_keys:
            return kept.values.get(name)
        word = kept.values.get(name.removesuffix("_id"))
        if word is None:
            return None
        target = next(iter(column.foreign_keys)).column.table.name
        found = (
            self.scans.get(word)
            if target == "entry"
            else self._ids.get((target, _scope(target, kept.operator), word))
        )
        if found is None:
            raise LookupError(f"{target} {word!r}")
        return found


def _scope(table: str, operator: str) -> str:
    return operator if table in OF_AN_OPERATOR else ""


def _called(table: str, key: str, values: dict[str, Any]) -> str:
    """What other rows call a row: its code, of a destination with its version."""
    if table == "destination":
        return f"{values['code']}@{values['version']}"
    return str(values.get("code", key))


def _foreign_words(said: Said, table: str, values: dict[str, Any]) -> Iterator[Breach]:
    """A word that fits no column would be kept by nobody."""
    columns = table_of(table).c
    for word in values:
        if word not in columns and f"{word}_id" not in columns:
            yield Breach(said.code, f"it says {word!r} of {table}, which has no such column")
