"""The batches behind a number of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from catalogue.errors import Malformed
from catalogue.kinds import Stream
from catalogue.rulebook import rulebook
from reporting.behind import Behind, Order, behind
from reporting.parts import Part, part
from reporting.questions import Basis, question
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.i18n import Language, message
from web.pages.drawing import Addresses
from web.pages.naming import Names
from web.pages.visiting import Visit, Visitor
from web.words import STREAMS

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]
Long = Annotated[str, Query(max_length=120, pattern=PLAIN)]

TITLES: Final[Mapping[str, str]] = {
    "received": message("Handed in"),
    "returned": message("Refused or sent back"),
    "sorted": message("Sorted"),
    "held": message("Still to be sorted"),
    "opening": message("Was there at the start"),
    "closing": message("Still to be sorted at the end"),
    "loss": message("Lost"),
    "finds": message("Found objects"),
    "open": message("Batches that are not closed yet"),
}
STATE_TITLES: Final[Mapping[str, str]] = {
    "confirmed": message("confirmed by the outlet"),
    "pending": message("not confirmed yet"),
    "transit": message("under way to the outlet"),
    "estimated": message("estimated, not weighed"),
}
HELPS: Final[Mapping[str, str]] = {
    "received": message(
        "The weight of each batch at receipt, without what was refused or went back."
    ),
    "returned": message("What was refused at receipt, or went back to the supplier later."),
    "sorted": message("What was sorted to a destination, in a bin, under way or confirmed."),
    "held": message("What still waits: at the site, in quarantine, or in a work bin."),
    "opening": message("What waited on the first day of the period."),
    "closing": message("What waits on the last day of the period."),
    "loss": message("What is gone without a destination: moisture, dust, weighing differences."),
    "finds": message("Objects that were found in it and weighed. Many are only counted."),
    "open": message("The weight is what of each batch still waits to be sorted."),
    "stream": message("What stands at the destinations of this stream."),
    "destination": message("What stands at this destination, in all its versions."),
    "version": message("What stands at this version of a destination."),
    "cell": message("What stands at the destinations that count for this cell."),
}
ORDERS: Final = (
    (Order.HEAVIEST, message("Most first")),
    (Order.OLDEST, message("Oldest first")),
    (Order.NEWEST, message("Latest first")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A batch with what it brings to the number."""

    code: str
    supplier: str
    group: str
    received_day: date
    state: str
    held: bool
    quality: str
    mass_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BehindPage:
    """Batches behind a number. title, help: what it is; stream: whose it is, if any's.

    orders: address and words of each way to sort them, the present one without address.
    """

    title: str
    help: str
    stream: str
    supplier: str | None
    first: date
    last: date
    basis: str
    back: str
    orders: Sequence[tuple[str, str]]
    count: int
    mass_g: int
    rows: Sequence[Line]
    begin: str | None
    next: str | None


@router.get("/behind")
def behind_number(
    visit: Visitor,
    db: ReadDb,
    part_: Annotated[str, Query(alias="part", max_length=120, pattern=PLAIN)] = "received",
    supplier: Text = "",
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    end: Annotated[str, Query(alias="to", max_length=10)] = "",
    basis: Text = "",
    group: Text = "",
    order: Text = Order.HEAVIEST.value,
    after: Long = "",
) -> Response:
    today = visit.today(rulebook(db))
    asked = question(today=today, first=first, end=end, basis=basis, suppliers=[supplier])
    wanted, way = part(part_), _order(order)
    found = behind(db, visit.viewer, asked, wanted, group=group, order=way, after=after)
    names, to = Names(visit.language, rulebook(db)), Addresses(asked)

    def address(which: Order, later: str = "") -> str:
        said = to.query(part=part_, group=group, order=which.value, after=later)
        return f"/behind?{said}"

    page = BehindPage(
        title=title_of(found.part, names),
        help=visit.language.gettext(HELPS[wanted.name]),
        stream=wanted.codes[0] if wanted.name in ("stream", "destination") else "",
        supplier=", ".join(names.organisation(code) for code in asked.suppliers) or None,
        first=asked.period.first,
        last=asked.period.last,
        basis=asked.basis.value,
        back=report_address(visit, to),
        orders=[("" if which is way else address(which), words) for which, words in ORDERS],
        count=found.count,
        mass_g=found.mass_g,
        rows=_rows(found, names),
        begin=address(way) if after else None,
        next=address(way, found.next) if found.next else None,
    )
    return visit.show("behind.html", page)


def _order(word: str) -> Order:
    try:
        return Order(word)
    except ValueError:
        known = ", ".join(Order)
        raise Malformed(field="order", problem=f"must be one of {known}", read=word) from None


def report_address(visit: Visit, to: Addresses) -> str:
    """The way back to the report of the same question."""
    path = "/report" if visit.viewer.is_staff else "/portal"
    return f"{path}?{to.query(basis='' if to.asked.basis is Basis.RECEIVED else 'booked')}"


def _rows(found: Behind, names: Names) -> list[Line]:
    return [
        Line(
            code=row.code,
            supplier=names.organisation(row.supplier),
            group=names.group(row.site, row.group) or "",
            received_day=row.received_day,
            state=row.state,
            held=row.held,
            quality=row.quality,
            mass_g=row.mass_g,
        )
        for row in found.batches
    ]


def title_of(wanted: Part, names: Names) -> str:
    """What a number is called: its term, and what is asked of it."""
    title = _term(wanted, names)
    if wanted.state is None:
        return title
    return f"{title}, {names.language.gettext(STATE_TITLES[wanted.state])}"


def _term(wanted: Part, names: Names) -> str:
    language: Language = names.language
    operators = names.book.operators.values()
    if wanted.name == "stream":
        return language.gettext(STREAMS[Stream(wanted.codes[0])])
    if wanted.name == "destination":
        code = wanted.codes[1]
        rows = [row for one in operators for row in one.destinations if row.code == code]
        last = max(rows, key=lambda row: row.version, default=None)
        return language.own(last.names, code) if last else code
    if wanted.name == "loss" and wanted.codes:
        code = wanted.codes[0]
        kinds = [one.loss_kinds[code] for one in operators if code in one.loss_kinds]
        name = language.own(kinds[0].names, code) if kinds else code
        return f"{language.gettext(TITLES['loss'])}: {name}"
    if wanted.name in ("cell", "version"):
        return " ".join(wanted.codes)
    return language.gettext(TITLES[wanted.name])
