"""The auditor: does the database say what its entries say, and nothing else?

Reads every entry once, in the order of its chain, and rebuilds from them what all other tables of
the register must hold. It changes nothing, shares no code with what wrote them, and holds of the
database only what stands in it now, not its history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from streams.verify_chain import SEQ_BITS, Trail
from streams.verify_evidence import (
    Beside,
    check_flags,
    check_note,
    check_texts,
    check_weighing,
)
from streams.verify_ledger import Ledger
from streams.verify_reading import Breach, Row, Said, count, stream, table_of
from streams.verify_rows import REGISTER, Register

__all__ = ["Breach", "Progress", "audit"]

Progress = Callable[[str, int, int], None]
"""Told what is being looked at, how much of it is done, and out of how much."""

BESIDE = ("movement", "gate_line", "weighing", "flag", "note")
KEPT_BESIDE = ("chain", "entry", "node", "place", "balance", "total", "gate_balance")
REPORT_EVERY = 500


def audit(session: Session, *, progress: Progress | None = None) -> Iterator[Breach]:
    """Every breach, in a fixed order: chains first, then rows, balances, gates and totals.

    The session should see one state of the database throughout. Breaches come as they are found:
    who wants only the first stops there. Raises LookupError when a room's tables are not imported.
    """
    work = _Audit(session, progress or _say_nothing)
    yield from work.chains()
    yield from work.register.left_waiting()
    steps: list[tuple[str, Callable[[], Iterator[Breach]]]] = [
        (name, lambda name=name: work.register.compare(session, name))  # type: ignore[misc]
        for name in REGISTER
    ]
    steps += [
        ("place", lambda: work.ledger.places.compare(session)),
        ("balance", work.ledger.compare_balances),
        ("gate_balance", work.ledger.compare_gates),
        ("total", work.ledger.compare_totals),
        ("certificate_text", lambda: check_texts(session)),
    ]
    for done, (name, step) in enumerate(steps):
        work.progress(name, done, len(steps))
        yield from _readable(name, step())
    work.progress("total", len(steps), len(steps))


class _Audit:
    """One run: what was read so far."""

    def __init__(self, session: Session, progress: Progress) -> None:
        self._session = session
        self.progress = progress
        self.register = Register()
        self.ledger = Ledger(session, self.register)
        self._done = 0
        for name in (*REGISTER, *BESIDE, *KEPT_BESIDE):
            table_of(name)
        self._entries = count(session, table_of("entry"))

    def chains(self) -> Iterator[Breach]:
        """All chains: those of operators first, because sites use what is defined there."""
        heads = list(stream(self._session, table_of("chain")))
        yield from self._without_chain([head[0] for head in heads])
        for head in sorted(heads, key=_operators_first):
            yield from self._chain(head)

    def _without_chain(self, chain_ids: Sequence[int]) -> Iterator[Breach]:
        """Rows whose key, or chain, belongs to no chain at all."""
        for name in ("entry", "node", *BESIDE):
            table = table_of(name)
            key = next(iter(table.primary_key))
            chain = table.c.chain_id if "chain_id" in table.c else key // (1 << SEQ_BITS)
            lost = select(func.min(key)).where(chain.not_in(chain_ids))
            first = self._session.connection().execute(lost).scalar_one()
            if first is None:
                continue
            if name == "entry" and first >> SEQ_BITS not in chain_ids:
                yield Breach(f"chain {first >> SEQ_BITS}", "is missing, and has entries")
            else:
                yield Breach(f"{name} {first}", "it belongs to no chain")

    def _chain(self, head: Row) -> Iterator[Breach]:
        entries = table_of("entry")
        trail = Trail(head, self.register.scans)
        beside = {name: Beside(self._session, name, trail.id) for name in BESIDE}
        of_chain = entries.c.chain_id == trail.id
        for row in stream(self._session, entries, of_chain, order=("seq",)):
            payload, breaches = trail.read(row)
            yield from breaches
            if payload is not None:
                said = self._said(trail, payload)
                yield from _readable(said.code, self._entry(said, beside))
            self._tell()
        yield from _readable(f"chain {trail.code}", trail.close(self._session))
        for rows in beside.values():
            yield from rows.rest()
        kind, _, owner = trail.code.partition(":")
        if not self.register.has("site" if kind == "site" else "organisation", owner):
            yield Breach(f"chain {trail.code}", "no entry made whose it is")

    def _said(self, trail: Trail, payload: dict[str, Any]) -> Said:
        return Said(
            id=(trail.id << SEQ_BITS) + trail.seq,
            code=trail.name(trail.seq),
            chain=trail.code,
            kind=payload["kind"],
            scan_id=payload["scan_id"],
            reverses=payload["reverses"],
            day=payload["day"],
            operator=self.register.owner_of(trail.code),
            body=payload["body"],
        )

    def _entry(self, said: Said, beside: dict[str, Beside]) -> Iterator[Breach]:
        found = {name: rows.take(said.id) for name, rows in beside.items()}
        for rows in beside.values():
            yield from rows.strays
            rows.strays.clear()
        yield from self.register.apply(said)
        yield from self.ledger.book(said, found["movement"], found["gate_line"])
        yield from check_weighing(self.register, said, found["weighing"])
        yield from check_flags(said, found["flag"])
        yield from check_note(said, found["note"])

    def _tell(self) -> None:
        self._done += 1
        if self._done % REPORT_EVERY == 0 or self._done == self._entries:
            self.progress("entry", self._done, self._entries)


def _operators_first(head: Row) -> tuple[bool, Any]:
    return (not str(head[1]).startswith("operator:"), head[0])


def _readable(where: str, breaches: Iterator[Breach]) -> Iterator[Breach]:
    """Pass breaches on; what cannot be made sense of is a breach too, and not the end of it."""
    try:
        yield from breaches
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        yield Breach(where, f"cannot be read: {type(error).__name__} {error}")


def _say_nothing(_what: str, _done: int, _whole: int) -> None:
    """Nobody asked to be told."""
