"""What the pages of an outlet show: plain values, already in words of the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dispatch.views import WholeShipment
from labels.pictures import QrPicture
from web.pages.forms import Form, Options
from web.pages.rows import DestinationLabel


@dataclass(frozen=True, slots=True)
class SentBin:
    """A bin as it left."""

    code: str
    destination: DestinationLabel
    mass_g: int


@dataclass(frozen=True, slots=True)
class Said:
    """What an outlet says, or said. files: how many papers went with it."""

    treated: Sequence[tuple[DestinationLabel, int]]
    refused_g: int
    reason: str
    rest_g: int
    difference_g: int
    day: date
    document: str
    files: int

    @property
    def treated_g(self) -> int:
        return sum(mass_g for _, mass_g in self.treated)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletPage:
    """A shipment as its outlet sees it, and the form by which it says what became of it.

    open_g: what it still has to answer for. files: hashes of papers that came with the form.
    """

    form: Form
    path: str
    code: str
    operator: str
    outlet: str
    site: str
    shipped_on: date
    waybill: str
    mass_g: int
    open_g: int
    back_g: int
    today: date
    bins: Sequence[SentBin]
    sums: Sequence[tuple[DestinationLabel, int]]
    treatments: Sequence[DestinationLabel]
    reasons: Options
    said: Sequence[Said]
    files: Sequence[str] = ()
    booked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """What will be sent, in words, before it is. far: it differs more than is usual."""

    page: OutletPage
    said: Said
    far: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """The link of a shipment: how it stands, and the form that makes a new one. languages: of the
    mail that brings it; none where no mail is sent."""

    form: Form
    code: str
    outlet: str
    zone: str
    whole: WholeShipment
    is_open: bool
    languages: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLinkPage:
    """A link that was just made, shown this once: to send, to scan, to print. mailed_to: where it
    goes by mail too."""

    code: str
    outlet: str
    operator: str
    shipped_on: date
    waybill: str
    mass_g: int
    url: str
    picture: QrPicture
    until: datetime
    zone: str
    mailed_to: str | None
