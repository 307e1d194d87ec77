"""One of everything, for pages that name a thing."""

from __future__ import annotations

from accounts.actions import make_token
from accounts.badges import make_badge
from accounts.devices import enrol, issue_code
from accounts.queries import api_tokens
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from dispatch.documents import document_of, keep_document
from dispatch.queries import shipment_by_code
from tests.builders import Depot
from tests.certificates.office import certify, confirmed
from tests.nl.counter import Counter
from tests.reporting.office import issue
from tests.web.api.good import filled_bin


def tablet_at(depot: Depot, station: str = "S1-A", name: str = "Tafel 1") -> int:
    """The number of a tablet that was let in at a station."""
    with depot.database.write() as session:
        code = issue_code(session, station, name, viewer=depot.people["leader"], now=depot.now)
        return enrol(session, code, now=depot.now).device_id


def badge_of(depot: Depot, name: str = "Kaart 1") -> int:
    """The number of a badge of the first site."""
    with depot.database.write() as session:
        number, _ = make_badge(session, "S1", name, viewer=depot.people["leader"], now=depot.now)
        return number


def machine_of(depot: Depot) -> int:
    """The number of a token for a machine of a supplier."""
    with depot.database.write() as session:
        home = rulebook(session).organisations["NOORDERHAVEN"].id
        make_token(
            session, role=Role.SUPPLIER, organisation="NOORDERHAVEN", name="Mail", now=depot.now
        )
        return api_tokens(session, [home], now=depot.now)[0].id


def things(depot: Depot) -> dict[str, str]:
    """One of everything of Waterkant, at its first site, for its first partners."""
    delivery = depot.announce(300_000)["code"]
    batch = depot.log(300_000, delivery=delivery)["code"]
    find, handed = depot.find(batch), depot.find(batch)
    depot.hand_over(handed)
    filled = depot.open_bin("reuse")
    depot.sort(batch, {filled: 100_000, "recycle": 50_000})
    scan_id = depot.scan_id
    depot.close_bin(filled, 100_000)
    shipment = depot.ship(filled)
    proven = depot.log(50_000)["code"]
    confirmed(depot, proven, 10_000)
    paper = document_of(b"%PDF-1.7 %%EOF")
    with depot.database.write() as session:
        row = shipment_by_code(session, rulebook(session), shipment, depot.people["leader"])
        keep_document(session, paper, row.id, now=depot.now)
    return {
        "delivery": delivery,
        "announced": depot.announce(100_000)["code"],
        "batch": batch,
        "bin": filled_bin(depot),
        "find": find,
        "handed": handed,
        "shipment": shipment,
        "paper": paper.hash,
        "certificate": certify(depot, "recycling", "batch", proven)["code"],
        "report": issue(depot, "NOORDERHAVEN")["code"],
        "scan_id": scan_id,
        "tablet": str(tablet_at(depot)),
        "badge": str(badge_of(depot)),
        "station": "S1-A",
        "machine": str(machine_of(depot)),
        "stream_number": Counter(depot).make(),
        "month": "S1.2026-02",
        "figure": "reuse_of_sorted",
        "piece": "BOX1",
    }
