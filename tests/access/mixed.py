"""A world in which everything of everybody touches: one bin of two suppliers, two operators with
one supplier, and on everything a word that nobody else may read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from catalogue.actions import define
from catalogue.rulebook import rulebook
from dispatch.documents import document_of, keep_document
from dispatch.queries import shipment_by_code
from intake.finds import hand_over, hand_over_of
from tests.access.house import House
from tests.builders import Depot
from tests.certificates.office import certify
from tests.nl.counter import Counter
from tests.reporting.office import issue

MINUTE: Final = 37
"""Of the hour, at which everything on the floor is done: no other's answer has a time like it."""
PEOPLE: Final = ("Aafke Vinderman", "Berend Getuige", "Cornelis Ontvanger")
NOTE: Final = "zak was kletsnat"
MARCH: Final = {"first": date(2026, 3, 1), "end": date(2026, 4, 1)}


@dataclass
class Party:
    """All that is one party's: its name, and the codes and words of its things."""

    code: str
    name: str
    marks: set[str] = field(default_factory=set)
    own: dict[str, str] = field(default_factory=dict)

    def have(self, what: str, mark: str) -> str:
        self.own[what] = mark
        self.marks.add(mark)
        return mark

    def words(self) -> set[str]:
        return self.marks | {self.code, self.name}


@dataclass
class Mixed:
    """Who is there. shared: bins in which grams of several stand; floor: what only who works there
    may see; scans: every number of a scan."""

    parties: Mapping[str, Party]
    shared: set[str] = field(default_factory=set)
    floor: set[str] = field(default_factory=set)
    scans: set[str] = field(default_factory=set)

    def __getitem__(self, code: str) -> Party:
        return self.parties[code]


def mix(house: House) -> Mixed:
    """Make it. What is made stays until `house.back`."""
    depot = house.depot
    counter = Counter(depot)
    mixed = Mixed({code: Party(code, name) for code, name in NAMES.items()})
    depot.now = depot.now.replace(minute=MINUTE)
    with depot.database.write() as session:
        for code in ("DUINRAND", "NOORDERHAVEN"):
            said = {
                "supplier": code,
                "recycled_permille": 100,
                "year": 2026,
                "source": f"Brief van {code.title()}",
            }
            define(session, "WATERKANT", "declaration", f"{code.lower()}_2026", said, now=depot.now)
        define(session, "BUITENPOST", "organisation", "TAKER", {"name": NAMES["TAKER"]},
               now=depot.now)  # fmt: skip
        define(session, "BUITENPOST", "partner", "NOORDERHAVEN",
               {"organisation": "NOORDERHAVEN", "roles": ["supplier"]}, now=depot.now)  # fmt: skip
    batches = {code: _brought_in(depot, mixed, code) for code in ("NOORDERHAVEN", "DUINRAND")}
    for code in ("NOORDERHAVEN", "DUINRAND"):
        counter.make(code, usual_name=mixed[code].have("usual_name", f"Kleding van {code.title()}"))
    _sent(depot, mixed, batches, "VEZELHOF", "recycle")
    _sent(depot, mixed, batches, "SMELTERIJ", "burn")
    _waiting(depot, mixed, batches)
    _elsewhere(depot, mixed)
    with depot.database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT scan_id FROM entry").scalars()
        mixed.scans |= {str(row) for row in rows if row}
    depot.later(minutes=15)
    _papers(depot, mixed, batches)
    return mixed


NAMES: Final = {
    "NOORDERHAVEN": "Noorderhaven",
    "DUINRAND": "Duinrand",
    "VEZELHOF": "Vezelhof",
    "SMELTERIJ": "Smelterij",
    "VREEMD": "Vreemd",
    "TAKER": "Garenwinner",
    "BUITENPOST": "Buitenpost",
}


