"""The waste register on paper, to print on the spot for whoever inspects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from catalogue.eural import spaced
from nl.lines import Delivered, Received
from nl.queries import NotifyingSite, Party
from paper.press import press
from web import units
from web.i18n import Language, message
from web.nl_words import MISSING, PROCESSING, REGISTERS

SHEET: Final = Path(__file__).with_suffix(".typ")
Cell = dict[str, Any]


def _columns(which: str) -> list[tuple[str, str, bool]]:
    party = message("Comes from") if which == "receipts" else message("To")
    return [
        (message("Day"), "left", False),
        (party, "left", True),
        (message("Waste"), "left", True),
        (message("Waste stream number"), "left", False),
        (message("Weight"), "right", False),
        (message("Method"), "left", False),
        (message("Carrier, ordered by"), "left", True),
    ]


COLUMNS: Final = {which: _columns(which) for which in REGISTERS}


def register_pdf(
    site: NotifyingSite,
    came: Sequence[Received],
    left: Sequence[Delivered],
    *,
    first: date,
    end: date,
    which: str,
    at: datetime,
    language: Language,
) -> bytes:
    """The register of [first, end). which: receipts or deliveries; the other one is empty."""
    say, pen = language.gettext, _Pen(language)
    heading = say(REGISTERS[which])
    span = say("%(first)s to %(last)s") % {
        "first": units.day(first, language),
        "last": units.day(end - timedelta(days=1), language),
    }
    lines: list[Received | Delivered] = [*came, *left]
    rows = [pen.receipt(one) for one in came] + [pen.delivery(one) for one in left]
    data = {
        "heading": f"{say('Waste register')}: {heading}",
        "facts": [
            [say("Location"), f"{site.name}, {site.address}"],
            [say("Processor number"), site.begins or "–"],
            [say("Period"), span],
            [
                say("Place of receipt") if which == "receipts" else say("Place of delivery"),
                site.address if which == "receipts" else say("The address of the receiver"),
            ],
            [say("Made on"), units.moment(at, site.timezone, language)],
        ],
        "lacking_head": say("Something that the law asks for is missing."),
        "lacking": _lacking(lines, language),
        "empty": say("There is nothing in this register for these days."),
        "columns": [[say(text), align, grows] for text, align, grows in COLUMNS[which]],
        "rows": rows,
        "total": _total(lines, which, language),
    }
    return press(
        SHEET.read_text(encoding="utf-8"),
        data,
        title=f"{heading}, {site.name}, {span}",
        language=language.code,
        at=at.replace(microsecond=0),
        foot=say("Kept for at least five years."),
    )


def _lacking(lines: Sequence[Received | Delivered], language: Language) -> list[str]:
    counted = Counter(name for line in lines for name in line.missing)
    return [
        f"{language.gettext(MISSING[name][0])} ({units.count(number, language)}). "
        f"{language.gettext(MISSING[name][1])}"
        for name, number in counted.most_common()
    ]


def _total(lines: Sequence[Received | Delivered], which: str, language: Language) -> list[str]:
    mass_g = sum(line.net_g for line in lines)
    words = ["", language.gettext("Together"), "", "", units.weight(mass_g, language), "", ""]
    return words[: len(COLUMNS[which])]


def _said(party: Party, of_row: Party) -> str:
    """Name and address; the address of a party of the row itself stands there already."""
    same = party.code == of_row.code or not party.address
    return party.name if same else f"{party.name}, {party.address}"


class _Pen:
    """Writes lines of a register in a language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def receipt(self, one: Received) -> list[Cell]:
        number, lang = one.number, self.language
        name = number.usual_name if number else lang.own(one.group_names, one.group)
        method = number.processing if number else ""
        carriers = [one.carrier] if one.carrier else []
        return [
            self._cell((units.day(one.day, lang), False), soft=(one.delivery or "", one.batch)),
            self._party(one.party, one.missing),
            self._cell(
                (name, False), (spaced(one.waste_code), False), self._lack("eural", one.missing)
            ),
            self._cell(
                (number.number if number else "", False),
                self._lack("stream_number", one.missing),
            ),
            self._weight(one.net_g, one.received_g, one.returned_g),
            self._method(method, one.missing),
            self._way(one.party, carriers, one.ordered_by, one.missing, "carrier"),
        ]

    def delivery(self, one: Delivered) -> list[Cell]:
        route, lang = one.route, self.language
        code = spaced(route.eural) or (
            lang.gettext("customs code %(code)s") % {"code": route.customs_code}
            if route.customs_code
            else ""
        )
        name = route.usual_name or lang.own(route.names, route.code)
        return [
            self._cell((units.day(one.day, lang), False), soft=(one.shipment, one.waybill)),
            self._party(one.party, one.missing),
            self._cell((name, False), (code, False), self._lack("eural_or_customs", one.missing)),
            self._cell((one.number.number if one.number else "–", False)),
            self._weight(one.net_g, one.shipped_g, one.returned_g),
            self._method(route.processing, one.missing),
            self._way(one.party, one.carriers, one.ordered_by, one.missing, "carrier_shipment"),
        ]

    def _cell(self, *lines: tuple[str, bool], soft: Sequence[str] = ()) -> Cell:
        said = [{"text": text, "missing": missing, "soft": False} for text, missing in lines]
        said += [{"text": text, "missing": False, "soft": True} for text in soft]
        return {"lines": said}

    def _lack(self, name: str, missing: Sequence[str]) -> tuple[str, bool]:
        if name not in missing:
            return "", False
        what = self.language.gettext(MISSING[name][0])
        return self.language.gettext("Missing: %(what)s") % {"what": what}, True

    def _party(self, party: Party, missing: Sequence[str]) -> Cell:
        return self._cell(
            (party.name, False),
            (party.address, False),
            (self._registration(party), False),
            self._lack("address", missing),
            self._lack("registration", missing),
        )

    def _registration(self, party: Party) -> str:
        if not party.registration:
            return ""
        words = self.language.gettext("Registration %(number)s")
        return words % {"number": party.registration}

    def _weight(self, net_g: int, whole_g: int, returned_g: int) -> Cell:
        soft = []
        if returned_g:
            soft = [
                self.language.gettext("%(whole)s, of which %(back)s went back")
                % {
                    "whole": units.weight(whole_g, self.language),
                    "back": units.weight(returned_g, self.language),
                }
            ]
        return self._cell((units.weight(net_g, self.language), False), soft=soft)

    def _method(self, code: str, missing: Sequence[str]) -> Cell:
        meaning = self.language.gettext(PROCESSING[code]) if code in PROCESSING else ""
        return self._cell((code, False), self._lack("processing", missing), soft=[meaning])

    def _way(
        self,
        party: Party,
        carriers: Sequence[Party],
        ordered_by: Party | None,
        missing: Sequence[str],
        name: str,
    ) -> Cell:
        lines = [(_said(one, party), False) for one in carriers]
        if ordered_by:
            orders = self.language.gettext("Ordered by")
            lines.append((f"{orders}: {_said(ordered_by, party)}", False))
        lines += [
            self._lack(each, missing) for each in (name, "carrier_address", "orderer_address")
        ]
        return self._cell(*lines)
