"""A notification as XML for the authority's web service (AMICE, version 3), pure.

Made from the list of its fields only. It was never offered to the service itself, so the file says
that it is unverified; nobody should send it without looking.
"""

from __future__ import annotations

from datetime import date
from typing import Final
from xml.sax.saxutils import escape

from nl.months import Told, ToldDelivery, ToldReceipt
from nl.queries import NumberRow
from nl.rules import Address, read_address

NAMESPACE: Final = "http://amice.lma.nl/AmiceWebServices3/"
UNVERIFIED: Final = (
    " NIET GECONTROLEERD bij het Landelijk Meldpunt Afvalstoffen: gemaakt naar de lijst van velden"
    " van AMICE versie 3. Kijk dit na voor u het verstuurt. / NOT VERIFIED with the authority:"
    " made from the list of fields of AMICE version 3. Check it before you send it. "
)

Fields = list[tuple[str, "str | Fields"]]


def as_xml(told: Told) -> str:
    """One session of messages: first and following receipts, nil, deliveries onward."""
    messages: Fields = []
    for place, receipt in enumerate(told.receipts, start=1):
        name = "EersteOntvangstMelding" if receipt.first else "MaandelijkseOntvangstMelding"
        messages.append((name, _receipt(told, receipt, place)))
    if told.is_nil:
        messages.append(("NulMelding", _nil(told)))
    start = len(messages) + 1
    for place, delivery in enumerate(told.deliveries, start=start):
        messages.append(("AfgifteMelding", _delivery(told, delivery, place)))
    lines = _lines([("MeldingSessie", messages)], 0)
    lines[0] = lines[0].replace("<MeldingSessie>", f'<MeldingSessie xmlns="{NAMESPACE}">')
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', f"<!--{UNVERIFIED}-->", *lines, ""])


def period(month: date) -> str:
    """`MMYYYY`."""
    return f"{month:%m%Y}"


def method(processing: str) -> str:
    """`C03`, as messages write `C.03`."""
    return processing.replace(".", "")


def _own_number(told: Told, place: int) -> str:
    """Our own number of a message: the same message has the same one."""
    return f"{told.site.code}-{told.month:%Y%m}-{told.number}-{place}"


def _receipt(told: Told, receipt: ToldReceipt, place: int) -> Fields:
    number, counted = receipt.number, receipt.counted
    carriers = ",".join(one.vihb or one.name for one in receipt.carriers)
    fields: Fields = [
        ("MeldingsNummerMelder", _own_number(told, place)),
        ("AfvalstroomNummer", number.number),
    ]
    if receipt.first:
        fields += _all_data(told, number)
    fields.append(("Vervoerders", carriers))
    if receipt.first:
        fields += [
            ("Afvalstof", number.eural.rstrip("*")),
            ("GebruikelijkeNaamAfvalstof", number.usual_name),
            ("VerwerkingsMethode", method(number.processing)),
        ]
    fields += [
        ("TotaalGewicht", str(counted.kg)),
        ("AantalVrachten", str(counted.loads)),
        ("PeriodeMelding", period(told.month)),
    ]
    return fields


def _all_data(told: Told, number: NumberRow) -> Fields:
    return [
        ("RouteInzameling", _yes_no(number.route_collection)),
        ("InzamelaarsRegeling", _yes_no(number.collector_scheme)),
        (
            "Ontdoener",
            [
                ("Handelsregisternummer", number.party_registration),
                ("Naam", number.party_name),
                ("Land", number.origin.country),
                ("IsParticulier", "false"),
            ],
        ),
        ("LocatieHerkomst", _place(number.origin)),
        ("LocatieOntvangst", told.site.begins),
    ]


def _place(address: Address) -> Fields:
    return [
        ("Postcode", address.postcode),
        ("Huisnummer", address.house_number),
        ("HuisnummerToevoeging", address.addition),
        ("Woonplaats", address.town),
        ("Straatnaam", address.street),
        ("Land", address.country),
    ]


def _nil(told: Told) -> Fields:
    return [
        ("MeldingsNummerMelder", _own_number(told, 1)),
        ("PeriodeMelding", period(told.month)),
        ("Verwerkersnummer", told.site.begins),
    ]


def _delivery(told: Told, delivery: ToldDelivery, place: int) -> Fields:
    origin, route = read_address(told.site.address), delivery.route
    fields: Fields = [
        ("MeldingsNummerMelder", _own_number(told, place)),
        ("LocatieHerkomst", _place(origin) if origin else told.site.address),
        (
            "EersteAfnemer",
            [
                ("Handelsregisternummer", delivery.party.registration),
                ("Naam", delivery.party.name),
                ("Land", "NL"),
            ],
        ),
    ]
    # What is no longer waste has a code of the combined nomenclature instead of a waste code.
    if route.eural:
        fields.append(("Afvalstof", route.eural.rstrip("*")))
    fields += [
        ("GebruikelijkeNaamAfvalstof", route.usual_name or route.names.get("nl", route.code)),
        ("WijzeVanNuttigeToepassing", method(route.processing)),
        ("TotaalGewicht", str(delivery.counted.kg)),
        ("AantalVrachten", str(delivery.counted.loads)),
        ("PeriodeMelding", period(told.month)),
    ]
    if not route.eural:
        fields.append(("GNcode", route.customs_code))
    return fields


def _yes_no(value: bool) -> str:
    return "true" if value else "false"


def _lines(fields: Fields, depth: int) -> list[str]:
    found = []
    for name, value in fields:
        pad = "  " * depth
        if isinstance(value, str):
            found.append(f"{pad}<{name}>{escape(value)}</{name}>")
        elif value:
            found += [f"{pad}<{name}>", *_lines(value, depth + 1), f"{pad}</{name}>"]
        else:
            found.append(f"{pad}<{name}></{name}>")
    return found
