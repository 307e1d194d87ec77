"""Lines of the registers of receipts and of deliveries onward: the fields that the law asks for,
and which of them are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from nl.queries import NumberRow, Party
from nl.rules import delivered_key, kept_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A batch in the register of receipts. received_g: what came; returned_g: of it refused or
    sent back; what is left of both is what counts. load: with what it came, for counting loads.

    number, carrier, ordered_by: None when nobody said so.
    """

    day: date
    batch: str
    delivery: str | None
    reference: str | None
    load: str
    party: Party
    group_names: Mapping[str, str]
    group: str
    eural: str
    number: NumberRow | None
    carrier: Party | None
    ordered_by: Party | None
    received_g: int
    returned_g: int
    quality: str
    state: str
    replaced_by: str | None

    @property
    def net_g(self) -> int:
        return self.received_g - self.returned_g

    @property
    def waste_code(self) -> str:
        """What was written down at the gate, or what its stream number stands for."""
        return self.eural or (self.number.eural if self.number else "")

    @property
    def kept_until(self) -> date:
        return kept_until(self.day)

    @property
    def missing(self) -> tuple[str, ...]:
        """What the law asks for and is not there. Of what came to nothing, nothing is asked."""
        if self.net_g <= 0:
            return ()
        asked = {
            "address": self.party.address,
            "registration": self.party.registration,
            "eural": self.waste_code,
            "stream_number": self.number,
            "carrier": self.carrier,
            "carrier_address": self.carrier is None or self.carrier.address,
            "orderer_address": self.ordered_by is None or self.ordered_by.address,
        }
        return tuple(name for name, value in asked.items() if not value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A destination version as the register names it. code: with its version, `panels@1`."""

    code: str
    names: Mapping[str, str]
    usual_name: str
    eural: str
    customs_code: str
    processing: str
    recovery: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A shipment's part for one destination, in the register of deliveries onward.

    carriers: one per part of the way. shipped_g: what left; returned_g: of it refused, sent back
    or undone.
    """

    day: date
    shipment: str
    waybill: str
    party: Party
    route: Route
    number: NumberRow | None
    carriers: tuple[Party, ...]
    ordered_by: Party
    shipped_g: int
    returned_g: int
    state: str

    @property
    def net_g(self) -> int:
        return self.shipped_g - self.returned_g

    @property
    def stream(self) -> str:
        """What it is counted under in a notification."""
        return delivered_key(self.party.code, self.route.code)

    @property
    def kept_until(self) -> date:
        return kept_until(self.day)

    @property
    def missing(self) -> tuple[str, ...]:
        if self.net_g <= 0:
            return ()
        asked = {
            "address": self.party.address,
            "registration": self.party.registration,
            "eural_or_customs": self.route.eural or self.route.customs_code,
            "processing": self.route.processing,
            "carrier_shipment": self.carriers,
            "carrier_address": all(carrier.address for carrier in self.carriers),
            "orderer_address": self.ordered_by.address,
        }
        return tuple(name for name, value in asked.items() if not value)
