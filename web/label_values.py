"""What a label says of a batch, bin, station or container: values for the room of labels."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.codes import CodeKind, MisreadCode, parse
from catalogue.errors import NotFound
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from labels.gs1 import sscc
from labels.label import Label
from labels.marks import Mark
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
}
STREAM_WORDS: Mapping[str, str] = {
    "reuse": _("Reuse"),
    "recycle": _("Recycling"),
    "incineration": _("Incineration"),
    "held": _("On hold"),
}


def label_of(
    session: Session, book: Rulebook, code: str, viewer: Viewer, *, language: str
) -> Label:
    """The label of a code that exists for the viewer. At most two statements. Raises NotFound."""
    speak = known_language(language)
    try:
        parsed = parse(code)
    except MisreadCode:
        return _of_chosen(book, code.upper(), viewer, speak)
    if parsed.kind is CodeKind.BATCH:
        return _of_batch(session, book, parsed.text, viewer, speak)
    if parsed.kind is CodeKind.BIN:
        return _of_bin(session, book, parsed.text, viewer, speak)
    raise NotFound


def _of_batch(
    session: Session, book: Rulebook, code: str, viewer: Viewer, speak: Language
) -> Label:
    batch = batch_by_code(session, book, code, viewer)
    supplier = book.organisations_by_id[batch.supplier.id]
    facts = [
        (speak.gettext(_("Net weight")), weight(batch.gross_g - batch.tare_g, speak)),
        (speak.gettext(_("Received")), batch.received_day.isoformat()),
        (speak.gettext(_("Site")), batch.site.name),
    ]
    if batch.pieces is not None:
        facts.append((speak.gettext(_("Pieces")), str(batch.pieces)))
    return Label(
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


def _of_bin(session: Session, book: Rulebook, code: str, viewer: Viewer, speak: Language) -> Label:
    found = bin_by_code(session, book, code, viewer)
    destination = found.destination
    facts = [(speak.gettext(_("Site")), found.site.name)]
    if found.gross_g is not None and found.tare_g is not None:
        facts.insert(
            0, (speak.gettext(_("Net weight")), weight(found.gross_g - found.tare_g, speak))
        )
    title = (
        speak.own(destination.names, destination.code)
        if destination
        else speak.gettext(_("Work bin"))
    )
    return Label(
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


def _of_chosen(book: Rulebook, code: str, viewer: Viewer, speak: Language) -> Label:
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
    return Label(
        kind=kind,
        heading=speak.gettext(HEADINGS[kind]),
        code=code,
        qr_text=code,
        title=(station.name if station else container.kind if container else "",),
        facts=tuple(facts),
        language=speak.code,
    )


def _sscc(book: Rulebook, site: SiteRow, entry_id: int) -> str | None:
    """Only who holds a GS1 company prefix may mint an SSCC; others print their own code."""
    prefix = book.operator(site).organisation.gs1_prefix
    if not prefix:
        return None
    extension, serial = sscc_parts(prefix, entry_id)
    return sscc(prefix, extension, serial)
