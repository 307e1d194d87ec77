"""A waybill on paper, as a message and as data: the same figures everywhere, to the gram."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import fromstring

import pikepdf
import pypdfium2
import pytest

from catalogue.rulebook import rulebook
from dispatch.waybills import StreamNumber, Waybill, waybill_of
from tests.builders import Depot
from tests.waste import describe, make_waste, permit
from web import units
from web.i18n import language
from web.sheets.waybill import packed, sheet_of, waybill_data, waybill_pdf
from web.sheets.waybill_xml import PARTS, PROFILE, ROOT, VALUES, ubl

NL, EN = language("nl"), language("en")
NUMBER = StreamNumber("00101ABCDEFG", "Lompen & vezels", "B.05", route_collection=True)
WHOLE_G = 22_001 + 30_333 + 5_500 + 7_250


def bin_of(depot: Depot, destination: str, mass_g: int, supplier: str = "NOORDERHAVEN") -> str:
    batch = depot.log(100_000, supplier=supplier)["code"]
    code = depot.open_bin(destination, container="BOX1" if mass_g == 22_001 else None)
    depot.sort(batch, {code: mass_g})
    depot.close_bin(code, mass_g)
    return code


@pytest.fixture
def shipment(depot: Depot) -> str:
    """Waste of two kinds and goods that are none, by two carriers' legs."""
    make_waste(depot, "recycle", "191208", processing_code="C.02", usual_name="Gesorteerd textiel")
    make_waste(depot, "burn", "191212", processing_code="F.07")
    permit(depot, "VEZELHOF", "OD-2025-0417")
    describe(depot, "KARREWIEL", vihb="500001VXXX", address="Dijk 4, Voorbeeldstad")
    describe(depot, "VEZELHOF", address="Spinstraat 9, Voorbeeldstad", registration="00000117",
             processor_number="00101")  # fmt: skip
    bins = [
        bin_of(depot, "recycle", 22_001),
        bin_of(depot, "recycle", 30_333, supplier="DUINRAND"),
        bin_of(depot, "reuse", 5_500),
        bin_of(depot, "burn", 7_250),
    ]
    code = depot.ship(*bins, carrier="KARREWIEL", vehicle="12-STO-3", to_place="Overslag Zuid",
                      waybill="BC 2026-17")  # fmt: skip
    depot.later(hours=3)
    depot.add_leg(code, vehicle="45-STO-6", ordered_by="VEZELHOF")
    return code


def told(depot: Depot, code: str) -> Waybill:
    with depot.database.read() as session:
        return waybill_of(
            session,
            rulebook(session),
            code,
            depot.people["leader"],
            numbers=lambda site, outlet, eural, on: NUMBER if eural == "191208" else None,
        )


def words_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(BytesIO(content))
    try:
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
    return " ".join(text.split())


def attached(content: bytes, name: str) -> bytes:
    with pikepdf.open(BytesIO(content)) as document:
        return bytes(document.attachments[name].get_file().read_bytes())


def values(message: bytes, *path: str) -> list[str]:
    """Texts of the message at a path; names in capitals as in UBL, parts but for the last."""
    *parts, last = path
    steps = "/".join(f"{{{PARTS}}}{name}" for name in parts)
    root = fromstring(message)
    return [one.text or "" for one in root.findall(f".//{steps}/{{{VALUES}}}{last}")]


def test_the_paper_says_everything_that_the_law_asks_for(depot: Depot, shipment: str) -> None:
    text = words_of(waybill_pdf(told(depot, shipment), NL))
    for words in (
        "Begeleidingsbrief", "BC 2026-17", shipment,
        "Ontdoener en afzender", "Waterkant",
        "Ontvanger", "Vezelhof", "00000117", "Verwerkersnummer", "00101", "OD-2025-0417",
        "Plaats van ophalen", "2 mrt 2026 09:00",
        "Plaats van aflevering", "Spinstraat 9, Voorbeeldstad",
        "500001VXXX", "12-STO-3", "45-STO-6", "Overslag Zuid", "2 mrt 2026 12:00",
        "Lompen & vezels", "19 12 08", "B.05", "00101ABCDEFG", "1 kar, 1 bak", "52,334 kg",
        "19 12 12", "F.07", "7,250 kg", "geen afval", "5,500 kg", "gewogen",
        units.weight(WHOLE_G, NL),
        "Handtekening", "Ontvangen gewicht",
        "een eigen formulier",
    ):  # fmt: skip
        assert words in text, words
    english = words_of(waybill_pdf(told(depot, shipment), EN))
    assert "Waste waybill" in english
    assert units.weight(WHOLE_G, EN) in english


def test_the_paper_names_what_nobody_filled_in(depot: Depot, shipment: str) -> None:
    sheet = sheet_of(told(depot, shipment), EN)
    missing = [words.replace("\u00a0", " ") for words in sheet.missing]
    assert missing == ["waste stream number for 19 12 12", "address of Waterkant"]


def test_goods_that_are_no_waste_travel_with_a_plain_waybill(depot: Depot) -> None:
    sheet = sheet_of(told(depot, depot.ship(bin_of(depot, "reuse", 5_500))), NL)
    assert (sheet.heading, sheet.foot, list(sheet.missing)) == ("Vrachtbrief", "", [])


