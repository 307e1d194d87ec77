"""Audit of places: a place is what its code says, and stands there because an entry used it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from streams.verify_reading import Breach, differences, stream, table_of
from streams.verify_rows import Register

SITE_WIDE = frozenset({"SUPPLIER", "HOLDING", "QUARANTINE", "FINDS"})


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A place as lines need it: its key, the key totals are kept under, and what its code says.

    destination: code and version, of bins, shipments and outcomes.
    """

    id: int
    total_id: int
    code: str
    pool: str
    site: str
    may_owe: bool
    destination: str | None
    shipment: str | None


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a code says. within: the code of the place that totals are kept for."""

    pool: str
    site: str
    operator: str
    destination: str | None = None
    loss_kind: str | None = None
    bin: str | None = None
    shipment: str | None = None
    within: str | None = None


class Places:
    """The places of the database by code, and which of them the entries used."""

    def __init__(self, session: Session, register: Register) -> None:
        self._register = register
        self._ids: dict[str, int] = {}
        self._codes: dict[int, str] = {}
        for key, code, *_ in stream(session, table_of("place")):
            self._ids[str(code)] = key
            self._codes[key] = str(code)
        self._known: dict[str, PlaceFacts] = {}
        self._used: set[str] = set()
        self.missing: list[Breach] = []
        self._lost: list[str] = []

    def at(self, code: str) -> PlaceFacts:
        """The place of that code, which an entry uses. Raises LookupError or ValueError.

        One that the database lacks is remembered in `missing` and gets a key of its own, so that
        the audit can go on.
        """
        facts = self._known.get(code)
        if facts is None:
            facts = self._known[code] = self._look_up(code)
        return facts

    def _look_up(self, code: str) -> PlaceFacts:
        says = meaning(code, self._register)
        own_id = self._id_of(code)
        return PlaceFacts(
            id=own_id,
            total_id=self._id_of(says.within) if says.within else own_id,
            code=code,
            pool=says.pool,
            site=says.site,
            may_owe=says.pool == "SUPPLIER" or says.loss_kind == "weighing_difference",
            destination=says.destination,
            shipment=says.shipment,
        )

    def _id_of(self, code: str) -> int:
        self._used.add(code)
        if code not in self._ids:
            self.missing.append(Breach(f"place {code}", "is missing"))
            self._ids[code] = -1 - len(self._lost)
            self._lost.append(code)
            self._codes[self._ids[code]] = code
        return self._ids[code]

    def code_of(self, key: int) -> str:
        """The code of a place by its key, or the key of one that nobody knows."""
        return self._codes.get(key, f"place {key}")

    def compare(self, session: Session) -> Iterator[Breach]:
        """Every place of the database against its code and its use."""
        table = table_of("place")
        for found in stream(session, table, order=("code",)):
            code = str(found[1])
            where = f"place {code}"
            if code not in self._used:
                yield Breach(where, "no entry explains it")
                continue
            yield from differences(where, table, found, self._row_of(code))

    def _row_of(self, code: str) -> list[Any]:
        says, register = meaning(code, self._register), self._register
        row = {
            "id": self._ids[code],
            "code": code,
            "pool": says.pool,
            "site_id": register.id_of("site", "", says.site),
            "destination_id": says.destination
            and register.id_of("destination", says.operator, says.destination),
            "loss_kind_id": says.loss_kind
            and register.id_of("loss_kind", says.operator, says.loss_kind),
            "bin_id": says.bin and register.id_of("bin", "", says.bin),
            "shipment": says.shipment,
            "within_id": says.within and self._ids.get(says.within),
        }
        return [row[column.name] for column in table_of("place").c]


def meaning(code: str, register: Register) -> _Meaning:
    """What a code says. Raises LookupError for what no entry made, ValueError when unreadable."""
    pool, site, *detail = code.split("/")
    operator = str(register.values_of("site", "", site)["operator"])
    if pool in SITE_WIDE and (not detail or (pool == "SUPPLIER" and detail == ["returned"])):
        return _Meaning(pool, site, operator)
    if pool == "LOSS" and len(detail) == 1:
        register.id_of("loss_kind", operator, detail[0])
        return _Meaning(pool, site, operator, loss_kind=detail[0])
    if pool == "BIN" and len(detail) == 1:
        return _bin(site, operator, detail[0], register)
    if pool in ("CONFIRMED", "SHIPPED") and 1 <= len(detail) <= 2:
        return _outgoing(pool, site, operator, detail, register)
    raise ValueError(f"the place {code!r} says nothing")


def _bin(site: str, operator: str, detail: str, register: Register) -> _Meaning:
    if detail == "=work":
        return _Meaning("BIN", site, operator)
    if detail.startswith("="):
        register.id_of("destination", operator, detail[1:])
        return _Meaning("BIN", site, operator, destination=detail[1:])
    destination = register.values_of("bin", "", detail)["destination"]
    within = f"BIN/{site}/={destination or 'work'}"
    return _Meaning("BIN", site, operator, destination=destination, bin=detail, within=within)


def _outgoing(
    pool: str, site: str, operator: str, detail: list[str], register: Register
) -> _Meaning:
    destination = detail[-1].removeprefix("=")
    register.id_of("destination", operator, destination)
    if pool == "CONFIRMED" and len(detail) == 1 and destination == detail[0]:
        return _Meaning(pool, site, operator, destination=destination)
    if pool == "SHIPPED" and len(detail) == 1 and destination != detail[0]:
        return _Meaning(pool, site, operator, destination=destination)
    if pool == "SHIPPED" and len(detail) == 2 and destination == detail[1]:
        register.id_of("shipment", "", detail[0])
        return _Meaning(
            pool,
            site,
            operator,
            destination=destination,
            shipment=detail[0],
            within=f"SHIPPED/{site}/={destination}",
        )
    raise ValueError(f"the place {'/'.join([pool, site, *detail])!r} says nothing")
