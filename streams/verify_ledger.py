"""Audit of the ledger: lines, balances, gates and totals worked out once more from the entries."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session

from streams.verify_places import PlaceFacts, Places
from streams.verify_reading import (
    Breach,
    Row,
    Said,
    differences,
    stream,
    table_of,
)
from streams.verify_rows import Register

QUALITIES = frozenset({"measured", "estimated"})
EMPTY_HOLDING = frozenset({"closed", "refused", "reversed", "replaced"})
"""States in which nothing of a batch waits to be sorted."""

EMPTY = frozenset({"reversed", "replaced"})
"""States in which nothing of a batch stands anywhere."""

Key = tuple[Any, ...]
Sums = dict[Key, list[int]]


class Ledger:
    """What stands where after the entries that were read so far."""

    def __init__(self, session: Session, register: Register) -> None:
        self._session = session
        self._register = register
        self.places = Places(session, register)
        self._balances: Sums = {}
        self._gates: Sums = {}
        self._booked: Sums = {}
        self._received_days: Sums = {}
        self._received_months: Sums = {}
        self._groups: dict[tuple[str, str], int] = {}
        self._owing: dict[object, bool] = {}

    def book(
        self, said: Said, movements: Sequence[Row], gate_lines: Sequence[Row]
    ) -> Iterator[Breach]:
        """Book the lines of an entry, and compare them with the rows it has in the database."""
        lines = said.body.get("lines", [])
        gates = said.body.get("gate_lines", [])
        if said.kind == "reverse":
            yield from self._mirror(said)
        rows = [self._row(said, number, line) for number, line in enumerate(lines)]
        uses = [self._use(said, number, use) for number, use in enumerate(gates)]
        if self.places.missing:
            yield from self.places.missing
            self.places.missing.clear()
        for breach in _compared("movement", said, movements, rows):
            yield self._with_place(breach)
        yield from _compared("gate_line", said, gate_lines, uses)
        for number, line in enumerate(lines):
            for problem in self._problems(said, line):
                yield Breach(f"{said.code} line {number}", problem)
        yield from self._count(said, lines, rows)
        yield from self._pass(said, uses)

    def _row(self, said: Said, number: int, line: dict[str, Any]) -> Row:
        batch = self._register.batch(line["batch"])
        return (
            said.id,
            number,
            batch.id,
            self.places.at(line["source"]).id,
            self.places.at(line["target"]).id,
            self._group(said.operator, line["source_group"]),
            self._group(said.operator, line["target_group"]),
            line["source_quality"],
            line["target_quality"],
            line["mass_g"],
            line["pieces"],
        )

    def _group(self, operator: str, code: str) -> int:
        key = self._groups.get((operator, code))
        if key is None:
            key = self._register.id_of("article_group", operator, code)
            self._groups[operator, code] = key
        return key

    def _use(self, said: Said, number: int, use: dict[str, Any]) -> Row:
        gate_id = self._register.id_of("gate", said.operator, use["gate"])
        batch = self._register.batch(use["batch"])
        return (said.id, number, batch.id, gate_id, use["mass_g"], use["pieces"])

    def _problems(self, said: Said, line: dict[str, Any]) -> Iterator[str]:
        mass_g, pieces = line["mass_g"], line["pieces"]
        if type(mass_g) is not int or mass_g <= 0:
            yield f"mass_g is {mass_g!r}"
        if pieces is not None and (type(pieces) is not int or pieces < 0):
            yield f"pieces is {pieces!r}"
        if not {line["source_quality"], line["target_quality"]} <= QUALITIES:
            yield "its quality is neither measured nor estimated"
        if all(line[f"source{end}"] == line[f"target{end}"] for end in ("", "_group", "_quality")):
            yield "it changes nothing"
        source, target = self.places.at(line["source"]), self.places.at(line["target"])
        sites = {source.site, target.site, self._register.batch(line["batch"]).site}
        if sites != {said.chain.removeprefix("site:")}:
            yield "its batch or places belong to another site"
        if said.kind != "reverse":
            yield from self._way_out(source, target)

    def _way_out(self, source: PlaceFacts, target: PlaceFacts) -> Iterator[str]:
        """What leaves keeps its destination; an outlet confirms only what it may."""
        way = (source.pool, target.pool)
        if way == ("BIN", "SHIPPED") and source.destination != target.destination:
            yield f"it leaves a bin for {source.destination} with a shipment to another destination"
        if way == ("SHIPPED", "CONFIRMED") and source.shipment and target.destination:
            shipment = self._register.values_of("shipment", "", source.shipment)
            if target.destination.partition("@")[0] not in shipment["treatments"].split(","):
                yield f"{target.destination} is no treatment that shipment {source.shipment} allows"

    def _count(
        self, said: Said, lines: Sequence[dict[str, Any]], rows: Sequence[Row]
    ) -> Iterator[Breach]:
        """Add the lines of one entry to every balance and total that they change."""
        balances: Sums = defaultdict(lambda: [0, 0])
        booked: Sums = defaultdict(lambda: [0, 0])
        days: Sums = defaultdict(lambda: [0, 0])
        months: Sums = defaultdict(lambda: [0, 0])
        for line, row in zip(lines, rows, strict=True):
            batch = self._register.batch(line["batch"])
            pieces = line["pieces"] or 0
            for side, sign in (("source", -1), ("target", 1)):
                group_id: int = row[5] if side == "source" else row[6]
                place = self.places.at(line[side])
                quality = line[f"{side}_quality"]
                self._owing[place.id] = place.may_owe
                mass_g, count = sign * line["mass_g"], sign * pieces
                whose = (place.total_id, batch.supplier_id, group_id, quality)
                received = batch.received_day
                changes: tuple[tuple[Sums, Key], ...] = (
                    (balances, (place.id, batch.id, group_id, quality)),
                    (booked, (said.day, *whose)),
                    (days, (received, *whose)),
                    (months, (f"{received[:7]}-01", *whose)),
                )
                for sums, key in changes:
                    cell = sums[key]
                    cell[0] += mass_g
                    cell[1] += count
        _add(self._booked, booked)
        _add(self._received_days, days)
        _add(self._received_months, months)
        _add(self._balances, balances)
        for key in balances:
            if key in self._balances and self._balances[key][0] < 0 and not self._owing[key[0]]:
                mass_g = self._balances[key][0]
                yield Breach(said.code, f"after it {self._name(key)} stands at {mass_g} g")

    def _pass(self, said: Said, uses: Sequence[Row]) -> Iterator[Breach]:
        for _, _, batch_id, gate_id, mass_g, pieces in uses:
            cell = self._gates.setdefault((batch_id, gate_id), [0, 0])
            cell[0] += mass_g
            cell[1] += pieces
        for _, number, batch_id, gate_id, _, _ in uses:
            if min(self._gates[batch_id, gate_id]) < 0:
                yield Breach(f"{said.code} gate line {number}", "more left than passed the gate")

    def _mirror(self, said: Said) -> Iterator[Breach]:
        """What a reversal books must be what it reverses, the other way round."""
        entries = table_of("entry")
        undone_id = self._register.scans.get(said.reverses or "", 0)
        columns = list(entries.c.keys())
        for row in stream(self._session, entries, entries.c.id == undone_id):
            before = json.loads(row[columns.index("payload")])["body"]
            wanted = Counter(_line(line, "target", "source") for line in before.get("lines", ()))
            booked = Counter(_line(line, "source", "target") for line in said.body.get("lines", ()))
            if wanted != booked:
                yield Breach(said.code, f"its lines do not mirror those of {said.reverses}")
            passed = Counter(_gate_use(use, -1) for use in before.get("gate_lines", ()))
            if passed != Counter(_gate_use(use, 1) for use in said.body.get("gate_lines", ())):
                yield Breach(said.code, f"its gate lines do not mirror those of {said.reverses}")

    def compare_balances(self) -> Iterator[Breach]:
        """Every balance against the lines, and what each batch's state says of it."""
        yield from self._against_states()
        table = table_of("balance")
        sums: dict[int, int] = defaultdict(int)
        for found in stream(self._session, table):
            key = found[:4]
            cell = self._balances.pop(key, None)
            if cell is None:
                yield Breach(self._name(key), "no entry explains it")
                continue
            expected = (*key, self._owing[found[0]], *cell)
            if found != expected:
                yield from differences(self._name(key), table, found, expected)
            if isinstance(found[5], int):
                sums[found[1]] += found[5]
        for key in self._balances:
            yield Breach(self._name(key), "is missing")
        for batch_id, rest_g in sums.items():
            if rest_g:
                where = f"balance of {self._register.batch_code(batch_id)}"
                yield Breach(where, f"{rest_g} g more stand everywhere than came in")

    def _against_states(self) -> Iterator[Breach]:
        for key, (mass_g, _) in self._balances.items():
            code = self._register.batch_code(key[1])
            state = self._register.values_of("batch", "", code)["state"]
            waits = self.places.code_of(key[0]).startswith("HOLDING/")
            if mass_g and (state in EMPTY or (waits and state in EMPTY_HOLDING)):
                yield Breach(self._name(key), f"{mass_g} g stand there, but the batch is {state}")

    def compare_gates(self) -> Iterator[Breach]:
        """Every gate balance against the gate lines, both ways."""
        table = table_of("gate_balance")
        for found in stream(self._session, table):
            where = f"gate_balance {self._register.batch_code(found[0])} at gate {found[1]}"
            cell = self._gates.pop(found[:2], None)
            if cell is None:
                yield Breach(where, "no entry explains it")
            elif found[2:] != tuple(cell):
                yield from differences(where, table, found, (*found[:2], *cell))
        for batch_id, gate_id in self._gates:
            code = self._register.batch_code(batch_id)
            yield Breach(f"gate_balance {code} at gate {gate_id}", "is missing")

    def compare_totals(self) -> Iterator[Breach]:
        """Every total against the lines, both ways."""
        months: Sums = {}
        for key, (mass_g, pieces) in self._booked.items():
            cell = months.setdefault((f"{key[0][:7]}-01", *key[1:]), [0, 0])
            cell[0] += mass_g
            cell[1] += pieces
        expected: dict[Key, Sums] = {
            ("booked", "day"): self._booked,
            ("booked", "month"): months,
            ("received", "day"): self._received_days,
            ("received", "month"): self._received_months,
        }
        table = table_of("total")
        for found in stream(self._session, table):
            said = expected.get(found[:2], {}).pop(found[2:7], [])
            if not said:
                yield Breach(self._total_name(found), "no entry explains it")
            elif found[7:] != tuple(said):
                where = self._total_name(found)
                yield from differences(where, table, found, (*found[:7], *said))
        for basis, left in expected.items():
            for key in left:
                yield Breach(self._total_name((*basis, *key)), "is missing")

    def _with_place(self, breach: Breach) -> Breach:
        """A place's number says nothing to a person, so its code stands beside it."""
        if not breach.what.startswith(("source_id", "target_id")):
            return breach
        code = self.places.code_of(int(breach.what.rpartition(" ")[2]))
        return Breach(breach.where, f"{breach.what}, which is place {code}")

    def _name(self, key: Key) -> str:
        place_id, batch_id, group_id, quality = key
        place, batch = self.places.code_of(place_id), self._register.batch_code(batch_id)
        return f"balance {place} {batch} group {group_id} {quality}"

    def _total_name(self, row: Sequence[Any]) -> str:
        basis, span, start, place_id, supplier_id, group_id, quality = row[:7]
        place = self.places.code_of(place_id)
        return f"total {basis} {span} {start} {place} {supplier_id} {group_id} {quality}"


