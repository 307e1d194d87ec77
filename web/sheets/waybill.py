"""A waybill in words: one picture of it for the page, the paper and the attached data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.eural import is_hazardous, spaced
from catalogue.kinds import Role
from catalogue.rows import OrganisationRow, SiteRow
from catalogue.rulebook import Rulebook
from dispatch.waybills import Goods, Leg, Numbers, StreamNumber, Waybill, waybill_of
from nl.queries import stream_numbers
from paper.press import Attachment, press
from web import units
from web.i18n import Language
from web.sheets.waybill_xml import ubl

SHEET: Final = Path(__file__).with_suffix(".typ")
Facts: TypeAlias = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A party or a place, with what the law wants to know of it."""

    head: str
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What goes to one destination. stream: for its shape; cells: as the heads of the table."""

    stream: str
    hazardous: bool
    cells: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaybillSheet:
    """All words of a waybill, in the order in which they are read.

    missing: what the law wants and nobody has filled in. foot: what this paper is to the law.
    """

    heading: str
    number: str
    shipment: str
    undone: str
    parts: Sequence[Part]
    way_head: str
    way: Sequence[Part]
    load_head: str
    load_heads: Sequence[str]
    loads: Sequence[Load]
    total: Sequence[str]
    estimated: str
    missing_head: str
    missing: Sequence[str]
    signed_head: str
    signed: Sequence[tuple[str, Sequence[str]]]
    foot: str


def read_waybill(session: Session, book: Rulebook, code: str, viewer: Viewer) -> Waybill:
    """The waybill of a shipment with the stream numbers that the receiver gave. Raises NotFound."""
    return waybill_of(session, book, code, viewer, numbers=_numbers(session, book))


def _numbers(session: Session, book: Rulebook) -> Numbers:
    """Asked on behalf of the house: the outlet of a shipment may read the number that it gave."""

    def number(site: SiteRow, outlet: OrganisationRow, eural: str, on: date) -> StreamNumber | None:
        house = Viewer(
            role=Role.AUDITOR, organisation_id=site.operator_id, operator_id=site.operator_id
        )
        found = stream_numbers(
            session,
            book,
            house,
            site=site.code,
            direction="delivery",
            partner=outlet.code,
            eural=eural,
            on=on,
        )
        return next(
            (
                StreamNumber(
                    row.number,
                    row.usual_name,
                    row.processing,
                    row.route_collection,
                    row.collector_scheme,
                )
                for row in found
            ),
            None,
        )

    return number


def waybill_pdf(waybill: Waybill, language: Language) -> bytes:
    """The waybill on paper, with its data inside for machines."""
    sheet, say = sheet_of(waybill, language), language.gettext
    return press(
        SHEET.read_text(encoding="utf-8"),
        asdict(sheet),
        title=f"{sheet.heading} {sheet.number}",
        language=language.code,
        at=max([waybill.departed_at, *(leg.departed_at for leg in waybill.legs)]),
        foot=sheet.foot,
        attachments=[
            Attachment(
                "waybill.json",
                "application/json",
                json.dumps(waybill_data(waybill), ensure_ascii=False, indent=2),
                say("The waybill as data"),
            ),
            Attachment(
                "waybill.xml",
                "application/xml",
                ubl(waybill).decode(),
                say("The waybill as a UBL message"),
            ),
        ],
    )


def sheet_of(waybill: Waybill, language: Language) -> WaybillSheet:
    """A waybill in the words of a language."""
    say = language.gettext
    foot = say(
        "This is the electronic waybill. For paper the law has a form of its own: this print is a"
        " copy to read along."
    )
    return WaybillSheet(
        heading=say("Waste waybill") if waybill.is_waste else say("Waybill"),
        number=waybill.number,
        shipment=waybill.shipment,
        undone=say("This shipment was undone.") if waybill.state == "reversed" else "",
        parts=_parts(waybill, language),
        way_head=say("Transport"),
        way=[_leg(leg, waybill, language) for leg in waybill.legs],
        load_head=say("What is in it"),
        load_heads=[
            say("Usual name"),
            say("Eural code"),
            say("Processing"),
            say("Waste stream number"),
            say("Packing"),
            say("Net mass"),
            say("Weighed or estimated"),
        ],
        loads=[_load(one, language) for one in waybill.goods],
        total=[
            say("Together"),
            language.ngettext("%(num)d bin", "%(num)d bins", waybill.bins) % {"num": waybill.bins},
            units.weight(waybill.mass_g, language),
        ],
        estimated=say("%(mass)s of it is estimated.")
        % {"mass": units.weight(waybill.estimated_g, language)}
        if waybill.estimated_g
        else "",
        missing_head=say("Not filled in yet:"),
        missing=_missing(waybill, language),
        signed_head=say("Signatures"),
        signed=_signed(language),
        foot=foot if waybill.is_waste else "",
    )


def _parts(waybill: Waybill, language: Language) -> list[Part]:
    say, site = language.gettext, waybill.site
    receiver = _party(waybill.receiver, language)
    receiver += [
        (say("Processor number"), waybill.receiver.processor_number or ""),
        (say("Permit"), waybill.permit or ""),
    ]
    pickup = [
        (say("Name"), site.name),
        (say("Address"), site.address),
        (say("Processor number"), site.processor_number),
        (say("Left on"), units.moment(waybill.departed_at, site.timezone, language)),
    ]
    return [
        Part(
            head=say("Discarder and consignor") if waybill.is_waste else say("Consignor"),
            facts=_filled(_party(waybill.operator, language)),
        ),
        Part(head=say("Receiver"), facts=_filled(receiver)),
        Part(head=say("Place of pick-up"), facts=_filled(pickup)),
        Part(
            head=say("Place of delivery"),
            facts=_filled(
                [(say("Name"), waybill.receiver.name), (say("Address"), waybill.delivery)]
            ),
        ),
    ]


def _party(row: OrganisationRow, language: Language) -> list[tuple[str, str]]:
    say = language.gettext
    return [
        (say("Name"), row.name),
        (say("Address"), row.address),
        (say("Trade register (KvK)"), row.registration),
        (say("VIHB number"), row.vihb or ""),
    ]


def _filled(facts: Facts) -> Facts:
    return [(head, value) for head, value in facts if value]


def _leg(leg: Leg, waybill: Waybill, language: Language) -> Part:
    say = language.gettext
    facts = [
        (say("VIHB number"), leg.vihb or ""),
        (say("Address"), leg.carrier.address),
        (say("Licence plate"), leg.vehicle or ""),
        (say("Left on"), units.moment(leg.departed_at, waybill.site.timezone, language)),
        (say("From place"), leg.from_place),
        (say("To place"), leg.to_place),
        (say("Ordered by"), leg.ordered_by.name),
    ]
    head = leg.carrier.name if len(waybill.legs) == 1 else f"{leg.number}. {leg.carrier.name}"
    return Part(head=head, facts=_filled(facts))


def _load(one: Goods, language: Language) -> Load:
    say, destination = language.gettext, one.destination
    name = one.usual_name or language.own(destination.names, destination.code)
    if not one.estimated_g:
        quality = say("weighed")
    elif one.estimated_g == one.mass_g:
        quality = say("estimated")
    else:
        quality = say("%(mass)s estimated") % {"mass": units.weight(one.estimated_g, language)}
    return Load(
        stream=destination.stream.value,
        hazardous=is_hazardous(destination.eural),
        cells=[
            name,
            spaced(destination.eural) if destination.is_waste else say("no waste"),
            one.processing_code if destination.is_waste else "–",
            one.stream_number.number if one.stream_number else "–",
            packed(one.packing, language),
            units.weight(one.mass_g, language),
            quality,
        ],
    )


def packed(packing: Mapping[str, int], language: Language) -> str:
    """`2 boxes, 1 cage`; a kind without a word of its own stands as the operator calls it."""
    said = []
    for kind, number in packing.items():
        words = {
            "": language.ngettext("%(num)d bin", "%(num)d bins", number),
            "box": language.ngettext("%(num)d box", "%(num)d boxes", number),
            "cage": language.ngettext("%(num)d cage", "%(num)d cages", number),
            "bag": language.ngettext("%(num)d bag", "%(num)d bags", number),
        }.get(kind, f"%(num)d × {kind.replace('%', '%%')}")
        said.append(words % {"num": number})
    return ", ".join(said)


def _missing(waybill: Waybill, language: Language) -> list[str]:
    """What a waybill for waste should say and nobody told."""
    if not waybill.is_waste:
        return []
    say = language.gettext
    found = []
    if not waybill.legs:
        found.append(say("the carrier"))
    for leg in waybill.legs:
        if not leg.vihb:
            found.append(say("VIHB number of %(name)s") % {"name": leg.carrier.name})
        if not leg.vehicle:
            found.append(say("licence plate of %(name)s") % {"name": leg.carrier.name})
    for one in waybill.goods:
        if one.destination.is_waste and one.destination.eural and not one.stream_number:
            found.append(
                say("waste stream number for %(code)s") % {"code": _together(one.destination.eural)}
            )
        elif one.destination.is_waste and not one.destination.eural:
            name = language.own(one.destination.names, one.destination.code)
            found.append(say("Eural code of %(name)s") % {"name": name})
    found += [
        say("address of %(name)s") % {"name": row.name}
        for row in (waybill.operator, waybill.receiver)
        if not row.address
    ]
    return list(dict.fromkeys(found))


def _together(eural: str) -> str:
    """A Eural code that no line end tears apart."""
    return spaced(eural).replace(" ", "\u00a0")


def _signed(language: Language) -> list[tuple[str, list[str]]]:
    say = language.gettext
    lines = [say("Name"), say("Date"), say("Signature")]
    return [
        (say("For the consignor"), lines),
        (say("For the carrier"), lines),
        (say("For the receiver"), [say("Received mass"), *lines]),
    ]


def waybill_data(waybill: Waybill) -> dict[str, Any]:
    """A waybill as plain data: codes, whole grams, moments as in RFC 3339."""
    return {
        "number": waybill.number,
        "shipment": waybill.shipment,
        "uuid": waybill.uuid,
        "state": waybill.state,
        "is_waste": waybill.is_waste,
        "consignor": _party_data(waybill.operator),
        "receiver": {**_party_data(waybill.receiver), "permit": waybill.permit},
        "pickup": {
            "site": waybill.site.code,
            "name": waybill.site.name,
            "address": waybill.site.address,
            "processor_number": waybill.site.processor_number or None,
            "departed_at": waybill.departed_at.isoformat(),
        },
        "delivery": waybill.delivery,
        "legs": [
            {
                "number": leg.number,
                "carrier": _party_data(leg.carrier) | {"vihb": leg.vihb},
                "vehicle": leg.vehicle,
                "from": leg.from_place,
                "to": leg.to_place,
                "ordered_by": leg.ordered_by.code,
                "departed_at": leg.departed_at.isoformat(),
            }
            for leg in waybill.legs
        ],
        "goods": [_goods_data(one) for one in waybill.goods],
        "mass_g": waybill.mass_g,
        "estimated_g": waybill.estimated_g,
    }


def _party_data(row: OrganisationRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "address": row.address,
        "registration": row.registration,
        "vihb": row.vihb,
        "processor_number": row.processor_number,
    }


def _goods_data(one: Goods) -> dict[str, Any]:
    return {
        "destination": one.destination.code,
        "stream": one.destination.stream.value,
        "usual_name": one.usual_name,
        "is_waste": one.destination.is_waste,
        "eural": one.destination.eural or None,
        "processing_code": one.processing_code or None,
        "recovery_code": one.destination.recovery_code or None,
        "stream_number": one.stream_number.number if one.stream_number else None,
        "bins": list(one.bins),
        "packing": dict(one.packing),
        "mass_g": one.mass_g,
        "estimated_g": one.estimated_g,
    }
