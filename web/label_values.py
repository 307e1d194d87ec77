"""What a label says of a batch, bin, station or container, or while it is blank: values for the
room of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.codes import Code, CodeKind, MisreadCode, parse
from catalogue.errors import Malformed, NotFound
from catalogue.kinds import DeliveryState
from catalogue.labels import station_of_reserved
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from intake.views import delivery_by_code
from labels.gs1 import sscc
from labels.jobs import PARTS_MAX
from labels.label import Label
from labels.marks import Mark
from labels.placing import printed_code
from streams.queries import batch_by_code, bin_by_code
from web.i18n import Language
from web.i18n import language as known_language
from web.scanning import sscc_parts
from web.units import weight


def _(message: str) -> str:
    """Mark a message for the catalogues."""
    return message


HEADINGS: Mapping[CodeKind, str] = {
    CodeKind.BATCH: _("Batch"),
    CodeKind.BIN: _("Bin"),
    CodeKind.STATION: _("Station"),
    CodeKind.CONTAINER: _("Container"),
    CodeKind.PRACTICE: _("Practice"),
}
STREAM_WORDS: Mapping[str, str] = {
    "reuse": _("Reuse"),
    "recycle": _("Recycling"),
    "incineration": _("Incineration"),
    "held": _("On hold"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a label says, and the site at which it is printed."""

    label: Label
    site: SiteRow


def label_of(
    session: Session,
    book: Rulebook,
    code: str,
    viewer: Viewer,
    *,
    language: str,
    part: tuple[int, int] = (0, 0),
) -> Drawn:
    """The label of a code that exists for the viewer; part: (1, 2) for the first of two containers.

    At most four statements. Raises NotFound, Malformed (part).
    """
    drawn = _label_of(session, book, code, viewer, known_language(language))
    if part == (0, 0):
        return drawn
    if not 1 <= part[0] <= part[1] <= PARTS_MAX:
        raise Malformed(field="part", problem="not one of the parts", given=part[0])
    return replace(drawn, label=replace(drawn.label, part=part))


def _label_of(
    session: Session, book: Rulebook, code: str, viewer: Viewer, speak: Language
) -> Drawn:
    try:
        parsed = parse(code)
    except MisreadCode:
        return _of_chosen(book, code.upper(), viewer, speak)
    find = {CodeKind.BATCH: _of_batch, CodeKind.BIN: _of_bin}.get(parsed.kind)
    if find is None:
        raise NotFound
    try:
        return find(session, book, parsed.text, viewer, speak)
    except NotFound:
        return _of_blank(session, book, parsed, viewer, speak)


def sheet_of_delivery(
    session: Session, book: Rulebook, code: str, viewer: Viewer, speak: Language
) -> Label:
    """What goes on the pallet of a delivery. Two statements. Raises NotFound."""
    row = delivery_by_code(session, book, code, viewer)
    if row.state == DeliveryState.REVERSED.value:
        raise NotFound
    containers = sum(line["containers"] or 0 for line in row.lines)
    facts = [(speak.gettext(_("Expected on")), row.expected_on.isoformat())]
    if row.reference:
        facts.append((speak.gettext(_("Number of the supplier")), row.reference))
    facts.append((speak.gettext(_("Announced")), weight(row.announced_g, speak)))
    if containers:
        facts.append((speak.gettext(_("Containers")), str(containers)))
    return Label(
        kind=CodeKind.DELIVERY,
        heading=speak.gettext(_("Delivery")),
        code=row.code,
        qr_text=row.code,
        title=(book.organisations[row.supplier].name, row.site.name),
        facts=tuple(facts),
        language=speak.code,
    )


def _of_blank(
    session: Session, book: Rulebook, code: Code, viewer: Viewer, speak: Language
) -> Drawn:
    """A code that was reserved and hangs on nothing yet. One statement. Raises NotFound."""
    station_id = station_of_reserved(session, code.text)
    station = next((row for row in book.stations.values() if row.id == station_id), None)
    site = book.sites_by_id[station.site_id] if station else None
    if site is None or not viewer.sees_site(operator_id=site.operator_id, site_id=site.id):
        raise NotFound
    return Drawn(blank_label(code, speak), site)


