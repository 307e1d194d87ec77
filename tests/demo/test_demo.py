"""The demo year is believable: it balances, keeps the published shares, and nothing is missing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import Role, Stream
from catalogue.rulebook import rulebook
from chain.tables import Entry
from demo.actions import DatabaseInUse
from demo.mix import SHARES
from demo.world import OPERATOR, WORLD
from reporting.periods import Period
from reporting.queries import circularity_report
from reporting.questions import Basis, Question
from reporting.report import Report
from store.engine import Database
from streams.verify import audit
from tests.cast import take_the_stage
from tests.demo.conftest import NOW, Played, play

pytestmark = pytest.mark.slow

WHOLE_YEAR = Period(date(2025, 6, 1), date(2026, 7, 1))
HALF_A_POINT = 0.005

STANDS = "SELECT sum(mass_g) FROM balance b JOIN place p ON p.id = b.place_id WHERE p.code LIKE "
BATCHES = "SELECT count(*) FROM batch WHERE "
FLAGS = "SELECT count(*) FROM flag WHERE code = "
MOVED = """SELECT count(*) FROM movement m JOIN place s ON s.id = m.source_id
    JOIN place t ON t.id = m.target_id WHERE """
TRACES = {
    "open batches": f"{BATCHES} state IN ('received','sorting')",
    "refused batches": f"{BATCHES} state = 'refused'",
    "replaced batches": f"{BATCHES} state = 'replaced'",
    "undone batches": f"{BATCHES} state = 'reversed'",
    "estimates": f"{BATCHES} quality = 'estimated'",
    "undeclared batches": f"""{BATCHES} group_id IN
        (SELECT id FROM article_group WHERE code = 'unknown')""",
    "work bins": "SELECT count(*) FROM bin WHERE destination_id IS NULL",
    "bins being filled": "SELECT count(*) FROM bin WHERE state = 'open'",
    "shipments without an answer for a month": """SELECT count(*) FROM shipment
        WHERE state = 'shipped' AND shipped_on < '2026-05-17'""",
    "deliveries that are to come": """SELECT count(*) FROM delivery
        WHERE state = 'announced' AND expected_on > '2026-06-17'""",
    "batches that nobody announced": f"{FLAGS} 'unannounced'",
    "weights of an overdue scale": f"{FLAGS} 'scale_overdue'",
    "batches stopped by a find": f"{FLAGS} 'stopped_by_find'",
    "closed with a difference": f"{FLAGS} 'closed_with_difference'",
    "burnt at the fibre plant": f"""{MOVED} s.code LIKE 'SHIPPED/%/fibre_textile@%'
        AND t.code LIKE 'CONFIRMED/%/energy_plant@%'""",
    "loose goods that came back": f"{MOVED} s.code LIKE 'SHIPPED/%' AND t.code LIKE 'BIN/%'",
    "grams with the supplier again": f"{STANDS} '%/returned'",
    "moisture": f"{STANDS} 'LOSS/%/moisture'",
    "dust": f"{STANDS} 'LOSS/%/dust'",
    "finds that weigh something": f"{STANDS} 'FINDS/%'",
}


def _report(
    session: Session, basis: Basis = Basis.RECEIVED, suppliers: tuple[str, ...] = ()
) -> Report:
    operator = rulebook(session).organisation(OPERATOR).id
    manager = Viewer(role=Role.MANAGER, organisation_id=operator, operator_id=operator)
    asked = Question(period=WHOLE_YEAR, basis=basis, suppliers=suppliers)
    return circularity_report(session, manager, asked)


def _count(session: Session, statement: str, **values: Any) -> int:
    return int(session.execute(text(statement), values).scalar_one() or 0)


@pytest.mark.parametrize("stream", list(Stream))
def test_the_published_shares_come_out_within_half_a_point(
    reading: Session, stream: Stream
) -> None:
    terms = _report(reading).terms
    share = terms.streams[stream].mass_g / terms.sorted_g
    assert abs(share - SHARES[stream]) < HALF_A_POINT


def test_three_quarters_of_what_is_sold_leaves_whole(reading: Session) -> None:
    report = _report(reading)
    (whole,) = (d.outcome.mass_g for d in report.destinations if d.route.code == "whole_sale")
    assert abs(whole / report.terms.streams[Stream.RECYCLE].mass_g - 0.75) < 0.03


def test_what_came_in_is_what_the_scale_promises(reading: Session) -> None:
    assert abs(_report(reading).terms.input_g / 36_000_000 - 1) < 0.01
    pieces = "SELECT sum(pieces) FROM batch WHERE state NOT IN ('refused','reversed','replaced')"
    assert abs(_count(reading, pieces) / 30_000 - 1) < 0.02


@pytest.mark.parametrize("supplier", ["", *(said["code"] for said in WORLD["suppliers"])])
def test_every_gram_is_accounted_for_on_both_bases(reading: Session, supplier: str) -> None:
    suppliers = (supplier,) if supplier else ()
    received = _report(reading, suppliers=suppliers).terms
    found_g = received.sorted_g + received.loss_g + received.held_g + received.finds_g
    assert received.input_g == found_g > 0
    booked = _report(reading, Basis.BOOKED, suppliers).terms
    put_out_g = booked.sorted_g + booked.loss_g + booked.finds_g
    assert booked.opening_g + booked.input_g == put_out_g + booked.closing_g


def test_the_auditor_finds_nothing(reading: Session) -> None:
    assert list(audit(reading)) == []


@pytest.mark.parametrize(
    "kind",
    [
        *("delivery", "intake", "weigh", "correct", "hold", "release", "refuse", "close", "reopen"),
        *("sort", "gate", "find", "handover", "bin", "bin_close", "shipment", "return", "confirm"),
        "reverse",
    ],
)
def test_every_kind_of_act_happened(reading: Session, kind: str) -> None:
    assert _count(reading, "SELECT count(*) FROM entry WHERE kind = :kind", kind=kind)


@pytest.mark.parametrize("trace", TRACES)
def test_reality_left_its_traces(reading: Session, trace: str) -> None:
    assert _count(reading, TRACES[trace]) > 0


def test_today_is_alive_at_the_site_and_nothing_lies_ahead(reading: Session) -> None:
    today = _count(reading, "SELECT count(*) FROM entry WHERE day = '2026-06-17' AND seq > 1")
    assert today > 0
    latest = reading.execute(text("SELECT max(at) FROM entry")).scalar_one()
    assert str(latest) <= NOW.strftime("%Y-%m-%d %H:%M:%S.%f")


def test_both_sites_worked_and_seven_suppliers_handed_in(reading: Session) -> None:
    assert _count(reading, "SELECT count(DISTINCT site_id) FROM batch") == 2
    assert _count(reading, "SELECT count(DISTINCT supplier_id) FROM batch") == 7


def test_every_name_says_that_it_is_a_demo(reading: Session) -> None:
    names = reading.execute(text("SELECT name FROM organisation UNION SELECT name FROM site"))
    assert all("(demo)" in name for (name,) in names)


def test_progress_counts_every_working_day_once(played: Played) -> None:
    done, whole = zip(*played.steps, strict=True)
    assert set(whole) == {len(done)}
    assert list(done) == list(range(1, len(done) + 1))
    assert 240 <= len(done) <= 260


def test_everybody_who_is_promised_can_sign_in(played: Played) -> None:
    roles = {login.role for login in played.result.logins}
    assert roles == set(Role)
    with played.database.read() as session:
        assert _count(session, "SELECT count(*) FROM person") == len(played.result.logins)


def test_a_database_with_the_demo_in_it_is_left_as_it_is(played: Played) -> None:
    again = play(played.database, year=None, scale=0.02, seed=3)
    assert not again.result.loaded
    assert again.steps == []
    assert again.result.logins == played.result.logins


def test_somebody_elses_register_is_left_alone(sqlite_database: Database) -> None:
    with sqlite_database.write() as writing:
        take_the_stage(writing)
    with pytest.raises(DatabaseInUse):
        play(sqlite_database, year=None, scale=0.01, seed=1)


def test_a_seed_repeats_a_calendar_year_and_the_one_before_it_scan_by_scan_on_either_database(
    sqlite_database: Database, postgresql_database: Database
) -> None:
    entry = Entry.__table__  # type: ignore[attr-defined]
    told = []
    for database in (sqlite_database, postgresql_database):
        played = play(database, year=2025, scale=0.002, seed=5, years=2)
        with database.read() as session:
            assert list(audit(session)) == []
            rows = session.execute(
                select(entry.c.kind, entry.c.at, entry.c.day)
                .where(entry.c.kind != "open_chain")
                .order_by(entry.c.id)
            )
            told.append(([tuple(row) for row in rows], played.result.counts))
    assert told[0] == told[1]
    intakes = [day for kind, _, day in told[0][0] if kind == "intake"]
    for year in (2024, 2025):
        days = [day for day in intakes if day.year == year]
        assert max(days) - min(days) > timedelta(days=270)
    assert {day.year for day in intakes} == {2024, 2025}
    assert date(2025, 1, 1) not in intakes


@pytest.mark.parametrize(("year", "scale"), [(2027, 0.01), (None, 0.0), (None, 101.0)])
def test_what_cannot_be_played_is_refused_before_anything_is_written(
    memory_database: Database, year: int | None, scale: float
) -> None:
    with pytest.raises(ValueError, match=r"begun|scale"):
        play(memory_database, year=year, scale=scale, seed=1)
    with memory_database.read() as session:
        assert _count(session, "SELECT count(*) FROM organisation") == 0


def test_some_months_have_a_certificate_and_one_was_made_anew(reading: Session) -> None:
    told = reading.execute(
        text(
            "SELECT c.kind, w.reason FROM certificate c"
            " LEFT JOIN withdrawal w ON w.certificate_id = c.id"
        )
    ).all()
    assert len(told) > 5
    assert {row.kind for row in told} == {"recycling", "destruction"}
    assert [row.reason for row in told if row.reason] == ["more_confirmed"]
