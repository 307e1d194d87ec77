"""The same scan gets the same answer, whatever became of it and however often it comes."""

from __future__ import annotations

from uuid import uuid4

import pytest

from catalogue.errors import MassExceeded, Parked, RuleBroken, ScanReused
from catalogue.rulebook import rulebook
from sorting.actions import Sort, sort_batch
from streams.ledger import Booked
from streams.scans import Decision, keep, kept, settle
from tests.audit import breaches
from tests.builders import Depot, part


def too_much(depot: Depot, batch: str, mass_g: int = 400_000) -> tuple[Sort, MassExceeded]:
    """A sorting of more than there is, and its refusal."""
    command = Sort(**depot.carried(), station="S1-A", parts=(part(mass_g, "reuse"),))
    with pytest.raises(MassExceeded) as refused:
        depot.do(sort_batch, batch, command)
    return command, refused.value


def keep_it(
    depot: Depot, batch: str, command: Sort, refusal: RuleBroken, status: str = "refused"
) -> None:
    with depot.database.write() as session:
        keep(
            session,
            status=status,
            refusal=refusal,
            kind="sort",
            target=batch,
            command=command,
            request={},
            site=rulebook(session).sites["S1"],
            now=depot.now,
        )


def test_an_accepted_scan_is_answered_to_the_letter_once_more(depot: Depot) -> None:
    batch = depot.log()["code"]
    command = Sort(**depot.carried(), station="S1-A", parts=(part(1_000, "reuse"),))
    answers: list[Booked] = []
    for _ in range(2):
        with depot.database.write() as session:
            by = depot.people["worker"]
            answers.append(sort_batch(session, batch, command, viewer=by, now=depot.now))
        depot.sort(batch, {"recycle": 5_000})
    assert list(answers[0].answer.items()) == list(answers[1].answer.items())
    assert [one.repeated for one in answers] == [False, True]


def test_a_refusal_stays_although_the_rule_would_now_allow_it(depot: Depot) -> None:
    batch = depot.log()["code"]
    command, refusal = too_much(depot, batch)
    keep_it(depot, batch, command, refusal)
    depot.correct(batch, gross_g=920_000)
    with pytest.raises(MassExceeded) as again:
        depot.do(sort_batch, batch, command)
    assert again.value.figures == refusal.figures
    assert again.value.said_before


def test_a_refused_scan_with_other_content_is_not_the_same_scan(depot: Depot) -> None:
    batch = depot.log()["code"]
    command, refusal = too_much(depot, batch)
    keep_it(depot, batch, command, refusal)
    other = Sort(
        scan_id=command.scan_id,
        scanned_at=command.scanned_at,
        station="S1-A",
        parts=(part(1_000, "reuse"),),
    )
    with pytest.raises(ScanReused):
        depot.do(sort_batch, batch, other)


def test_a_parked_scan_waits_until_it_is_settled(depot: Depot) -> None:
    batch = depot.log()["code"]
    command, refusal = too_much(depot, batch)
    keep_it(depot, batch, command, refusal, status="parked")
    depot.correct(batch, gross_g=920_000)
    with pytest.raises(Parked):
        depot.do(sort_batch, batch, command)
    with depot.database.write() as session:
        decision = str(uuid4())
        how = Decision(by=decision, status="settled", reason="mistake")
        settle(session, command.scan_id, how, now=depot.now)
    assert depot.do(sort_batch, batch, command)["held_g"] == 500_000
    assert breaches(depot.database) == []


def test_what_was_kept_first_stands(depot: Depot) -> None:
    batch = depot.log()["code"]
    command, refusal = too_much(depot, batch)
    keep_it(depot, batch, command, refusal)
    keep_it(depot, batch, command, MassExceeded(held_g=0, sorted_g=1, tolerance_g=0), "parked")
    with depot.database.read() as session:
        found = kept(session, command.scan_id)
    assert found is not None
    assert (found.status, found.problem["figures"]) == ("refused", refusal.figures)
