"""A waybill as a UBL 2.1 message, in the profile of the Dutch electronic waybill for waste.

The names of its elements are those of the profile; it was not checked against the official schema.
Addresses stand in lines, as the register keeps them. Masses are kilograms to the gram.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring
from zoneinfo import ZoneInfo

from catalogue.eural import is_hazardous
from catalogue.rows import OrganisationRow
from dispatch.waybills import Goods, Leg, Waybill

PROFILE: Final = "urn:tln.nlip.org:profiles:waybill_profile:eba:basic:ver1.2"
UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
ROOT: Final = f"{UBL}Waybill-2"
PARTS: Final = f"{UBL}CommonAggregateComponents-2"
VALUES: Final = f"{UBL}CommonBasicComponents-2"
UNSAYABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold, not even as a number."""

register_namespace("", ROOT)
register_namespace("cac", PARTS)
register_namespace("cbc", VALUES)


def ubl(waybill: Waybill) -> bytes:
    """The message, in UTF-8."""
    root = Element(f"{{{ROOT}}}Waybill")
    _say(root, "UBLVersionID", "2.1")
    _say(root, "ProfileID", PROFILE)
    _say(root, "ID", waybill.number)
    _say(root, "UUID", waybill.uuid)
    if waybill.permit:
        _say(root, "Note", f"Vergunning van de ontvanger: {waybill.permit}")
    if waybill.estimated_g:
        _say(root, "Note", f"Geschat, in kg: {_kilograms(waybill.estimated_g)}")
    shipment = _part(root, "Shipment")
    _say(shipment, "ID", waybill.shipment)
    parties = _part(shipment, "Consignment")
    _say(parties, "ID", waybill.shipment)
    _party(parties, "ConsigneeParty", waybill.receiver, "KvK", waybill.receiver.registration)
    _party(parties, "ConsignorParty", waybill.operator, "VIHB", waybill.operator.vihb)
    if waybill.legs:
        _carrier(parties, waybill.legs[0])
    for one in waybill.goods:
        _goods(shipment, waybill, one)
    for leg in waybill.legs:
        stage = _part(shipment, "ShipmentStage")
        _say(stage, "ID", str(leg.number))
        _carrier(stage, leg)
        if leg.vehicle:
            means = _part(stage, "TransportMeans")
            _say(_part(means, "RoadTransport"), "LicensePlateID", leg.vehicle)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _part(parent: Element, name: str) -> Element:
    return SubElement(parent, f"{{{PARTS}}}{name}")


def _say(parent: Element, name: str, words: str, **attributes: str) -> None:
    SubElement(parent, f"{{{VALUES}}}{name}", attributes).text = UNSAYABLE.sub("", words)


def _kilograms(mass_g: int) -> str:
    return f"{mass_g // 1000}.{mass_g % 1000:03d}"


def _carrier(parent: Element, leg: Leg) -> None:
    _party(parent, "CarrierParty", leg.carrier, "VIHB", leg.vihb)


def _party(
    parent: Element, name: str, row: OrganisationRow, scheme: str, number: str | None
) -> None:
    party = _part(parent, name)
    if number:
        _say(_part(party, "PartyIdentification"), "ID", number, schemeAgencyName=scheme)
    _say(_part(party, "PartyName"), "Name", row.name)
    if row.address:
        _address(party, "PostalAddress", row.address)


def _address(parent: Element, name: str, text: str) -> None:
    _say(_part(_part(parent, name), "AddressLine"), "Line", text)


def _goods(shipment: Element, waybill: Waybill, one: Goods) -> None:
    number, destination = one.stream_number, one.destination
    goods = _part(shipment, "GoodsItem")
    if number:
        _say(goods, "ID", number.number)
    _say(goods, "HazardousRiskIndicator", _truth(is_hazardous(destination.eural)))
    _say(goods, "NetNetWeightMeasure", _kilograms(one.mass_g), unitCode="KGM")
    _say(goods, "Quantity", str(len(one.bins)))
    item = _part(goods, "Item")
    _say(item, "Name", one.usual_name or destination.names.get("nl") or destination.code)
    if destination.eural:
        classified = _part(item, "CommodityClassification")
        _say(classified, "ItemClassificationCode", destination.eural)
    packing = ", ".join(f"{count} {kind or 'kar'}" for kind, count in one.packing.items())
    properties = {"verpakkingsomschrijving": packing}
    if destination.is_waste:
        properties |= {
            "verwerkingsmethode": one.processing_code,
            "route-inzameling": _truth(number is not None and number.route_collection),
            "inzamelaarsregeling": _truth(number is not None and number.collector_scheme),
        }
    for name, value in properties.items():
        if value:
            said = _part(item, "AdditionalItemProperty")
            _say(said, "Name", name)
            _say(said, "Value", value)
    for code in one.bins:
        _say(_part(goods, "GoodsItemContainer"), "ID", code)
    _delivery(goods, waybill)
    _pickup(goods, waybill)


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _delivery(goods: Element, waybill: Waybill) -> None:
    place = _part(_part(goods, "Delivery"), "DeliveryLocation")
    if waybill.receiver.processor_number:
        _say(place, "ID", waybill.receiver.processor_number)
    _say(place, "LocationTypeCode", "Adres")
    _address(place, "Address", waybill.delivery)


def _pickup(goods: Element, waybill: Waybill) -> None:
    pickup, site = _part(goods, "Pickup"), waybill.site
    at = waybill.departed_at.astimezone(ZoneInfo(site.timezone))
    _say(pickup, "ActualPickupDate", at.date().isoformat())
    _say(pickup, "ActualPickupTime", at.strftime("%H:%M:%S"))
    place = _part(pickup, "PickupLocation")
    _say(place, "LocationTypeCode", "Adres")
    _address(place, "Address", site.address or site.name)
    party = _part(pickup, "PickupParty")
    if site.processor_number:
        _say(
            _part(party, "PartyIdentification"),
            "ID",
            site.processor_number,
            schemeAgencyName="Amice",
        )
    _say(_part(party, "PartyName"), "Name", site.name)
    if site.address:
        _address(party, "PostalAddress", site.address)
