"""Whether what a certificate states still stands: worked out when it is asked, never kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Table, select, union
from sqlmodel import Session, SQLModel

from catalogue.errors import NotFound
from catalogue.kinds import Quality
from catalogue.rulebook import rulebook
from certificates.queries import (
    Changing,
    batches_by_code,
    chain_codes,
    changing_after,
    moves_of,
    undoings,
)
from certificates.rules import Missing, Portion, confirmed_portions, missing
from certificates.tables import Certificate, CertificateBatch, CertificateText, Withdrawal
from chain.rows import SEQ_BITS
from store.columns import table_of

_certificate = table_of(Certificate)
_part = table_of(CertificateBatch)
_withdrawal = table_of(Withdrawal)
_text = table_of(CertificateText)


class State(StrEnum):
    """Whether a certificate counts. outdated: the register says otherwise by now."""

    VALID = "valid"
    WITHDRAWN = "withdrawn"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """A certificate as the register keeps it."""

    id: int
    code: str
    operator_id: int
    supplier_id: int
    kind: str
    scope: str
    scope_code: str
    first_day: date | None
    end_day: date | None
    sites: tuple[str, ...]
    mass_g: int
    issued_on: date
    digest: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """That somebody withdrew a certificate. by: code of the one that took its place."""

    reason: str
    on: date
    by: str | None


@dataclass(frozen=True, slots=True)
class Stands:
    """Whether a certificate counts, and why not. against: entries after it that speak against it,
    as `chain#seq`; missing: grams that it states and that do not stand so any more."""

    state: State
    withdrawal: Withdrawn | None = None
    against: Sequence[tuple[str, Changing]] = ()
    missing: Sequence[Missing] = ()

    @property
    def missing_g(self) -> int:
        return sum(one.mass_g for one in self.missing)


def text_of(session: Session, certificate_id: int) -> str:
    """The bytes that were signed. One statement."""
    found = select(_text.c.content).where(_text.c.certificate_id == certificate_id)
    return str(session.execute(found).scalar_one())


def state_of_one(session: Session, row: CertificateRow) -> Stands:
    """Whether a certificate counts."""
    return states_of(session, [row])[row.id]


def states_of(session: Session, rows: Sequence[CertificateRow]) -> dict[int, Stands]:
    """Whether certificates count. Two statements, and some for each that something happened to
    since: only those are compared with the register of now."""
    ids = [row.id for row in rows]
    withdrawn = _withdrawals(session, ids)
    doubtful = _touched_since(session, ids) if ids else set()
    states = {}
    for row in rows:
        if row.id in withdrawn:
            states[row.id] = Stands(State.WITHDRAWN, withdrawn[row.id])
        elif row.id in doubtful:
            states[row.id] = _compared(session, row)
        else:
            states[row.id] = Stands(State.VALID)
    return states


def _withdrawals(session: Session, ids: Iterable[int]) -> dict[int, Withdrawn]:
    by, entry = _certificate.alias("replacement"), _table("entry")
    rows = session.execute(
        select(_withdrawal, entry.c.day, by.c.code)
        .select_from(
            _withdrawal.join(entry, entry.c.id == _withdrawal.c.id).outerjoin(
                by, by.c.id == _withdrawal.c.replacement_id
            )
        )
        .where(_withdrawal.c.certificate_id.in_(list(ids)))
    )
    return {row.certificate_id: Withdrawn(row.reason, row.day, row.code) for row in rows}


def _touched_since(session: Session, ids: Sequence[int]) -> set[int]:
    """Certificates of whose batches grams stopped being confirmed, or that something else of
    was corrected or undone, since they were signed. One statement. It may name too many, and
    never too few."""
    batch, movement, place, entry = map(_table, ("batch", "movement", "place", "entry"))
    taken = (
        select(_part.c.certificate_id)
        .select_from(
            _part.join(movement, movement.c.batch_id == _part.c.batch_id)
            .join(place, place.c.id == movement.c.source_id)
            .join(entry, entry.c.id == movement.c.entry_id)
        )
        .where(
            _part.c.certificate_id.in_(ids),
            place.c.pool == "CONFIRMED",
            entry.c.seq > _part.c.as_of_seq,
        )
    )
    corrected = (
        select(_part.c.certificate_id)
        .select_from(
            _part.join(batch, batch.c.id == _part.c.batch_id).join(
                entry, entry.c.subject == batch.c.code
            )
        )
        .where(
            _part.c.certificate_id.in_(ids),
            entry.c.kind.in_(("correct", "reverse")),
            entry.c.seq > _part.c.as_of_seq,
        )
    )
    return set(session.execute(union(taken, corrected)).scalars())


def _compared(session: Session, row: CertificateRow) -> Stands:
    """What was certified against what stands confirmed now, by the same entries."""
    book = rulebook(session)
    document = json.loads(text_of(session, row.id))["document"]
    chains = chain_codes(session)
    number_of = {code: number for number, code in chains.items()}
    sizes = {number_of[one["chain"]]: one["size"] for one in document["as_of"]}
    then = [portion_of(line, number_of) for line in document["lines"]]
    codes = {portion.batch for portion in then}
    batches = batches_by_code(session, book, codes)
    moves = moves_of(session, book.operators[row.operator_id], [one.id for one in batches])
    short = missing(then, confirmed_portions(moves))
    changes = [
        one
        for one in changing_after(session, codes, sizes)
        if one.kind == "correct" or one.batch in {lack.batch for lack in short}
    ]
    # An item that was not destroyed after all stands on no certificate.
    changes += undoings(session, {_key(item["entry"], number_of) for item in document["items"]})
    if not short and not changes:
        return Stands(State.VALID)
    named = [
        (f"{chains[one.id >> SEQ_BITS]}#{one.id & (1 << SEQ_BITS) - 1}", one) for one in changes
    ]
    return Stands(State.OUTDATED, None, named, short)


def portion_of(line: Mapping[str, Any], number_of: Mapping[str, int]) -> Portion:
    """A line of a certificate as the portion that it states."""
    return Portion(
        batch=line["batch"],
        detail=f"{line['destination']}@{line['version']}",
        group=line["article_group"],
        quality=Quality(line["quality"]),
        by=_key(line["entry"], number_of),
        entry=_key(line["confirmation"], number_of),
        day=date.fromisoformat(line["confirmed_on"]),
        shipment=line["shipment"],
        mass_g=line["mass_g"],
        pieces=line["pieces"] or 0,
    )


def _key(entry: str, number_of: Mapping[str, int]) -> int:
    log, _, seq = entry.partition("#")
    if log not in number_of:
        raise NotFound
    return (number_of[log] << SEQ_BITS) + int(seq)


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]