def test_whose_it_was_stands_nowhere(depot: Depot, shipment: str) -> None:
    waybill = told(depot, shipment)
    content = waybill_pdf(waybill, NL)
    data = json.dumps(waybill_data(waybill))
    for text in (words_of(content), data, ubl(waybill).decode()):
        for secret in ("Noorderhaven", "NOORDERHAVEN", "Duinrand", "DUINRAND", "uniform"):
            assert secret not in text


def test_the_paper_is_for_archives_and_carries_its_data(depot: Depot, shipment: str) -> None:
    waybill = told(depot, shipment)
    content = waybill_pdf(waybill, NL)
    with pikepdf.open(BytesIO(content)) as document:
        with document.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfuaid:part"]) == ("3", "1")
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "nl"
    assert json.loads(attached(content, "waybill.json")) == waybill_data(waybill)
    assert attached(content, "waybill.xml") == ubl(waybill)
    assert content == waybill_pdf(waybill, NL)


def test_every_figure_of_the_message_is_that_of_the_shipment(depot: Depot, shipment: str) -> None:
    waybill = told(depot, shipment)
    message = ubl(waybill)
    root = fromstring(message)
    assert root.tag == f"{{{ROOT}}}Waybill"
    masses = root.findall(f".//{{{VALUES}}}NetNetWeightMeasure")
    assert [one.get("unitCode") for one in masses] == ["KGM"] * 3
    grams = [int((one.text or "").replace(".", "")) for one in masses]
    assert grams == [one.mass_g for one in waybill.goods] == [5_500, 52_334, 7_250]
    assert sum(grams) == WHOLE_G
    assert values(message, "GoodsItem", "Quantity") == ["1", "2", "1"]
    assert values(message, "GoodsItem", "GoodsItemContainer", "ID") == [
        code for one in waybill.goods for code in one.bins
    ]


def test_the_message_has_the_elements_of_the_profile(depot: Depot, shipment: str) -> None:
    message = ubl(told(depot, shipment))
    root = fromstring(message)
    assert root.findtext(f"{{{VALUES}}}ProfileID") == PROFILE
    assert root.findtext(f"{{{VALUES}}}ID") == "BC 2026-17"
    identified = ("PartyIdentification", "ID")
    sent = ("Shipment", "Consignment")
    for path, said in (
        ((*sent, "ConsigneeParty", *identified), ["00000117"]),
        ((*sent, "CarrierParty", *identified), ["500001VXXX"]),
        (("ShipmentStage", "CarrierParty", *identified), ["500001VXXX"] * 2),
        (("TransportMeans", "RoadTransport", "LicensePlateID"), ["12-STO-3", "45-STO-6"]),
        (("GoodsItem", "ID"), ["00101ABCDEFG"]),
        (("GoodsItem", "HazardousRiskIndicator"), ["false"] * 3),
        (("CommodityClassification", "ItemClassificationCode"), ["191208", "191212"]),
        (("Delivery", "DeliveryLocation", "ID"), ["00101"] * 3),
        (("Pickup", "ActualPickupDate"), ["2026-03-02"] * 3),
        (("Pickup", "ActualPickupTime"), ["09:00:00"] * 3),
    ):
        assert values(message, *path) == said, path
    names = values(message, "AdditionalItemProperty", "Name")
    properties = zip(names, values(message, "AdditionalItemProperty", "Value"), strict=True)
    assert {("verwerkingsmethode", "B.05"), ("route-inzameling", "true")} <= set(properties)
    assert names.count("verpakkingsomschrijving") == 3


def test_hazardous_waste_says_so(depot: Depot) -> None:
    make_waste(depot, "burn", "150202*")
    permit(depot, "SMELTERIJ", "OD-1")
    code = depot.ship(bin_of(depot, "burn", 7_250), outlet="SMELTERIJ")
    assert values(ubl(told(depot, code)), "GoodsItem", "HazardousRiskIndicator") == ["true"]


def test_a_name_that_no_xml_can_hold_spoils_nothing(depot: Depot) -> None:
    describe(depot, "VEZELHOF", address="Spin\x00straat <9> & \ufffe\U0001f9f5")
    waybill = told(depot, depot.ship(bin_of(depot, "reuse", 5_500)))
    lines = values(ubl(waybill), "DeliveryLocation", "Address", "AddressLine", "Line")
    assert lines == ["Spinstraat <9> & \U0001f9f5"]
    assert waybill_pdf(waybill, NL).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("packing", "said"),
    [({"": 1}, "1 kar"), ({"": 2, "box": 1}, "2 karren, 1 bak"), ({"vat 100%": 3}, "3 × vat 100%")],
)
def test_packing_is_told_in_words(packing: dict[str, int], said: str) -> None:
    assert packed(packing, NL) == said


def test_data_are_codes_and_whole_grams(depot: Depot, shipment: str) -> None:
    def only_plain(value: Any) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                only_plain(inner)
        elif isinstance(value, list):
            for inner in value:
                only_plain(inner)
        else:
            assert value is None or isinstance(value, str | int | bool)

    data = waybill_data(told(depot, shipment))
    only_plain(data)
    assert (data["mass_g"], data["estimated_g"]) == (WHOLE_G, 0)
    assert sum(one["mass_g"] for one in data["goods"]) == WHOLE_G
