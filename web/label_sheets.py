"""Labels and cards by the sheet, as one PDF to print: blank ones, those that hang for good, cards
to scan instead of pressing something, and labels to practise with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.codes import CodeKind, mint, parse
from catalogue.errors import Malformed
from catalogue.kinds import PartnerRole, StationKind
from catalogue.rows import GroupRow, NamedRow, SiteRow, StationRow
from catalogue.rulebook import OperatorBook, Rulebook
from labels import render
from labels.cards import Card, sheets_of_cards, sheets_of_labels
from labels.label import Label, LabelTooSmall, Size
from labels.marks import Mark
from web.i18n import Language, message
from web.label_values import blank_label, label_of

LABELS_MAX: Final = 240
PAPER: Final = "a4"
"""Small labels, 24 on a sheet of A4; the other sizes are one label a page."""

COMMANDS: Final = (
    ("YES", message("Yes")),
    ("NO", message("No")),
    ("OK", message("OK")),
    ("BACK", message("Back")),
    ("UNDO", message("Undo")),
    ("HOME", message("Home")),
    ("FOUND", message("Found something?")),
)
DIGITS: Final = "123456789"


class Sheet(StrEnum):
    """What can be printed by the sheet, without anything being booked."""

    CONTAINERS = "containers"
    STATIONS = "stations"
    CARDS = "cards"
    PRACTICE = "practice"


def of_codes(codes: Sequence[str], size: str, speak: Language) -> bytes:
    """Blank labels with these codes. Raises Malformed."""
    labels = [blank_label(parse(code), speak) for code in codes]
    return _labels(labels, size, speak.gettext(message("Blank labels")))


def for_good(
    session: Session,
    book: Rulebook,
    site: SiteRow,
    what: Sheet,
    only: Sequence[str],
    size: str,
    *,
    viewer: Viewer,
    speak: Language,
) -> bytes:
    """The labels of containers or stations of a site: all of them, or only some.

    Raises NotFound, Malformed.
    """
    rows = book.containers if what is Sheet.CONTAINERS else book.stations
    codes = only or sorted(row.code for row in rows.values() if row.site_id == site.id)
    _require_count(len(codes))
    labels = [label_of(session, book, code, viewer, language=speak.code).label for code in codes]
    title = message("Containers") if what is Sheet.CONTAINERS else message("Stations")
    return _labels(labels, size, speak.gettext(title))


def to_practise(count: int, size: str, speak: Language) -> bytes:
    """Labels that can never enter the figures: their codes begin with a letter of their own."""
    _require_count(count)
    labels = [blank_label(parse(mint(CodeKind.PRACTICE)), speak) for _ in range(count)]
    return _labels(labels, size, speak.gettext(message("Practice labels")))


def cards_for(book: Rulebook, station: StationRow, today: date, speak: Language) -> bytes:
    """Cards for a station: what can be pressed there, and what can be chosen."""
    operator = book.operator(book.sites_by_id[station.site_id])
    cards = [Card(text=f"SS:{code}", words=speak.gettext(words)) for code, words in COMMANDS[:-1]]
    code, words = COMMANDS[-1]
    cards.append(Card(text=f"SS:{code}", words=speak.gettext(words), mark=Mark.HELD))
    cards += [Card(text=f"SS:{digit}", words=digit) for digit in DIGITS]
    cards += _choices(book, operator, station.kind, today, speak)
    title = speak.gettext(message("Cards"))
    sheets = sheets_of_cards(cards)
    return render.pdf_of_paper(sheets, title=f"{title} {station.name}", language=speak.code)


def _choices(
    book: Rulebook, operator: OperatorBook, kind: StationKind, today: date, speak: Language
) -> list[Card]:
    suppliers = [
        Card(text=f"SS:SUPPLIER:{row.code}", words=row.name)
        for row in sorted(book.organisations.values(), key=lambda row: row.name)
        if (partner := operator.partners.get(row.id)) and PartnerRole.SUPPLIER in partner.roles
    ]
    destinations = [
        Card(
            text=f"SS:DESTINATION:{row.code}",
            words=speak.own(row.names, row.code),
            mark=Mark(row.stream.value),
        )
        for row in operator.current_destinations(today)
    ]
    groups = _named("GROUP", operator.groups.values(), speak)
    gates = _named("GATE", operator.gates.values(), speak)
    finds = _named("FIND", operator.find_kinds.values(), speak)
    by_kind = {
        StationKind.INTAKE: suppliers + groups,
        StationKind.INSPECTION: gates,
        StationKind.SORTING: destinations + groups + gates,
        StationKind.DISPATCH: destinations,
    }
    return by_kind[kind] + finds


def _named(word: str, rows: Iterable[GroupRow | NamedRow], speak: Language) -> list[Card]:
    return [
        Card(text=f"SS:{word}:{row.code}", words=speak.own(row.names, row.code)) for row in rows
    ]


def _labels(labels: Sequence[Label], size: str, title: str) -> bytes:
    _require_count(len(labels))
    if size != PAPER and size not in [one.value for one in Size]:
        raise Malformed(field="size", problem="unknown", read=size[:20])
    try:
        if size == PAPER:
            sheets = sheets_of_labels(labels)
            return render.pdf_of_paper(sheets, title=title, language=labels[0].language)
        return render.pdf_of_many(labels, Size(size), title=title)
    except LabelTooSmall as error:
        raise Malformed(field="size", problem=str(error)) from error


def _require_count(count: int) -> None:
    if not 1 <= count <= LABELS_MAX:
        raise Malformed(field="count", problem="1 to 240", given=count)
