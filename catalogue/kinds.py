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
