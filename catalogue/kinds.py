"""The closed lists of the domain: values that code decides on. All else is reference data."""

from __future__ import annotations

from enum import StrEnum


class Stream(StrEnum):
    """The three main streams, always these."""

    REUSE = "reuse"
    RECYCLE = "recycle"
    INCINERATION = "incineration"


class Pool(StrEnum):
    """Where grams can stand."""

    SUPPLIER = "SUPPLIER"
    HOLDING = "HOLDING"
    QUARANTINE = "QUARANTINE"
    BIN = "BIN"
    SHIPPED = "SHIPPED"
    CONFIRMED = "CONFIRMED"
    LOSS = "LOSS"
    FINDS = "FINDS"


class Quality(StrEnum):
    """How well a mass is known."""

    MEASURED = "measured"
    ESTIMATED = "estimated"


class Security(StrEnum):
    """What the owner demands of an article group, from lenient to strict."""

    OPEN = "open"
    DEBRAND = "debrand"
    DESTROY = "destroy"
    SERIAL = "serial"


class StationKind(StrEnum):
    """What a labelled work place is for."""

    INTAKE = "intake"
    INSPECTION = "inspection"
    SORTING = "sorting"
    DISPATCH = "dispatch"


class Role(StrEnum):
    """Who somebody is to the system; what a role may do stands in `web/permissions.py`."""

    WORKER = "worker"
    TEAM_LEADER = "team_leader"
    MANAGER = "manager"
    SUPPLIER = "supplier"
    OUTLET = "outlet"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Purpose(StrEnum):
    """What a factor is for. Without one that is valid, its figure says that it is missing.

    Of a kilogram that came back into use: what making it new gives off, how much of it truly takes
    the place of something new, and what making it fit gives off. Of a kilogram recycled: what the
    raw material gives off, how much of that is spared, and what the work gives off. And what an
    inventory counts for a kilogram of waste by where it goes.
    """

    NEW_PRODUCT = "new_product"
    DISPLACEMENT = "displacement"
    REUSE_WORK = "reuse_work"
    RAW_MATERIAL = "raw_material"
    SUBSTITUTION = "substitution"
    RECYCLING_WORK = "recycling_work"
    INVENTORY_RECYCLING = "inventory_recycling"
    INVENTORY_COMBUSTION = "inventory_combustion"
    INVENTORY_LANDFILL = "inventory_landfill"


class FactorUnit(StrEnum):
    """What the numbers of a factor count."""

    PERMILLE = "permille"
    G_CO2E_PER_KG = "g_co2e_per_kg"
    MG_CO2E_PER_T = "mg_co2e_per_t"


class Direction(StrEnum):
    """Which side of a target is the good one."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class AppliesTo(StrEnum):
    """Whose target it is: the operator's own, or what the law asks of producers' sales."""

    OPERATOR = "operator"
    PRODUCERS = "producers"


class PartnerRole(StrEnum):
    """What an organisation is to an operator."""

    OPERATOR = "operator"
    SUPPLIER = "supplier"
    OUTLET = "outlet"
    CARRIER = "carrier"


class BatchState(StrEnum):
    """The life of a batch; `held` stands beside any of them."""

    RECEIVED = "received"
    SORTING = "sorting"
    CLOSED = "closed"
    REFUSED = "refused"
    REVERSED = "reversed"
    REPLACED = "replaced"


class BinState(StrEnum):
    """The life of a bin."""

    OPEN = "open"
    CLOSED = "closed"
    SHIPPED = "shipped"
    REVERSED = "reversed"


class DeliveryState(StrEnum):
    """The life of a delivery."""

    ANNOUNCED = "announced"
    RECEIVED = "received"
    REVERSED = "reversed"


class ShipmentState(StrEnum):
    """The life of a shipment: on its way until everything in it is confirmed or came back."""

    SHIPPED = "shipped"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    REVERSED = "reversed"


UNKNOWN_GROUP = "unknown"
"""Code of the article group that stands for "not determined": every operator has it."""

WEIGHING_DIFFERENCE = "weighing_difference"
"""Code of the loss kind that takes every difference between weighings: every operator has it."""
