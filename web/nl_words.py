"""Words of the Dutch counter: what is missing and what to do, processing methods, waste codes."""

from __future__ import annotations

from typing import Final

from web.i18n import message

MISSING: Final = {
    "address": (
        message("Address of the party"),
        message("An administrator fills in the address at the organisation."),
    ),
    "registration": (
        message("Registration number of the party"),
        message("An administrator fills in the registration number at the organisation."),
    ),
    "eural": (
        message("Waste code (Eural)"),
        message("Make a waste stream number for this supplier: its waste code counts here."),
    ),
    "stream_number": (
        message("Waste stream number"),
        message("Make a waste stream number for this supplier and this waste code."),
    ),
    "carrier": (
        message("Carrier"),
        message("Say at the waste stream number who drives."),
    ),
    "carrier_shipment": (
        message("Carrier of the shipment"),
        message("A team leader adds the carrier at the shipment."),
    ),
    "carrier_address": (
        message("Address of the carrier"),
        message("An administrator fills in the address at the organisation."),
    ),
    "orderer_address": (
        message("Address of who ordered the transport"),
        message("An administrator fills in the address at the organisation."),
    ),
    "eural_or_customs": (
        message("Waste code or customs code"),
        message("A manager fills it in at the destination."),
    ),
    "processing": (
        message("Processing method"),
        message("A manager fills it in at the destination."),
    ),
}
"""What a register can lack, and what to do about it."""

LACKING: Final = {
    "registration": message("registration number"),
    "address": message("address, such as Straat 1, 1234 AB Plaats"),
    "processor_number": message("processor number of the location"),
    "usual_name": message("usual name"),
}
"""What a stream number cannot be made without."""

DIRECTIONS: Final = {
    "receipt": message("Comes in"),
    "delivery": message("Goes out"),
}

REGISTERS: Final = {
    "receipts": message("Receipts"),
    "deliveries": message("Deliveries onward"),
}

MONTH_STATES: Final = {
    "open": message("Not over yet"),
    "due": message("To be notified"),
    "overdue": message("Too late"),
    "sent": message("Notified"),
    "correction": message("Correction to be notified"),
}

PROCESSING: Final = {
    "A.01": message("Keep or store"),
    "A.02": message("Transship or bulk"),
    "B.05": message("Other use as raw material"),
    "C.02": message("Shred or cut"),
    "C.03": message("Sort or separate"),
    "F.01": message("Burn in a grate furnace"),
    "F.07": message("Burn and recover energy"),
}
"""Methods of this trade; the others stand as codes."""

EURAL: Final = {
    "150202*": message("Protective clothing, contaminated with dangerous substances"),
    "150203": message("Protective clothing and wiping cloths, not hazardous"),
    "150109": message("Textile packaging"),
    "160401*": message("Waste ammunition"),
    "191202": message("Ferrous metal from sorting"),
    "191203": message("Non-ferrous metal from sorting"),
    "191204": message("Plastic and rubber from sorting"),
    "191208": message("Textiles from sorting or shredding"),
    "191210": message("Combustible waste"),
    "191211*": message("Residue of sorting, hazardous"),
    "191212": message("Residue of sorting, not hazardous"),
    "200110": message("Clothing"),
    "200111": message("Textiles"),
    "200133*": message("Batteries"),
}
"""Meanings of the codes that are met most."""
