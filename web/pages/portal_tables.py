"""Tables of the report: the balance, destinations, months, suppliers, and a year earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from urllib.parse import urlencode

from catalogue.kinds import Stream
from reporting.circularity import Row, Terms
from reporting.figures import a_year_on
from reporting.flows import destined
from reporting.questions import Basis, By
from reporting.report import Report
from reporting.shares import ratio
from web.i18n import Language, message
from web.pages.naming import Names
from web.pages.portal_pages import (
    Balance,
    Change,
    DestinationShare,
    MonthShare,
    OwnPart,
    StreamShare,
)
from web.words import STREAMS

HANDED_IN: Final = message("Handed in")
SORTED: Final = message("Sorted")
PROVEN: Final = message("Proven")


def balance(found: Report, language: Language) -> Balance:
    """The terms of the report, each with its name."""
    terms, booked = found.terms, found.asked.basis is Basis.BOOKED
    return Balance(
        streams=_streams(found),
        losses=[
            (kind, language.own(found.loss_names.get(kind, {}), kind), mass_g)
            for kind, mass_g in terms.losses.items()
        ],
        held_g=terms.held_g,
        finds_g=terms.finds_g,
        returned_g=terms.returned_g,
        in_transit_g=terms.in_transit_g,
        opening_g=terms.opening_g if booked else None,
        closing_g=terms.closing_g if booked else None,
    )


def _streams(found: Report) -> list[StreamShare]:
    shares: Mapping[Stream, int] = found.terms.permille or {}
    return [
        StreamShare(
            stream=stream.value,
            mass_g=one.mass_g,
            confirmed_g=one.confirmed_g,
            estimated_g=one.estimated_g,
            permille=shares.get(stream),
            of_input=found.measure(f"{stream}_of_input"),
        )
        for stream, one in found.terms.streams.items()
    ]


def destinations(found: Report, language: Language) -> list[DestinationShare]:
    """Per destination, whatever its version; streams in their order, the heaviest first."""
    # Versions stand in their order: the last one's name is the present one.
    names = {
        (one.route.stream.value, one.route.code): language.own(one.route.names, one.route.code)
        for one in found.destinations
    }
    return [
        DestinationShare(
            stream=stream,
            name=names[stream, code],
            part=f"destination/{stream}/{code}",
            mass_g=mass_g,
            confirmed_g=confirmed_g,
        )
        for (stream, code), (mass_g, confirmed_g) in destined(found)
    ]


def months(monthly: Report, earlier: Sequence[Row]) -> list[MonthShare]:
    """The months of the period, beside what came in a year before."""
    before = {a_year_on(row.key): row.terms.input_g for row in earlier}
    return [_month(row, before.get(row.key)) for row in monthly.rows]


def _month(row: Row, before_g: int | None) -> MonthShare:
    mass_g = {stream.value: one.mass_g for stream, one in row.terms.streams.items()}
    return MonthShare(
        month=date.fromisoformat(f"{row.key}-01"),
        key=row.key,
        input_g=row.terms.input_g,
        reuse_g=mass_g["reuse"],
        recycle_g=mass_g["recycle"],
        incineration_g=mass_g["incineration"],
        other_g=row.terms.held_g + row.terms.loss_g + row.terms.finds_g,
        before_g=before_g,
    )


def own_parts(found: Report, names: Names, path: str) -> list[OwnPart]:
    """A line per supplier, when there are several."""
    if found.asked.by is not By.SUPPLIER or len(found.rows) < 2:
        return []
    asked = found.asked
    period = {"from": asked.period.first.isoformat(), "to": asked.period.end.isoformat()}
    return [
        OwnPart(
            name=names.organisation(row.key),
            href=f"{path}?{urlencode({'supplier': row.key, **period, 'basis': asked.basis.value})}",
            input_g=row.terms.input_g,
            permille={s.value: n for s, n in row.terms.permille.items()}
            if row.terms.permille
            else None,
            sorted_g=row.terms.sorted_g,
            confirmed_g=row.terms.confirmed_g,
        )
        for row in sorted(found.rows, key=lambda row: -row.terms.input_g)
    ]


def changes(found: Report, then: Terms, language: Language) -> list[Change]:
    """The main terms beside those of a year earlier; none where there was nothing then."""
    now = found.terms
    if not then.input_g and not then.sorted_g:
        return []
    shares: Mapping[Stream, int] = now.permille or {}
    shares_then: Mapping[Stream, int] = then.permille or {}
    return [
        Change(
            name=language.gettext(HANDED_IN), stream="", mass_g=now.input_g, before_g=then.input_g
        ),
        Change(
            name=language.gettext(SORTED), stream="", mass_g=now.sorted_g, before_g=then.sorted_g
        ),
        *(
            Change(
                name=language.gettext(STREAMS[stream]),
                stream=stream.value,
                mass_g=now.streams[stream].mass_g,
                before_g=then.streams[stream].mass_g,
                permille=shares.get(stream),
                before_permille=shares_then.get(stream),
            )
            for stream in Stream
        ),
        Change(
            name=language.gettext(PROVEN),
            stream="",
            mass_g=now.confirmed_g,
            before_g=then.confirmed_g,
            permille=found.measure("confirmed_of_sorted"),
            before_permille=ratio(then.confirmed_g, then.sorted_g),
        ),
    ]