def blank_label(code: Code, speak: Language) -> Label:
    """A label that says its kind and its code, and waits for what it will hang on."""
    return Label(
        kind=code.kind,
        heading=speak.gettext(HEADINGS[code.kind]),
        code=code.text,
        qr_text=code.text,
        language=speak.code,
    )


def _standing_in(code: str, own: str, speak: Language) -> tuple[tuple[str, str], ...]:
    """What a label says that stands in the place of another one."""
    return () if code == own else ((speak.gettext(_("Replaces label")), printed_code(own)),)


def _of_batch(
    session: Session, book: Rulebook, code: str, viewer: Viewer, speak: Language
) -> Drawn:
    batch = batch_by_code(session, book, code, viewer)
    supplier = book.organisations_by_id[batch.supplier.id]
    facts = [
        *_standing_in(code, batch.code, speak),
        (speak.gettext(_("Net weight")), weight(batch.gross_g - batch.tare_g, speak)),
        (speak.gettext(_("Received")), batch.received_day.isoformat()),
        (speak.gettext(_("Site")), batch.site.name),
    ]
    if batch.pieces is not None:
        facts.append((speak.gettext(_("Pieces")), str(batch.pieces)))
    label = Label(
        kind=CodeKind.BATCH,
        heading=speak.gettext(HEADINGS[CodeKind.BATCH]),
        code=code,
        qr_text=code,
        title=(supplier.name, speak.own(batch.group.names, batch.group.code)),
        mark=Mark.HELD if batch.held else None,
        mark_word=speak.gettext(STREAM_WORDS["held"]) if batch.held else "",
        facts=tuple(facts),
        sscc=_sscc(book, batch.site, batch.id),
        language=speak.code,
    )
    return Drawn(label, batch.site)


def _of_bin(session: Session, book: Rulebook, code: str, viewer: Viewer, speak: Language) -> Drawn:
    found = bin_by_code(session, book, code, viewer)
    destination = found.destination
    facts = [
        *_standing_in(code, found.code, speak),
        (speak.gettext(_("Site")), found.site.name),
    ]
    if found.gross_g is not None and found.tare_g is not None:
        facts.insert(
            0, (speak.gettext(_("Net weight")), weight(found.gross_g - found.tare_g, speak))
        )
    title = (
        speak.own(destination.names, destination.code)
        if destination
        else speak.gettext(_("Work bin"))
    )
    label = Label(
        kind=CodeKind.BIN,
        heading=speak.gettext(HEADINGS[CodeKind.BIN]),
        code=code,
        qr_text=code,
        title=(title,),
        mark=Mark(destination.stream.value) if destination else None,
        mark_word=speak.gettext(STREAM_WORDS[destination.stream.value]) if destination else "",
        facts=tuple(facts),
        sscc=_sscc(book, found.site, found.id),
        language=speak.code,
    )
    return Drawn(label, found.site)


def _of_chosen(book: Rulebook, code: str, viewer: Viewer, speak: Language) -> Drawn:
    station, container = book.stations.get(code), book.containers.get(code)
    row = station or container
    if row is None:
        raise NotFound
    site = book.sites_by_id[row.site_id]
    if not viewer.sees_site(operator_id=site.operator_id, site_id=site.id):
        raise NotFound
    kind = CodeKind.STATION if station else CodeKind.CONTAINER
    facts = [(speak.gettext(_("Site")), site.name)]
    if container:
        facts.insert(0, (speak.gettext(_("Tare")), weight(container.tare_g, speak)))
        facts.append((speak.gettext(_("Weighed on")), container.tare_on.isoformat()))
    label = Label(
        kind=kind,
        heading=speak.gettext(HEADINGS[kind]),
        code=code,
        qr_text=code,
        title=(station.name if station else container.kind if container else "",),
        facts=tuple(facts),
        language=speak.code,
    )
    return Drawn(label, site)


def _sscc(book: Rulebook, site: SiteRow, entry_id: int) -> str | None:
    """Only who holds a GS1 company prefix may mint an SSCC; others print their own code."""
    prefix = book.operator(site).organisation.gs1_prefix
    if not prefix:
        return None
    extension, serial = sscc_parts(prefix, entry_id)
    return sscc(prefix, extension, serial)
