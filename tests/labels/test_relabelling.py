"""A blank label in the place of a damaged one: both find the same thing, everywhere."""

from __future__ import annotations

import pytest

from catalogue.codes import CodeKind, mint
from catalogue.errors import CodeTaken, Malformed, NotFound, PracticeLabel, ReasonNeeded, ScanReused
from catalogue.rulebook import rulebook
from dispatch.returning import ReturnLine
from streams.queries import batch_by_code, bin_by_code
from streams.relabellings import own_codes, second_labels
from streams.verify import audit
from streams.views import whole_batch, whole_bin
from tests.audit import breaches
from tests.builders import Depot


def second_label(depot: Depot, target: str) -> str:
    """Another label for a batch or a bin."""
    (blank,) = depot.reserve("batch" if target.startswith("B") else "bin")
    assert depot.relabel(target, blank)["label"] == blank
    return blank


def test_both_labels_find_the_same_batch(depot: Depot) -> None:
    batch = depot.log()["code"]
    other = second_label(depot, batch)
    with depot.database.read() as session:
        book = rulebook(session)
        for code in (batch, other):
            assert batch_by_code(session, book, code, depot.people["leader"]).code == batch
        assert own_codes(session, [batch, other]) == {batch: batch, other: batch}
        assert second_labels(session, [batch]) == {batch: [other]}


def test_every_act_on_a_batch_goes_by_either_label_and_is_about_the_batch(depot: Depot) -> None:
    batch = depot.log(300_000)["code"]
    other = second_label(depot, batch)
    depot.pass_gate(other, "logo", 10_000)
    depot.weigh(other, 299_000)
    depot.hold(other, 1_000)
    depot.release(other, 1_000)
    depot.refuse(other, 1_000)
    depot.find(other)
    assert depot.sort(other, {"reuse": 298_000})["code"] == batch
    assert depot.close(other)["code"] == batch
    depot.reopen(other)
    depot.correct(other, gross_g=321_000)
    with depot.database.read() as session:
        whole = whole_batch(session, rulebook(session), other, depot.people["leader"])
        kinds = [told.entry.kind for told in whole.history]
        assert {told.entry.subject for told in whole.history if told.entry.kind != "find"} == {
            batch
        }
    assert kinds == [
        "intake", "relabel", "gate", "weigh", "hold", "release", "refuse", "find", "sort", "close",
        "reopen", "correct",
    ]  # fmt: skip
    assert breaches(depot.database) == []


def test_every_act_on_a_bin_goes_by_either_label(depot: Depot) -> None:
    code = depot.open_bin("reuse")
    other = second_label(depot, code)
    batch = depot.log(300_000)["code"]
    assert depot.sort(batch, {other: 40_000, code: 10_000})["bins"] == [code, code]
    depot.pass_gate(other, "logo", 1_000)
    assert depot.sort(other, {"recycle": 5_000})["code"] == code
    assert depot.close_bin(other, 45_000)["code"] == code
    shipment = depot.ship(other)
    depot.take_back(shipment, ReturnLine(bin=other, mass_g=None))
    with depot.database.read() as session:
        whole = whole_bin(session, rulebook(session), other, depot.people["leader"])
        assert whole.bin.code == code
        assert whole.bin.state.value == "closed"
    assert breaches(depot.database) == []


def test_a_scan_by_the_second_label_that_comes_again_gets_the_same_answer(depot: Depot) -> None:
    batch = depot.log()["code"]
    other = second_label(depot, batch)
    first = depot.sort(other, {"reuse": 1_000})
    with depot.scanning(scan_id=depot.scan_id):
        assert depot.sort(other, {"reuse": 1_000}) == first
        with pytest.raises(ScanReused):
            depot.sort(batch, {"reuse": 1_000})


def test_a_second_label_may_itself_be_replaced(depot: Depot) -> None:
    batch = depot.log()["code"]
    third = second_label(depot, second_label(depot, batch))
    with depot.database.read() as session:
        row = batch_by_code(session, rulebook(session), third, depot.people["leader"])
    assert row.code == batch


def test_a_label_that_is_used_is_not_used_again(depot: Depot) -> None:
    batch, code = depot.log()["code"], depot.open_bin("reuse")
    other = second_label(depot, batch)
    with pytest.raises(CodeTaken):
        depot.relabel(depot.log()["code"], other)
    with pytest.raises(CodeTaken):
        depot.log(code=other)
    with pytest.raises(CodeTaken):
        depot.relabel(batch, batch)
    on_bin = second_label(depot, code)
    with pytest.raises(CodeTaken):
        depot.open_bin("reuse", code=on_bin)


def test_only_a_right_blank_label_takes_the_place(depot: Depot) -> None:
    batch = depot.log()["code"]
    (for_a_bin,) = depot.reserve("bin")
    (elsewhere,) = depot.reserve("batch", station="S2-IN")
    with pytest.raises(Malformed):
        depot.relabel(batch, for_a_bin)
    with pytest.raises(Malformed):
        depot.relabel(batch, "BK4M")
    with pytest.raises(CodeTaken):
        depot.relabel(batch, elsewhere)
    with pytest.raises(PracticeLabel):
        depot.relabel(batch, mint(CodeKind.PRACTICE))
    (blank,) = depot.reserve()
    with pytest.raises(ReasonNeeded):
        depot.relabel(batch, blank, reason="damp")


@pytest.mark.parametrize(
    "target",
    ["BOX1", "S1-IN", mint(CodeKind.BATCH), mint(CodeKind.FIND)],
    ids=["container", "station", "batch", "find"],
)
def test_what_is_no_batch_and_no_bin_gets_no_second_label(depot: Depot, target: str) -> None:
    (blank,) = depot.reserve()
    with pytest.raises(NotFound):
        depot.relabel(target, blank)


def test_a_second_label_shows_nothing_to_others(depot: Depot) -> None:
    other = second_label(depot, depot.log()["code"])
    on_bin = second_label(depot, depot.open_bin("reuse"))
    with depot.database.read() as session:
        book = rulebook(session)
        for find, code in ((batch_by_code, other), (bin_by_code, on_bin)):
            with pytest.raises(NotFound):
                find(session, book, code, depot.people["outsider"])


def test_the_auditor_finds_nothing_wrong_with_second_labels(depot: Depot) -> None:
    second_label(depot, depot.log()["code"])
    with depot.database.read() as session:
        assert list(audit(session)) == []
