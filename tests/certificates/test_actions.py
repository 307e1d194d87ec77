"""Certificates: what they state, what they refuse to state, and when they stop being true."""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

import pytest

from catalogue.errors import (
    Malformed,
    NotFound,
    NothingToCertify,
    NumberMissing,
    ReasonNeeded,
    ScanReused,
    StateForbids,
)
from certificates.standing import State
from certificates.statement import PURPOSE
from proof.merkle import verify_inclusion
from proof.signing import holds, verify_head
from streams.verify import audit
from tests.audit import breaches
from tests.builders import Depot
from tests.certificates.office import (
    RING,
    burnt_vests,
    certify,
    command_of,
    confirmed,
    filled,
    look,
    march,
    send,
    stands,
    take_in,
)


def test_a_certificate_states_what_was_confirmed_and_where_the_rest_is(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    shipment, _ = confirmed(depot, batch, 60_000, recycle=55_000, burn=5_000)
    answer = certify(depot, "recycling", "batch", batch)
    said = look(depot, answer["code"]).document
    (line,) = said["lines"]
    assert (line["batch"], line["destination"], line["mass_g"]) == (batch, "recycle", 55_000)
    assert (line["shipment"], line["quality"], line["confirmed_on"]) == (
        shipment,
        "measured",
        "2026-03-02",
    )
    assert said["coverage"] == {
        "received_g": 100_000,
        "certified_g": 55_000,
        "otherwise_confirmed_g": 5_000,
        "pending_g": 40_000,
        "lost_g": 0,
        "finds_g": 0,
        "permille": 550,
    }
    (tree,) = said["batches"]
    assert sum(one["mass_g"] for one in tree["stands"]) == tree["received_g"] == 100_000
    assert breaches(depot.database) == []


def test_every_line_is_proven_by_its_entry_under_a_signed_head(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    confirmed(depot, batch, 60_000)
    depot.log(1_000)
    whole = look(depot, certify(depot, "recycling", "batch", batch)["code"])
    envelope = json.loads(whole.text)
    assert holds(envelope, RING.public_keys(), PURPOSE)
    said = whole.document
    (as_of,) = said["as_of"]
    assert verify_head(as_of["checkpoint"], RING.current.public)
    entries = {one["entry"]: one for one in said["entries"]}
    for line in said["lines"]:
        for name in ("entry", "confirmation"):
            one = entries[line[name]]
            assert verify_inclusion(
                index=int(one["entry"].partition("#")[2]) - 1,
                size=as_of["size"],
                leaf=bytes.fromhex(one["hash"]),
                proof=[bytes.fromhex(step) for step in one["path"]],
                expected_root=bytes.fromhex(as_of["root"]),
            )


def test_the_same_scan_gives_the_same_certificate(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    confirmed(depot, batch, 60_000)
    command = command_of(depot, "recycling", "batch", batch)
    first = send(depot, command)
    depot.later(days=1)
    assert send(depot, command) == first
    with depot.scanning(scan_id=command.scan_id), pytest.raises(ScanReused):
        certify(depot, "reuse", "batch", batch)


def test_a_kind_states_only_what_is_of_that_kind(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    confirmed(depot, batch, 50_000, "reuse", reuse=20_000, recycle=18_000, burn=12_000)
    masses = {
        kind: certify(depot, kind, "batch", batch)["mass_g"]
        for kind in ("reuse", "recycling", "destruction")
    }
    # Where goods may go that must be destroyed, nothing stays whole: recycle takes them.
    assert masses == {"reuse": 20_000, "recycling": 18_000, "destruction": 30_000}


def test_what_is_only_under_way_is_not_certified(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    depot.ship(filled(depot, "recycle", {batch: 60_000}))
    with pytest.raises(NothingToCertify) as refused:
        certify(depot, "recycling", "batch", batch)
    assert refused.value.figures == {
        "received_g": 100_000,
        "confirmed_g": 0,
        "pending_g": 100_000,
        "lost_g": 0,
    }


def test_a_certificate_never_tells_of_another_supplier(depot: Depot) -> None:
    ours, theirs = (
        depot.log(50_000, supplier=name)["code"] for name in ("NOORDERHAVEN", "DUINRAND")
    )
    shipment = depot.ship(filled(depot, "recycle", {ours: 20_000, theirs: 30_000}))
    depot.confirm(shipment, {"recycle": 50_000})
    with pytest.raises(Malformed) as refused:
        certify(depot, "recycling", "shipment", shipment)
    assert refused.value.figures["field"] == "supplier"
    answer = certify(depot, "recycling", "shipment", shipment, supplier="DUINRAND")
    text = look(depot, answer["code"]).text
    assert answer["mass_g"] == 30_000
    assert ours not in text
    assert "NOORDERHAVEN" not in text.upper()
    with pytest.raises(NotFound):
        look(depot, answer["code"], by="noorderhaven")
    assert look(depot, answer["code"], by="duinrand").row.mass_g == 30_000
    with pytest.raises(NotFound):
        look(depot, answer["code"], by="outsider")


def test_a_parent_sees_the_certificates_of_its_child(depot: Depot) -> None:
    batch = depot.log(50_000, supplier="ZEEKANT")["code"]
    confirmed(depot, batch, 10_000)
    code = certify(depot, "recycling", "batch", batch)["code"]
    assert look(depot, code, by="noorderhaven").row.mass_g == 10_000


def test_a_delivery_and_a_period_are_all_that_came_in_then(
    parallel_depot: Depot,
) -> None:
    depot = parallel_depot
    delivery = depot.announce(100_000)["code"]
    first = depot.log(60_000, delivery=delivery)["code"]
    second = depot.log(40_000, delivery=delivery)["code"]
    other = depot.log(10_000)["code"]
    for batch in (first, second, other):
        confirmed(depot, batch, 10_000)
    whole = certify(depot, "recycling", "delivery", delivery)
    assert set(look(depot, whole["code"]).document["totals"]["batches"]) == {first, second}
    period = certify(depot, "recycling", "period", supplier="NOORDERHAVEN", **march())
    said = look(depot, period["code"]).document
    assert said["scope"] == {
        "kind": "period",
        "from": "2026-03-01",
        "to": "2026-04-01",
        "basis": "received",
    }
    assert (said["totals"]["mass_g"], said["coverage"]["received_g"]) == (30_000, 110_000)
    with pytest.raises(NothingToCertify):
        certify(depot, "recycling", "period", supplier="DUINRAND", **march())


def test_a_shipment_certificate_leaves_out_what_went_with_others(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    first, _ = confirmed(depot, batch, 30_000)
    confirmed(depot, batch, 20_000)
    answer = certify(depot, "recycling", "shipment", first)
    assert answer["mass_g"] == 30_000
    said = look(depot, answer["code"]).document
    assert said["coverage"]["otherwise_confirmed_g"] == 20_000


def test_an_undone_confirmation_takes_the_certificate_with_it(
    parallel_depot: Depot,
) -> None:
    depot = parallel_depot
    batch = depot.log(100_000)["code"]
    _, kept = confirmed(depot, batch, 30_000)
    _, undone = confirmed(depot, batch, 20_000)
    code = certify(depot, "recycling", "batch", batch)["code"]
    assert stands(depot, code).state is State.VALID
    confirmed(depot, batch, 5_000)
    assert stands(depot, code).state is State.VALID
    depot.reverse(undone)
    found = stands(depot, code)
    assert (found.state, found.missing_g) == (State.OUTDATED, 20_000)
    ((entry, change),) = found.against
    assert (entry.startswith("site:S1#"), change.kind) == (True, "reverse")
    assert kept != undone


def test_confirmed_anew_is_not_what_was_certified(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    shipment, scan_id = confirmed(depot, batch, 30_000)
    code = certify(depot, "recycling", "batch", batch)["code"]
    depot.reverse(scan_id)
    depot.confirm(shipment, {"recycle": 30_000})
    # Another entry confirms it now: who relies on the certificate must see the new one.
    assert stands(depot, code).missing_g == 30_000
    assert stands(depot, certify(depot, "recycling", "batch", batch)["code"]).state is State.VALID


def test_a_corrected_supplier_takes_the_grams_and_undoing_it_brings_them_back(
    depot: Depot,
) -> None:
    batch = depot.log(100_000)["code"]
    confirmed(depot, batch, 30_000)
    code = certify(depot, "recycling", "batch", batch)["code"]
    moved = depot.correct(batch, supplier="DUINRAND")["code"]
    correction = depot.scan_id
    assert (stands(depot, code).state, stands(depot, code).missing_g) == (State.OUTDATED, 30_000)
    with pytest.raises(NothingToCertify):
        certify(depot, "recycling", "batch", batch)
    anew = certify(depot, "recycling", "batch", moved)
    (line,) = look(depot, anew["code"]).document["lines"]
    assert (line["supplier"], line["mass_g"]) == ("DUINRAND", 30_000)
    assert line["entry"] != line["confirmation"]
    assert line["shipment"] is not None
    depot.reverse(correction)
    assert stands(depot, code).state is State.VALID
    assert stands(depot, anew["code"]).state is State.OUTDATED


def test_a_batch_that_weighed_something_else_outdates_its_certificate(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    confirmed(depot, batch, 30_000)
    code = certify(depot, "recycling", "batch", batch)["code"]
    depot.correct(batch, gross_g=130_000)
    found = stands(depot, code)
    assert (found.state, found.missing_g) == (State.OUTDATED, 0)
    assert [change.kind for _, change in found.against] == ["correct"]


def test_a_certificate_is_withdrawn_once_for_a_reason(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    confirmed(depot, batch, 30_000)
    code = certify(depot, "recycling", "batch", batch)["code"]
    with pytest.raises(ReasonNeeded):
        take_in(depot, code, reason="damp")
    take_in(depot, code)
    found = stands(depot, code)
    assert found.state is State.WITHDRAWN
    assert found.withdrawal is not None
    assert (found.withdrawal.reason, found.withdrawal.by) == ("mistake", None)
    with pytest.raises(StateForbids):
        take_in(depot, code)
    assert breaches(depot.database) == []


def test_a_replacement_withdraws_what_it_replaces_and_both_say_so(
    parallel_depot: Depot,
) -> None:
    depot = parallel_depot
    batch = depot.log(100_000)["code"]
    confirmed(depot, batch, 30_000)
    old = certify(depot, "recycling", "batch", batch)["code"]
    text = look(depot, old).text
    confirmed(depot, batch, 20_000)
    with pytest.raises(ReasonNeeded):
        certify(depot, "recycling", "batch", batch, replaces=old)
    with pytest.raises(Malformed):
        certify(depot, "recycling", "batch", batch, reason="mistake")
    new = certify(depot, "recycling", "batch", batch, replaces=old, reason="mistake")
    found = stands(depot, old).withdrawal
    assert found is not None
    assert found.by == new["code"]
    assert look(depot, new["code"]).document["replaces"] == old
    assert look(depot, old).text == text
    other = depot.log(50_000, supplier="DUINRAND")["code"]
    confirmed(depot, other, 10_000)
    with pytest.raises(Malformed):
        certify(depot, "recycling", "batch", other, replaces=new["code"], reason="mistake")
    with pytest.raises(StateForbids):
        certify(depot, "recycling", "batch", batch, replaces=old, reason="mistake")
    assert breaches(depot.database) == []


@pytest.mark.parametrize(
    "strange",
    [
        {"kind": "gift"},
        {"scope": "year"},
        {"code": None},
        {"first": date(2026, 3, 1)},
        {"scope": "period"},
        {"scope": "period", "code": None, "supplier": "NOORDERHAVEN"},
        {"scope": "period", "code": None, "first": date(2026, 3, 2), "end": date(2026, 3, 2),
         "supplier": "NOORDERHAVEN"},
        {"scope": "period", "code": None, "first": date(2026, 3, 2), "end": date(2026, 3, 3)},
    ],
)  # fmt: skip
def test_a_certificate_of_nothing_in_particular_is_refused(
    depot: Depot, strange: dict[str, object]
) -> None:
    batch = depot.log(100_000)["code"]
    said = {"kind": "recycling", "scope": "batch", "code": batch} | strange
    with pytest.raises(Malformed):
        certify(depot, **said)


def test_what_belongs_to_others_cannot_be_certified(depot: Depot) -> None:
    batch = depot.log(100_000)["code"]
    shipment, _ = confirmed(depot, batch, 30_000)
    for by in ("outsider", "leader_s2", "noorderhaven", "vezelhof"):
        with depot.as_(by):
            for scope, code in (("batch", batch), ("shipment", shipment), ("delivery", "D2")):
                with pytest.raises(NotFound):
                    certify(depot, "recycling", scope, code)


def test_a_ballistic_item_is_not_certified_without_its_number(depot: Depot) -> None:
    batch = burnt_vests(depot, pieces=2)
    with pytest.raises(NumberMissing) as refused:
        certify(depot, "destruction", "batch", batch)
    assert refused.value.figures == {
        "batch": batch,
        "article_group": "vest",
        "pieces": 2,
        "numbers": 0,
    }


def test_destroyed_items_stand_on_the_certificate_by_their_number(depot: Depot) -> None:
    batch = burnt_vests(depot, pieces=2, numbers=("VP-1", "VP-2"))
    depot.destroy_item("VP-1")
    with pytest.raises(NumberMissing) as refused:
        certify(depot, "destruction", "batch", batch)
    assert (refused.value.figures["pieces"], refused.value.figures["numbers"]) == (2, 1)
    depot.destroy_item("VP-2")
    destroyed = depot.scan_id
    code = certify(depot, "destruction", "batch", batch)["code"]
    said = look(depot, code).document
    assert [item["number"] for item in said["items"]] == ["VP-1", "VP-2"]
    assert {item["entry"] for item in said["items"]} <= {one["entry"] for one in said["entries"]}
    depot.reverse(destroyed)
    found = stands(depot, code)
    assert (found.state, found.missing_g) == (State.OUTDATED, 0)
    assert [change.kind for _, change in found.against] == ["reverse"]


@pytest.mark.parametrize(
    ("table", "tampering"),
    [
        ("certificate_text", "UPDATE certificate_text SET content = content || ' '"),
        ("certificate", "UPDATE certificate SET mass_g = mass_g + 1"),
        ("certificate_batch", "DELETE FROM certificate_batch"),
        ("withdrawal", "DELETE FROM withdrawal"),
    ],
)
def test_what_was_rewritten_in_the_database_is_named(
    depot: Depot, table: str, tampering: str
) -> None:
    batch = depot.log(100_000)["code"]
    confirmed(depot, batch, 30_000)
    take_in(depot, certify(depot, "recycling", "batch", batch)["code"])
    with depot.database.write() as session:
        for verb in ("update", "delete"):
            session.connection().exec_driver_sql(f"DROP TRIGGER {table}_no_{verb}")
        session.connection().exec_driver_sql(tampering)
        assert next(audit(session)).where.split()[0] == table
        session.rollback()


def test_unknown_certificates_answer_like_those_of_others(depot: Depot) -> None:
    for code in ("W2", str(uuid4())):
        with pytest.raises(NotFound):
            look(depot, code)
        with pytest.raises(NotFound):
            take_in(depot, code)