def _add(sums: Sums, changes: Sums) -> None:
    """Only what changes a sum makes it: lines that take back one another leave no row."""
    for key, (mass_g, pieces) in changes.items():
        if mass_g or pieces:
            cell = sums.get(key)
            if cell is None:
                sums[key] = [mass_g, pieces]
            else:
                cell[0] += mass_g
                cell[1] += pieces


def _compared(
    name: str, said: Said, found: Sequence[Row], expected: Sequence[Row]
) -> Iterator[Breach]:
    if list(found) == list(expected):
        return
    here = {row[1]: row for row in found}
    for row in expected:
        where = f"{name} {said.code} line {row[1]}"
        own = here.pop(row[1], None)
        if own is None:
            yield Breach(where, "is missing")
        else:
            yield from differences(where, table_of(name), own, row)
    for number in here:
        yield Breach(f"{name} {said.code} line {number}", "no entry explains it")


def _line(line: dict[str, Any], source: str, target: str) -> Key:
    ends = [line[f"{side}{end}"] for side in (source, target) for end in ("", "_group", "_quality")]
    return (line["batch"], *ends, line["mass_g"], line["pieces"])


def _gate_use(use: dict[str, Any], sign: int) -> Key:
    return (use["batch"], use["gate"], sign * use["mass_g"], sign * use["pieces"])
