"""Issued reports: numbered, frozen and signed, and what changed since they were."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from catalogue.actions import define
from catalogue.errors import Malformed, NotAllowed, NotFound, ScanReused, StateForbids
from catalogue.rulebook import rulebook
from proof.canonical import canonical
from proof.signing import holds, verify_head
from reporting.frozen import PURPOSE
from reporting.issued import list_issued
from reporting.issuing import IssueReport, issue_report
from reporting.queries import circularity_report
from reporting.questions import Basis, By, question
from reporting.report import as_json
from streams.paging import Asked
from streams.verify import audit
from tests.audit import breaches
from tests.builders import Depot, part
from tests.reporting.office import MARCH, RING, VERIFY_AT, compared, issue, look, send


def worked(depot: Depot) -> str:
    """A batch that was sorted in part, a part of that confirmed."""
    batch = str(depot.log(100_000)["code"])
    code = depot.open_bin("recycle")
    depot.sort(batch, {code: 60_000})
    depot.close_bin(code, 60_000)
    depot.confirm(depot.ship(code), {"recycle": 60_000})
    depot.sort(batch, [part(10_000, "reuse", quality="estimated")])
    return batch


def test_a_report_is_numbered_without_gaps_per_operator_and_year(depot: Depot) -> None:
    worked(depot)
    assert [issue(depot)["number"] for _ in range(2)] == ["2026-0001", "2026-0002"]
    with pytest.raises(Malformed):
        issue(depot, first=date(2026, 4, 1))
    depot.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    # It is the new year already where the goods are.
    assert issue(depot)["number"] == "2027-0001"
    depot.now = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    assert issue(depot)["number"] == "2026-0003"


def test_who_issues_at_the_same_time_gets_a_number_of_its_own(parallel_depot: Depot) -> None:
    """While somebody books at the site: what is reported is what its heads hold."""
    worked(parallel_depot)
    commands = [IssueReport(**parallel_depot.carried(), **MARCH) for _ in range(4)]
    with ThreadPoolExecutor(5) as at_once:
        booked = at_once.submit(lambda: [parallel_depot.log(1_000) for _ in range(8)])
        made = list(at_once.map(lambda command: issued(parallel_depot, command), commands))
        booked.result()
    assert sorted(made) == ["2026-0001", "2026-0002", "2026-0003", "2026-0004"]
    for number in made:
        assert compared(parallel_depot, number)[1].unexplained_g == 0
    assert breaches(parallel_depot.database) == []


def issued(depot: Depot, command: IssueReport) -> str:
    """As `send`, by somebody else than who acts meanwhile."""
    with depot.database.write() as session:
        booked = issue_report(
            session,
            command,
            viewer=depot.people["manager"],
            now=depot.now,
            ring=RING,
            verify_at=VERIFY_AT,
        )
    return str(booked.answer["number"])


def test_a_report_holds_the_figures_of_its_moment_signed(depot: Depot) -> None:
    worked(depot)
    whole = look(depot, issue(depot, "NOORDERHAVEN")["number"])
    envelope = json.loads(whole.text)
    keys = RING.public_keys()
    assert holds(envelope, keys, PURPOSE)
    assert canonical(envelope).decode() == whole.text
    assert hashlib.sha256(whole.text.encode()).hexdigest() == whole.row.digest
    said = whole.document
    for one in said["as_of"]:
        head = one["checkpoint"]
        assert verify_head(head, keys[head["key"]])
    with depot.database.read() as session:
        asked = question(
            today=depot.now.date(), first="2026-03-01", end="2026-04-01",
            suppliers=["NOORDERHAVEN"],
        )  # fmt: skip
        now = as_json(circularity_report(session, depot.people["manager"], asked))
    figures = said["figures"]
    assert {name: figures[name] for name in now if name in figures} == {
        name: now[name] for name in now if name not in ("by", "rows")
    }
    sizes = {one["chain"].removeprefix("site:"): one["size"] for one in said["as_of"]}
    assert {one["site"]: one["seq"] for one in figures["as_of"]} == sizes


def test_what_is_read_back_is_what_was_frozen(depot: Depot) -> None:
    worked(depot)
    for basis in Basis:
        kept = look(depot, issue(depot, basis=basis.value)["number"]).frozen
        with depot.database.read() as session:
            for by in (None, *By):
                if by is By.DESTINATION:
                    continue
                found = circularity_report(
                    session,
                    depot.people["manager"],
                    question(today=depot.now.date(), first="2026-03-01", end="2026-04-01",
                             basis=basis.value, by=by.value if by else None),
                )  # fmt: skip
                mine = kept.report if by is None else kept.parts[by]
                assert as_json(mine) == as_json(found)


def test_a_correction_leaves_the_report_and_is_named_in_the_difference(depot: Depot) -> None:
    batch = worked(depot)
    answer = issue(depot, "NOORDERHAVEN")
    before = look(depot, answer["number"]).text
    assert compared(depot, answer["number"])[1].is_same
    depot.later(hours=1)
    depot.correct(batch, gross_g=115_000, tare_g=20_000)
    depot.sort(batch, {"burn": 5_000})
    other = depot.log(7_000, supplier="DUINRAND")["code"]
    assert other
    assert look(depot, answer["number"]).text == before
    now, said = compared(depot, answer["number"])
    masses = {one.term: one for one in said.masses}
    assert (masses["input_g"].was_g, masses["input_g"].is_g) == (100_000, 95_000)
    assert dict(masses["input_g"].because) == {"correct": -5_000}
    assert dict(masses["streams.incineration.mass_g"].because) == {"sort": 5_000}
    assert dict(masses["held_g"].because) == {"correct": -5_000, "sort": -5_000}
    assert said.unexplained_g == 0
    assert now.terms.input_g == 95_000
    by_kind = {one.kind: one for one in said.because}
    assert {one.batch for one in by_kind["correct"].named} == {batch}
    assert by_kind["sort"].named[0].mass_g == 5_000
    shares = {one.id: one for one in said.figures}
    assert "masses" in shares["incineration_of_sorted"].why


def test_a_wrong_supplier_moves_mass_out_of_one_report_into_another(depot: Depot) -> None:
    batch = worked(depot)
    mine, others = (issue(depot, code)["number"] for code in ("NOORDERHAVEN", "DUINRAND"))
    depot.correct(batch, supplier="DUINRAND")
    for number, was_g, is_g in ((mine, 100_000, 0), (others, 0, 100_000)):
        _, said = compared(depot, number)
        masses = {one.term: one for one in said.masses}
        assert (masses["input_g"].was_g, masses["input_g"].is_g) == (was_g, is_g)
        assert said.unexplained_g == 0
        assert [one.kind for one in said.because] == ["correct"]


def test_undone_and_confirmed_later_add_up_booked_too(parallel_depot: Depot) -> None:
    depot = parallel_depot
    batch = worked(depot)
    sorted_by = depot.scan_id
    number = issue(depot, basis="booked")["number"]
    depot.reverse(sorted_by)
    code = depot.open_bin("reuse")
    depot.sort(batch, {code: 8_000})
    depot.close_bin(code, 8_010)
    depot.confirm(depot.ship(code), {"reuse": 8_010})
    depot.now = datetime(2026, 4, 2, 8, 0, tzinfo=UTC)
    # In another month: it changes nothing of March.
    depot.sort(batch, {"burn": 3_000})
    _, said = compared(depot, number)
    assert said.masses
    assert said.unexplained_g == 0
    masses = {one.term: one for one in said.masses}
    assert "streams.incineration.mass_g" not in masses
    assert (
        masses["streams.reuse.confirmed_g"].because["confirm"]
        == masses["streams.reuse.confirmed_g"].change_g
    )
    assert {one.kind for one in said.because} >= {"reverse", "sort", "confirm"}


def test_who_joins_a_supplier_later_is_no_part_of_its_report(depot: Depot) -> None:
    worked(depot)
    number = issue(depot, "NOORDERHAVEN")["number"]
    assert look(depot, number).document["covers"] == ["NOORDERHAVEN", "ZEEKANT"]
    with depot.database.write() as session:
        new = {"name": "Nieuwkant", "parent": "NOORDERHAVEN"}
        define(session, "WATERKANT", "organisation", "NIEUWKANT", new, now=depot.now)
        partner = {"organisation": "NIEUWKANT", "roles": ["supplier"]}
        define(session, "WATERKANT", "partner", "NIEUWKANT", partner, now=depot.now)
    depot.log(9_000, supplier="NIEUWKANT")
    assert compared(depot, number)[1].is_same


def test_a_report_follows_up_another_once_and_of_the_same_supplier(depot: Depot) -> None:
    worked(depot)
    first = issue(depot, "NOORDERHAVEN")["number"]
    second = issue(depot, "NOORDERHAVEN", replaces=first)
    assert second["replaces"] == first
    assert look(depot, second["number"]).row.replaces == first
    assert look(depot, first).row.followed_by == second["number"]
    with pytest.raises(StateForbids):
        issue(depot, "NOORDERHAVEN", replaces=first)
    with pytest.raises(Malformed):
        issue(depot, "DUINRAND", replaces=second["number"])
    with pytest.raises(NotFound):
        issue(depot, "NOORDERHAVEN", replaces="2026-0099")


def test_a_repeat_gives_the_same_number_and_other_content_none(depot: Depot) -> None:
    worked(depot)
    command = IssueReport(**depot.carried(), **MARCH)
    first = send(depot, command)
    depot.later(minutes=5)
    assert send(depot, replace(command, scanned_at=depot.now)) == first
    with pytest.raises(ScanReused):
        send(depot, replace(command, basis="booked"))
    assert issue(depot)["number"] == "2026-0002"


def test_only_a_manager_issues_and_nobody_of_others(depot: Depot) -> None:
    for who in ("leader", "worker", "auditor", "noorderhaven", "outsider"):
        with pytest.raises(NotAllowed):
            send(depot, IssueReport(**depot.carried(), **MARCH), by=who)
    for wrong in ("VREEMD", "NOBODY"):
        with pytest.raises(NotFound):
            issue(depot, wrong)
    with pytest.raises(NotFound):
        issue(depot, sites=("X1",))
    with pytest.raises(Malformed):
        issue(depot, basis="guessed")


def test_a_supplier_sees_reports_about_itself_and_under_it_only(depot: Depot) -> None:
    worked(depot)
    numbers = {code: issue(depot, code)["number"] for code in ("NOORDERHAVEN", "ZEEKANT")}
    numbers |= {code: issue(depot, code)["number"] for code in ("DUINRAND",)}
    every = issue(depot)["number"]
    assert look(depot, numbers["ZEEKANT"], "noorderhaven").row.number == numbers["ZEEKANT"]
    for number in (numbers["DUINRAND"], every, "2026-0099"):
        with pytest.raises(NotFound):
            look(depot, number, "noorderhaven")
    with pytest.raises(NotFound):
        look(depot, every, "outsider")
    with pytest.raises(NotFound):
        look(depot, every, "leader_s2")
    with depot.database.read() as session:
        book = rulebook(session)

        def listed(by: str, **words: Any) -> list[str]:
            rows = list_issued(session, book, depot.people[by], Asked(**words))
            return [row.number for row in rows]

        assert listed("manager") == ["2026-0004", "2026-0003", "2026-0002", "2026-0001"]
        assert listed("noorderhaven") == ["2026-0002", "2026-0001"]
        assert listed("manager", supplier="NOORDERHAVEN") == ["2026-0002", "2026-0001"]
        assert listed("manager", text="0003") == ["2026-0003"]
        assert listed("outsider") == []


def test_the_auditor_finds_nothing_and_finds_changed_bytes(depot: Depot) -> None:
    worked(depot)
    issue(depot, "NOORDERHAVEN")
    assert breaches(depot.database) == []
    with depot.database.write() as session:
        connection = session.connection()
        connection.exec_driver_sql("DROP TRIGGER issued_report_text_no_update")
        connection.exec_driver_sql(
            "UPDATE issued_report_text SET content = replace(content, '100000', '900000')"
        )
    with depot.database.read() as session:
        (found,) = [str(one) for one in audit(session)]
    assert "issued_report_text" in found
