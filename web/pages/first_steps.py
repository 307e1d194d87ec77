"""What to set up before the first batch can come in, in order, with what is there already."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from accounts.queries import devices
from catalogue.kinds import PartnerRole, StationKind
from catalogue.rulebook import Rulebook
from streams.views import sites_of
from web.i18n import message
from web.pages.desk_pages import Step
from web.pages.visiting import PAGES, Visit


def first_steps(visit: Visit, db: Session, book: Rulebook) -> Sequence[Step]:
    """The way to the first batch. One statement."""
    own = set(sites_of(book, visit.viewer))
    operator = book.operators.get(visit.viewer.operator_id or 0)
    roles = [row.roles for row in operator.partners.values()] if operator else []
    stations = [row for row in book.stations.values() if row.site_id in own]
    kinds = {row.kind for row in stations}
    enrolled = devices(db, [row.id for row in stations])

    def to(path: str) -> str:
        pattern = path if path in PAGES else "/reference/{noun}"
        return path if visit.viewer.role in PAGES.get(pattern, ()) else ""

    return (
        Step(
            message("A site"),
            message("Where the goods come in: its name, its address, its time zone."),
            to("/reference/site"),
            bool(own),
        ),
        Step(
            message("Stations"),
            message("At least one to take in and one to sort at."),
            to("/reference/station"),
            {StationKind.INTAKE, StationKind.SORTING} <= kinds,
        ),
        Step(
            message("A scale"),
            message("With the day on which its calibration ends. Without one, type the weight."),
            to("/reference/scale"),
            any(row.site_id in own for row in book.scales.values()),
        ),
        Step(
            message("Suppliers"),
            message("Who hands in, and wants to know what became of it."),
            to("/reference/partner"),
            any(PartnerRole.SUPPLIER in row for row in roles),
        ),
        Step(
            message("Article groups and destinations"),
            message("What comes in, and where it may go."),
            to("/reference/destination"),
            bool(operator and operator.groups and operator.destinations_by_id),
        ),
        Step(
            message("Outlets"),
            message("Who takes what was sorted, and confirms what became of it."),
            to("/reference/partner"),
            any(PartnerRole.OUTLET in row for row in roles),
        ),
        Step(
            message("A tablet at a station"),
            message("Let it in by a code, and log the first batch."),
            to("/stations"),
            bool(enrolled),
        ),
    )
