"""A shipment as its outlet may see it: bins and weights, never whose it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import Pool
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from dispatch.views import WholeShipment, whole_shipment
from streams.ledger import site_day
from streams.views import Told
from web.i18n import Language
from web.pages import choices
from web.pages.forms import Form
from web.pages.naming import Names
from web.pages.outlet_pages import OutletPage, Said, SentBin
from web.pages.rows import DestinationLabel


def outlet_page(
    session: Session,
    code: str,
    viewer: Viewer,
    *,
    path: str,
    form: Form,
    language: Language,
    now: datetime,
    files: Sequence[str] = (),
    booked: bool = False,
) -> OutletPage:
    """The page of a shipment, with its form. Some twelve statements."""
    book = rulebook(session)
    whole, names = whole_shipment(session, book, code, viewer), Names(language, book)
    row, site = whole.listed, book.sites[whole.listed.site]
    bins = _bins(whole, names)
    today = site_day(now, site)
    allowed = [
        names.destination(each)
        for each in choices.destinations(book, site, today)
        if each.code in row.treatments
    ]
    return OutletPage(
        form=form,
        path=path,
        code=row.code,
        operator=book.operator(site).organisation.name,
        outlet=names.organisation(row.outlet),
        site=site.name,
        shipped_on=row.shipped_on,
        waybill=row.waybill or row.code,
        mass_g=row.mass_g,
        open_g=row.open_g if row.state == "shipped" else 0,
        back_g=row.refused_g,
        today=today,
        bins=bins,
        sums=_sums((one.destination, one.mass_g) for one in bins),
        treatments=[label for label in allowed if label],
        reasons=names.reasons(site, "return"),
        said=said_before(book, names, site, whole.history),
        files=files,
        booked=booked,
    )


def said_before(book: Rulebook, names: Names, site: SiteRow, history: Sequence[Told]) -> list[Said]:
    """What an outlet confirmed, the last one first; what was undone is left out."""
    reasons = dict(names.reasons(site, "return"))
    known = {row.code: row for row in book.operator(site).destinations}
    found = []
    for told in sorted(history, key=lambda each: each.entry.id, reverse=True):
        entry = told.entry
        if entry.kind != "confirm" or told.undone:
            continue
        treated = [
            (names.destination(known[_destination(line["target"])]), line["mass_g"])
            for line in entry.body.get("lines", ())
            if line["target"].startswith(Pool.CONFIRMED.value)
        ]
        said, answer = entry.body, entry.answer
        found.append(
            Said(
                treated=_sums((label, mass_g) for label, mass_g in treated if label),
                refused_g=answer.get("refused_g", 0),
                reason=reasons.get(said.get("reason", ""), ""),
                rest_g=answer.get("rest_g", 0),
                difference_g=answer["difference_g"],
                day=entry.day,
                document=said.get("document", ""),
                files=len(said.get("files", ())),
            )
        )
    return found


def _bins(whole: WholeShipment, names: Names) -> list[SentBin]:
    labels = [(row, names.destination(row.destination)) for row in whole.bins]
    return [
        SentBin(row.code, label, (row.gross_g or 0) - (row.tare_g or 0))
        for row, label in labels
        if label
    ]


def _sums(
    parts: Iterable[tuple[DestinationLabel, int]],
) -> list[tuple[DestinationLabel, int]]:
    sums: dict[DestinationLabel, int] = {}
    for label, mass_g in parts:
        sums[label] = sums.get(label, 0) + mass_g
    return sorted(sums.items(), key=lambda one: -one[1])


def _destination(place: str) -> str:
    """The destination that the code of a place ends with."""
    return place.rsplit("/", 1)[-1].split("@", maxsplit=1)[0]