def _brought_in(depot: Depot, mixed: Mixed, code: str) -> str:
    party = mixed[code]
    word = code[:4].lower()
    delivery = depot.announce(
        200_000, supplier=code, reference=party.have("reference", f"{word}-opdracht-77"),
        expected_at=depot.now.replace(minute=5),
    )["code"]  # fmt: skip
    batch = party.have(
        "batch",
        depot.log(200_000, supplier=code, delivery=party.have("delivery", delivery))["code"],
    )
    with depot.scanning(note=NOTE):
        depot.hold(batch, 10_000)
    depot.release(batch, 10_000)
    find = party.have("find", depot.find(batch))
    said = depot.carried()
    command = hand_over_of(
        scan_id=said["scan_id"], scanned_at=said["scanned_at"], first=PEOPLE[0], second=PEOPLE[1],
        receiver=PEOPLE[2], receiver_kind=None,
    )  # fmt: skip
    depot.do(hand_over, find, command)
    vests = party.have("vests", depot.log(20_000, supplier=code, article_group="vest")["code"])
    depot.note_item(vests, party.have("serial", f"SER-{word.upper()}-9001"))
    return batch


def _sent(
    depot: Depot, mixed: Mixed, batches: Mapping[str, str], outlet: str, destination: str
) -> None:
    """One bin of both suppliers, to one outlet, which confirmed it."""
    party = mixed[outlet]
    filled = party.have("bin", depot.open_bin(destination))
    for number, batch in enumerate(batches.values(), start=1):
        depot.sort(batch, {filled: 10_000 * number})
    depot.close_bin(filled, 30_000)
    waybill = party.have("waybill", f"BRIEF-{outlet[:4]}-5")
    code = party.have("shipment", depot.ship(filled, outlet=outlet, waybill=waybill))
    paper = document_of(b"%PDF-1.7 %%EOF" + outlet.encode())
    with depot.database.write() as session:
        row = shipment_by_code(session, rulebook(session), code, depot.people["leader"])
        keep_document(session, paper, row.id, now=depot.now)
    party.have("paper", paper.hash)
    depot.confirm(code, {destination: 30_000})


def _waiting(depot: Depot, mixed: Mixed, batches: Mapping[str, str]) -> None:
    """What is still on the floor: an open bin of both, a gate, and a batch at the other site."""
    both = depot.open_bin("sale")
    mixed.shared.add(both)
    mixed.floor |= {*PEOPLE, NOTE}
    for batch in batches.values():
        depot.pass_gate(batch, "logo", 5_000)
        depot.sort(batch, {both: 5_000})
    there = depot.log(40_000, supplier="DUINRAND", site="S2", station="S2-IN")["code"]
    mixed["DUINRAND"].have("at S2", there)


def _elsewhere(depot: Depot, mixed: Mixed) -> None:
    with depot.as_("outsider"):
        own: dict[str, Any] = {"site": "X1", "station": "X1-A"}
        party = mixed["VREEMD"]
        delivery = depot.announce(9_000, supplier="VREEMD", site="X1", reference="vree-88")["code"]
        party.have("reference", "vree-88")
        party.have("delivery", delivery)
        batch = party.have("batch", depot.log(9_000, supplier="VREEMD", **own)["code"])
        ours = mixed["NOORDERHAVEN"].have(
            "at X1", depot.log(9_000, supplier="NOORDERHAVEN", **own)["code"]
        )
        filled = depot.open_bin("recycle", site="X1")
        for each in (batch, ours):
            depot.sort(each, {filled: 4_000}, "X1-A")
        depot.close_bin(filled, 8_000)
        taker = mixed["TAKER"]
        taker.have("bin", filled)
        taker.have("waybill", "BRIEF-TAKE-5")
        code = taker.have("shipment", depot.ship(filled, outlet="TAKER", waybill="BRIEF-TAKE-5"))
        depot.confirm(code, {"recycle": 8_000})


def _papers(depot: Depot, mixed: Mixed, batches: Mapping[str, str]) -> None:
    """Certificates and reports, made in the office, later."""
    for code, batch in batches.items():
        party = mixed[code]
        party.have("certificate", certify(depot, "recycling", "batch", batch)["code"])
        made = issue(depot, code, **MARCH)
        party.have("report", made["number"])
        party.have("report code", made["code"])
    made = issue(depot, None, **MARCH)
    mixed.floor |= {made["number"], made["code"]}
