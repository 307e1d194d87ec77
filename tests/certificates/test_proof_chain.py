"""The proof chain of a delivery from the register, against what was done in the depot."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from catalogue.errors import NotFound
from catalogue.kinds import Stream
from catalogue.rulebook import rulebook
from certificates.proof_chain import ProofChain, proof_of_batch, proof_of_delivery
from certificates.proof_rules import Away, Step, Why
from dispatch.rules import CONFIRM_DAYS
from tests.builders import Depot
from tests.certificates.office import certify, confirmed, filled, take_in
from tests.web.api.counting import statements

DAYS = CONFIRM_DAYS


def proof(depot: Depot, code: str, by: str = "manager") -> ProofChain:
    read = proof_of_delivery if code.startswith("D") else proof_of_batch
    with depot.database.read() as session:
        book = rulebook(session)
        return read(session, book, code, depot.people[by], now=depot.now)


def reached(found: ProofChain) -> list[int]:
    return [found.chain.whole.reached_g[step] for step in Step]


def missing(found: ProofChain) -> list[tuple[Why, int]]:
    return [(gap.why, gap.mass_g) for gap in found.chain.gaps]


def test_a_delivery_is_followed_step_by_step(depot: Depot) -> None:
    delivery = depot.announce(100_000)["code"]
    assert missing(proof(depot, delivery)) == [(Why.NOT_COME, 100_000)]
    batch = depot.log(100_000, delivery=delivery)["code"]
    assert missing(proof(depot, delivery)) == [(Why.TO_SORT, 100_000)]
    code = filled(depot, "recycle", {batch: 60_000})
    depot.sort(batch, {"burn": 39_000})
    depot.find(batch, mass_g=200)
    depot.close(batch, {"dust": 800})
    shipment = depot.ship(code)
    found = proof(depot, delivery)
    assert reached(found) == [100_000, 100_000, 99_000, 60_000, 0, 0]
    assert missing(found) == [(Why.BIN_OPEN, 39_000), (Why.NOT_CONFIRMED, 60_000)]
    assert [(one.away, one.kind, one.mass_g) for one in found.chain.aside] == [
        (Away.LOSS, "dust", 800), (Away.FIND, "", 200),
    ]  # fmt: skip
    (_, gap) = found.chain.gaps
    assert (gap.subject, gap.outlet, gap.since) == (shipment, "VEZELHOF", date(2026, 3, 2))
    depot.later(days=DAYS + 1)
    assert [gap.why for gap in proof(depot, delivery).chain.gaps][1] is Why.OVERDUE
    depot.confirm(shipment, {"recycle": 57_000, "burn": 3_000})
    found = proof(depot, delivery)
    assert missing(found)[1:] == [(Why.NOT_CERTIFIED, 57_000), (Why.NOT_CERTIFIED, 3_000)]
    made = certify(depot, "recycling", "delivery", delivery)["code"]
    found = proof(depot, delivery)
    assert missing(found)[1:] == [(Why.NOT_CERTIFIED, 3_000)]
    assert (found.certificates, reached(found)[-1]) == ([made], 57_000)
    (row,) = found.chain.batches
    assert row.streams[Stream.RECYCLE].reached_g[Step.CERTIFIED] == 57_000
    assert row.streams[Stream.INCINERATION].reached_g[Step.SHIPPED] == 3_000
    take_in(depot, made)
    assert reached(proof(depot, delivery))[-1] == 0


def test_certificates_of_one_shipment_each_are_added_and_what_both_state_counts_once(
    depot: Depot,
) -> None:
    batch = depot.log(100_000)["code"]
    for mass_g in (30_000, 20_000):
        shipment, _ = confirmed(depot, batch, mass_g)
        certify(depot, "recycling", "shipment", shipment)
    assert reached(proof(depot, batch))[-1] == 50_000
    certify(depot, "recycling", "batch", batch)
    assert reached(proof(depot, batch))[-1] == 50_000


def test_a_chain_tells_a_supplier_of_its_own_and_nobody_else(depot: Depot) -> None:
    delivery = depot.announce(100_000)["code"]
    batch = depot.log(100_000, delivery=delivery)["code"]
    for name in ("noorderhaven", "worker", "auditor"):
        assert reached(proof(depot, delivery, name)) == reached(proof(depot, batch, name))
    for name in ("duinrand", "vezelhof", "outsider", "leader_s2"):
        for code in (delivery, batch):
            with pytest.raises(NotFound):
                proof(depot, code, name)


def test_a_batch_of_somebody_else_leaves_the_delivery_and_is_named(depot: Depot) -> None:
    delivery = depot.announce(100_000)["code"]
    batch = depot.log(100_000, delivery=delivery)["code"]
    new = depot.correct(batch, supplier="DUINRAND")["code"]
    found = proof(depot, delivery)
    assert (found.left, reached(found)) == ([batch], [100_000, 0, 0, 0, 0, 0])
    assert missing(found) == [(Why.NOT_COME, 100_000)]
    assert reached(proof(depot, new)) == [100_000, 100_000, 0, 0, 0, 0]


def test_what_came_back_waits_in_its_bin_since_that_day(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    shipment = depot.ship(filled(depot, "recycle", {batch: 60_000}))
    scan = depot.scan_id
    depot.later(days=3)
    depot.reverse(scan)
    found = proof(depot, batch)
    assert missing(found) == [(Why.TO_SORT, 40_000), (Why.BIN_CLOSED, 60_000)]
    assert found.chain.gaps[1].since == date(2026, 3, 5)
    assert shipment not in [gap.subject for gap in found.chain.gaps]


def test_a_chain_takes_a_fixed_number_of_statements_however_much_came(depot: Depot) -> None:
    def asked(code: str) -> int:
        proof(depot, code)
        with statements(depot.database) as told:
            proof(depot, code)
        return len(told)

    def came(delivery: str, times: int) -> None:
        for _ in range(times):
            batch = depot.log(100_000, delivery=delivery)["code"]
            confirmed(depot, batch, 10_000)
            depot.ship(filled(depot, "recycle", {batch: 5_000}))
            depot.sort(batch, {"burn": 5_000, "reuse": 1_000})

    delivery = depot.announce(100_000)["code"]
    came(delivery, 1)
    certify(depot, "recycling", "delivery", delivery)
    few = asked(delivery)
    came(delivery, 5)
    depot.later(days=1)
    certify(depot, "recycling", "delivery", delivery)
    assert asked(delivery) == few <= 14


def test_the_days_of_a_gap_are_those_of_the_site(depot: Depot) -> None:
    batch = depot.log(1_000)["code"]
    depot.now = depot.now.replace(hour=22, minute=59)
    assert proof(depot, batch).chain.gaps[0].days == 0
    depot.now += timedelta(minutes=1)
    assert proof(depot, batch).chain.gaps[0].days == 1


def test_what_the_outlet_refused_waits_for_the_team_leader_and_is_not_late(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    shipment = depot.ship(filled(depot, "recycle", {batch: 60_000}))
    depot.confirm(shipment, {"recycle": 40_000}, refused_g=20_000, refused_reason="damp")
    depot.later(days=DAYS + 5)
    gap = proof(depot, batch).chain.gaps[-2]
    assert (gap.why, gap.mass_g, gap.subject) == (Why.REFUSED, 20_000, shipment)
    assert reached(proof(depot, batch))[2:] == [60_000, 60_000, 40_000, 0]
