"""Items that are followed by their own number: noted in a batch, and one day destroyed.

A number stands once at an operator. One entry notes one item, so that one wrong number is undone
by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import NumberTaken, StateForbids
from catalogue.rows import GroupRow
from catalogue.rulebook import OperatorBook, Rulebook, rulebook
from chain.rows import THIS_ENTRY, Ref, RowChange
from intake import item_views, rules
from streams.acts import Act, Command, GateUse, shown
from streams.ledger import Booked, book, require_reason
from streams.queries import BatchRow, batch_by_code
from streams.rules import require_active
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteItem(Command):
    """The number of an item in a batch. gate: the step that this one piece passes thereby.

    article_group: needed where the batch was declared as something else.
    """

    number: str
    station: str
    article_group: str | None
    gate: str | None
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyItem(Command):
    """An item is no more. method: a reason code that may stand beside a destruction.

    document: SHA-256 of a paper that shows it; gate: a step such as "before a witness".
    """

    station: str
    method: str
    gate: str | None
    document: str | None
    photos: tuple[str, ...] = ()


def note_item(
    session: Session, code: str, command: NoteItem, *, viewer: Viewer, now: datetime
) -> Booked:
    """Note an item of a batch by its number.

    Raises NotFound, Malformed, BatchClosed, BatchHeld, NumberTaken, ScanReused.
    """
    if before := answered(session, "serial", code, command):
        return before
    reference = rulebook(session)
    number = rules.serial_number(command.number)
    batch = batch_by_code(session, reference, code, viewer, lock=True)
    require_active(batch.code, batch.state, held=batch.held)
    operator = reference.operator(batch.site)
    station = reference.station(command.station, batch.site)
    group = _group(reference, batch, command.article_group)
    known = item_views.times_noted(session, operator.organisation.id, number)
    _require_free(reference, known.standing)
    item = f"{operator.organisation.code}/{number}@{known.times + 1}"
    row = RowChange(
        table="serial_item",
        key=item,
        values={
            "code": item,
            "number": number,
            "operator": operator.organisation.ref,
            "batch": Ref(batch.id, batch.code),
            "group": group.ref,
            "reversed": False,
            "destruction": None,
        },
    )
    act = Act(
        kind="serial",
        site=batch.site,
        command=command,
        target=code,
        subject=batch.code,
        gate_uses=_passed(operator, batch, command.gate),
        rows=[row],
        facts={
            "station": station.code,
            "number": number,
            **({"gate": command.gate} if command.gate else {}),
            **shown(command.photos),
        },
        answer={"code": batch.code, "number": number, "article_group": group.code},
    )
    return book(session, act, now=now)


def destroy_item(
    session: Session, number: str, command: DestroyItem, *, viewer: Viewer, now: datetime
) -> Booked:
    """Say how an item was destroyed, at which station.

    Raises NotFound, Malformed, StateForbids, ReasonNeeded, ScanReused.
    """
    if before := answered(session, "destroyed", number, command):
        return before
    reference = rulebook(session)
    said, number = number, rules.serial_number(number)
    require(viewer.operator_id is not None)
    assert viewer.operator_id is not None
    item = item_views.standing_item(session, viewer.operator_id, number, lock=True)
    batch = batch_by_code(session, reference, item.batch, viewer, lock=True)
    operator = reference.operator(batch.site)
    require_reason(operator, command.method, "destruction")
    station = reference.station(command.station, batch.site)
    if item.destruction_id is not None:
        raise StateForbids(subject=number, state="destroyed")
    row = RowChange(
        table="serial_item",
        key=item.code,
        row_id=item.id,
        was={"destruction": None},
        values={"destruction": Ref(THIS_ENTRY, command.scan_id)},
    )
    act = Act(
        kind="destroyed",
        site=batch.site,
        command=command,
        target=said,
        subject=batch.code,
        gate_uses=_passed(operator, batch, command.gate),
        rows=[row],
        facts={
            "station": station.code,
            "number": number,
            "reason": command.method,
            **({"gate": command.gate} if command.gate else {}),
            **({"document": command.document} if command.document else {}),
            **shown(command.photos),
        },
        answer={"code": batch.code, "number": number, "method": command.method},
    )
    return book(session, act, now=now)


def _group(reference: Rulebook, batch: BatchRow, code: str | None) -> GroupRow:
    """The article group of an item: one that is followed by number. Raises NotFound, Malformed."""
    group = batch.group if code is None else reference.operator(batch.site).group(code)
    rules.require_serial(group.code, group.security)
    return group


def _require_free(reference: Rulebook, standing: item_views.StandingItem | None) -> None:
    """Raise NumberTaken when the operator has the number already, and say where."""
    if standing is not None:
        raise NumberTaken(
            number=standing.number,
            batch=standing.batch,
            site=reference.sites_by_id[standing.site_id].code,
            noted_on=standing.noted_on.isoformat(),
        )


def _passed(operator: OperatorBook, batch: BatchRow, gate: str | None) -> list[GateUse]:
    """One piece of the batch through a gate. Raises NotFound when the operator has none so."""
    return [GateUse(batch.ref, operator.gate(gate).ref, 0, 1)] if gate else []
