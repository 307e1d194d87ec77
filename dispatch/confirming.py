"""Book what an outlet says of a shipment: treated, refused, or still to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import Pool, Quality, ShipmentState
from catalogue.rows import DestinationRow, SiteRow
from catalogue.rulebook import OperatorBook, rulebook
from dispatch import queries, rules
from dispatch.bins import difference_flags, weighed_anew
from dispatch.documents import require_documents
from dispatch.rules import Answered
from streams import places
from streams.acts import Act, Command, Flagged
from streams.ledger import Booked, book, require_reason, site_day
from streams.mass import Grams
from streams.queries import contents_of_shipment
from streams.rules import Line, Spot, Standing, after, divide, in_order, mass_in, share
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatedLine:
    """So much was treated so. treatment: a destination code."""

    treatment: str
    mass_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """What the outlet did with a shipment. document: name of its own paper.

    refused_g: what it does not want, and why (refused_reason); it stays under way until it is back.
    rest_g: what it still has to treat; without it this is all. files: hashes of documents.
    """

    lines: tuple[TreatedLine, ...]
    document: str | None
    refused_g: int | None = None
    refused_reason: str | None = None
    rest_g: int | None = None
    files: tuple[str, ...] = ()


def confirm(
    session: Session, code: str, command: Confirm, *, viewer: Viewer, now: datetime
) -> Booked:
    """Book what an outlet says of all that it still has of a shipment.

    Treated, refused and still to come together: more or less than it was sent is a weighing
    difference, divided and (beyond tolerance) flagged; then each treatment is divided over the
    rows by largest remainder. Raises NotFound, Malformed, MassExceeded (nothing left),
    DestinationForbidden, ReasonNeeded, ScanReused.
    """
    if before := answered(session, "confirm", code, command):
        return before
    reference = rulebook(session)
    shipment = queries.shipment_by_code(session, reference, code, viewer, lock=True)
    operator = reference.operator(shipment.site)
    contents = contents_of_shipment(session, code)
    under_way_g = mass_in(contents, Pool.SHIPPED)
    open_g = under_way_g - (shipment.refused_g or 0)
    said = rules.answered(
        [line.mass_g for line in command.lines],
        refused_g=command.refused_g,
        rest_g=command.rest_g,
        open_g=open_g,
    )
    if said.refused_g:
        require_reason(operator, command.refused_reason, "return")
    require_documents(session, shipment.id, command.files)
    ends = _ends(operator, shipment, command)
    waiting_g = said.refused_g + said.rest_g + (shipment.refused_g or 0)
    whole_g = under_way_g + said.difference_g
    quality = None if waiting_g else Quality.MEASURED
    lines = weighed_anew(session, reference, shipment.site, contents, whole_g, quality)
    lines += _treated(session, shipment.site, after(contents, lines), ends)
    state = ShipmentState.SHIPPED if waiting_g else ShipmentState.CONFIRMED
    flags = _flags(operator, code, contents, said, command.refused_reason)
    act = Act(
        kind="confirm",
        site=shipment.site,
        command=command,
        target=code,
        subject=code,
        lines=lines,
        rows=[
            queries.shipment_change(
                shipment,
                state=state.value,
                confirmed_g=(shipment.confirmed_g or 0) + said.treated_g,
                refused_g=(shipment.refused_g or 0) + said.refused_g,
            )
        ],
        flags=flags,
        facts=_facts(command),
        answer={
            "code": code,
            "mass_g": said.treated_g,
            "refused_g": said.refused_g,
            "rest_g": said.rest_g,
            "shipped_g": open_g,
            "difference_g": said.difference_g,
            "in_transit_g": waiting_g,
            "state": state.value,
            "flags": [flag.code for flag in flags],
        },
    )
    return book(session, act, now=now)


def _ends(
    operator: OperatorBook, shipment: queries.ShipmentRow, command: Confirm
) -> list[tuple[DestinationRow, int]]:
    """Where what was treated ends, each treatment once, in the order in which they were said."""
    day = site_day(command.scanned_at, shipment.site)
    treatments: dict[str, int] = {}
    for line in command.lines:
        rules.require_permitted(line.treatment, shipment.treatments)
        treatments[line.treatment] = treatments.get(line.treatment, 0) + line.mass_g
    return [(operator.destination(code, day), mass_g) for code, mass_g in treatments.items()]


def _flags(
    operator: OperatorBook,
    code: str,
    contents: Sequence[Standing],
    said: Answered,
    reason: str | None,
) -> list[Flagged]:
    asked = share(contents, said.open_g)
    weighed_g = said.open_g + said.difference_g
    flags = difference_flags(operator, code, asked, summed_g=said.open_g, weighed_g=weighed_g)
    if said.refused_g:
        figures: dict[str, int | str] = {"refused_g": said.refused_g, "reason": reason or ""}
        flags.append(Flagged("refused_by_outlet", code, figures))
    return flags


def _facts(command: Confirm) -> Mapping[str, Any]:
    said: dict[str, Any] = {
        "document": command.document,
        "refused_g": command.refused_g,
        "reason": command.refused_reason if command.refused_g else None,
        "rest_g": command.rest_g,
        "files": list(command.files),
    }
    return {name: value for name, value in said.items() if value}


def _treated(
    session: Session,
    site: SiteRow,
    contents: Sequence[Standing],
    treatments: Sequence[tuple[DestinationRow, int]],
) -> list[Line]:
    under_way = in_order(s for s in contents if s.spot.place.pool is Pool.SHIPPED)
    rows = share(under_way, sum(mass_g for _, mass_g in treatments))
    ends = places.places(session, [places.confirmed(site, row) for row, _ in treatments])
    parts = rules.split_treatments(
        [row.mass_g for row in rows], [mass_g for _, mass_g in treatments]
    )
    lines = []
    for index, row in enumerate(rows):
        masses = [part[index] for part in parts]
        pieces = divide(max(0, row.pieces), masses)
        for place, mass_g, count in zip(ends, masses, pieces, strict=True):
            if mass_g:
                spot = Spot(place, row.spot.group, Quality.MEASURED)
                lines.append(Line(row.batch, row.spot, spot, Grams(mass_g), count or None))
    return lines
