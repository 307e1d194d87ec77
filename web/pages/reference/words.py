"""Words for the closed lists of the reference data, and for what needs somebody."""

from __future__ import annotations

from catalogue.kinds import (
    AppliesTo,
    Direction,
    FactorUnit,
    PartnerRole,
    Purpose,
    Security,
)
from web.i18n import message

SECURITIES = {
    Security.OPEN.value: message("Open: may go anywhere"),
    Security.DEBRAND.value: message("Marks off first"),
    Security.DESTROY.value: message("Must be destroyed"),
    Security.SERIAL.value: message("Every item has a number"),
}
PARTNER_ROLES = {
    PartnerRole.SUPPLIER.value: message("Supplier"),
    PartnerRole.OUTLET.value: message("Outlet"),
    PartnerRole.CARRIER.value: message("Carrier"),
    PartnerRole.OPERATOR.value: message("Operator"),
}
ACTS = {
    "hold": message("Hold"),
    "release": message("Release"),
    "refusal": message("Refuse"),
    "correction": message("Correct"),
    "reversal": message("Undo"),
    "close": message("Close with a difference"),
    "reopen": message("Open again"),
    "return": message("Take goods back"),
    "handover": message("Hand over a find"),
    "destruction": message("Destroy an item"),
    "relabel": message("Replace a label"),
    "settlement": message("Decide on a scan"),
    "withdrawal": message("Withdraw a certificate"),
}
PURPOSES = {
    Purpose.NEW_PRODUCT.value: message("Making it new"),
    Purpose.DISPLACEMENT.value: message("How much really replaces something new"),
    Purpose.REUSE_WORK.value: message("Work to make it fit for reuse"),
    Purpose.RAW_MATERIAL.value: message("Making the raw material"),
    Purpose.SUBSTITUTION.value: message("How much raw material it replaces"),
    Purpose.RECYCLING_WORK.value: message("Work of recycling"),
    Purpose.INVENTORY_RECYCLING.value: message("Inventory: recycling"),
    Purpose.INVENTORY_COMBUSTION.value: message("Inventory: incineration"),
    Purpose.INVENTORY_LANDFILL.value: message("Inventory: landfill"),
}
FACTOR_UNITS = {
    FactorUnit.PERMILLE.value: "‰",
    FactorUnit.G_CO2E_PER_KG.value: "g CO2e/kg",
    FactorUnit.MG_CO2E_PER_T.value: "mg CO2e/t",
}
DIRECTIONS = {
    Direction.AT_LEAST.value: message("At least"),
    Direction.AT_MOST.value: message("Not more than"),
}
APPLIES_TO = {
    AppliesTo.OPERATOR.value: message("Our own wish"),
    AppliesTo.PRODUCERS.value: message("The law, for producers"),
}
LACKS = {
    "no_address": message("The address is missing."),
    "no_registration": message("The registration number is missing."),
    "no_vihb": message("The number of the carrier (VIHB) is missing."),
    "no_processor_number": message("The processor number is missing."),
    "permit_over": message("The permit ended on %(day)s."),
    "permit_ends": message("The permit ends on %(day)s."),
    "tare_old": message("The tare was weighed on %(day)s: weigh it again."),
    "calibration_over": message("Calibration was due on %(day)s: what it weighs is an estimate."),
    "calibration_ends": message("Calibrate it before %(day)s."),
    "no_factors": message("There are no factors of this year."),
}
PROBLEMS = {
    "missing": message("Fill this in."),
    "unknown": message("This is not known here."),
    "not a code": message("Type capitals and digits, with hyphens between them."),
    "not a day": message("Choose a day."),
    "not yes or no": message("Choose yes or no."),
    "cannot change": message("This cannot be changed any more."),
    "not a number from zero up": message("Type a whole number."),
    "not tcp://host:port": message("Type it like tcp://10.0.0.5:4001."),
    "not a name or address on the network": message("This is no name or address on the network."),
    "not a port": message("Type a number from 1 to 65535."),
    "not names by language": message("Type a name in both languages."),
    "before valid_from": message("This lies before the first day."),
    "not between low and high": message("This lies between low and high."),
    "not for this purpose": message("This unit does not belong to what it is for."),
    "more than all": message("Together these are more than all of it."),
    "not a list of codes": message("Choose one or more."),
}
ODD = message("This cannot be right. Look at it again.")
AT_MOST = message("At most %(limit)s.")
CHARACTERS_AT_MOST = message("At most %(limit)s characters.")
TAKEN = message("There is one with this code already. Change that one, or choose another code.")
PAIR_TAKEN = message("There is one for this already. Change that one.")
NOTHING_NEW = message("Nothing is different yet.")
NOBODY_KNOWS = message("This is not known here, or another operator has it.")
CODE = message("Code")
CHOSEN_CODE = message("Capitals, digits and hyphens, such as HAL1-IN. It stays for ever.")
NO_WORD_CODE = message("Type small letters, digits and _, and begin with a letter.")
WHICH = message("Which")
KEPT_ELSEWHERE = message("Another operator registered this organisation, and keeps it.")
USES = {
    "batches": message("Batches"),
    "open_batches": message("Batches that are still open"),
    "deliveries": message("Deliveries"),
    "shipments": message("Shipments"),
    "carried": message("Shipments that it drove"),
    "parts": message("Organisations under it"),
    "bins": message("Bins"),
    "stations": message("Stations"),
    "containers": message("Containers"),
    "scales": message("Scales"),
    "printers": message("Printers"),
    "weighings": message("Weighings"),
    "labels": message("Labels printed"),
    "tablets": message("Tablets"),
    "finds": message("Finds"),
    "passed": message("Times that something passed it"),
    "losses": message("Batches with this loss"),
    "destinations": message("Destinations"),
    "guides": message("Sorting guides"),
    "owner_rules": message("Owner's rules"),
    "outlets": message("Outlets that take it"),
}
