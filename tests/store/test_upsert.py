"""Counters are made on first use and never go below what their table allows."""

import threading
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, CheckConstraint, Column, Date, MetaData, String, Table, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from store.engine import Database
from store.upsert import RowMissing, add_to, insert_new, insert_or_add

METADATA = MetaData()
COUNTER = Table(
    "counter",
    METADATA,
    Column("basis", String(8), primary_key=True),
    Column("start", Date, primary_key=True),
    Column("may_owe", BigInteger, nullable=False),
    Column("mass_g", BigInteger, CheckConstraint("mass_g >= 0 OR may_owe = 1"), nullable=False),
    Column("pieces", BigInteger, nullable=False),
)
KEYS = ("basis", "start")
ADDS = ("mass_g", "pieces")
MARCH = date(2026, 3, 1)


@pytest.fixture
def counting(empty_database: Database) -> Database:
    with empty_database.connect_to_write() as connection:
        METADATA.create_all(connection)
    return empty_database


def row(basis: str, mass_g: int, pieces: int = 0, *, may_owe: int = 0) -> dict[str, object]:
    return {
        "basis": basis,
        "start": MARCH,
        "may_owe": may_owe,
        "mass_g": mass_g,
        "pieces": pieces,
    }


def masses(session: Session) -> dict[str, tuple[int, int]]:
    found = session.execute(select(COUNTER.c.basis, COUNTER.c.mass_g, COUNTER.c.pieces))
    return {basis: (mass_g, pieces) for basis, mass_g, pieces in found}


def test_a_counter_is_made_on_first_use_and_added_to_later(counting: Database) -> None:
    with counting.write() as session:
        insert_or_add(session, COUNTER, [row("booked", 5, 1)], keys=KEYS, adds=ADDS)
        more = [row("booked", 7, 2), row("received", 3), row("booked", 1)]
        insert_or_add(session, COUNTER, more, keys=KEYS, adds=ADDS)
        assert masses(session) == {"booked": (13, 3), "received": (3, 0)}


def test_what_is_not_added_keeps_its_first_value(counting: Database) -> None:
    with counting.write() as session:
        insert_or_add(session, COUNTER, [row("booked", -5, may_owe=1)], keys=KEYS, adds=ADDS)
        insert_or_add(session, COUNTER, [row("booked", 2)], keys=KEYS, adds=ADDS)
        assert session.execute(select(COUNTER.c.may_owe)).scalar_one() == 1
        assert masses(session) == {"booked": (-3, 0)}


def test_taking_away_works_down_to_nothing_and_no_further(counting: Database) -> None:
    with counting.write() as session:
        insert_or_add(session, COUNTER, [row("booked", 10)], keys=KEYS, adds=ADDS)
    with counting.write() as session:
        add_to(session, COUNTER, [row("booked", -4), row("booked", -6)], keys=KEYS, adds=ADDS)
        assert masses(session) == {"booked": (0, 0)}
    with pytest.raises(IntegrityError), counting.write() as session:
        add_to(session, COUNTER, [row("booked", -1)], keys=KEYS, adds=ADDS)


def test_taking_away_from_what_is_not_there_is_refused(counting: Database) -> None:
    with counting.write() as session:
        insert_or_add(session, COUNTER, [row("booked", 10)], keys=KEYS, adds=ADDS)
    with (
        pytest.raises(RowMissing, match="counter: 2 rows to add to, 1 found"),
        counting.write() as session,
    ):
        rows = [row("booked", -1), row("received", -1)]
        add_to(session, COUNTER, rows, keys=KEYS, adds=ADDS)
    with counting.read() as session:
        assert masses(session) == {"booked": (10, 0)}


def test_nothing_to_add_is_no_statement(counting: Database) -> None:
    with counting.write() as session:
        insert_or_add(session, COUNTER, [], keys=KEYS, adds=ADDS)
        add_to(session, COUNTER, [], keys=KEYS, adds=ADDS)
        assert masses(session) == {}


def test_writers_that_name_rows_in_another_order_do_not_lock_each_other_out(
    counting: Database,
) -> None:
    names = [f"c{number}" for number in range(20)]
    together = threading.Barrier(4)
    problems: list[BaseException] = []

    def add(order: list[str]) -> None:
        try:
            for _ in range(20):
                together.wait(20)
                with counting.write() as session:
                    rows = [row(name, 1) for name in order]
                    insert_or_add(session, COUNTER, rows, keys=KEYS, adds=ADDS)
        except BaseException as problem:  # noqa: BLE001 (looked at below)
            together.abort()
            problems.append(problem)

    orders = [names, names[::-1]] * 2
    threads = [threading.Thread(target=add, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    with counting.read() as session:
        assert set(masses(session).values()) == {(80, 0)}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-(10**12), 10**12)), max_size=12))
def test_counters_hold_the_sum_of_what_was_added(
    counting: Database, steps: list[tuple[str, int]]
) -> None:
    expected: dict[str, int] = {}
    with counting.write() as session:
        for basis, mass_g in steps:
            expected[basis] = expected.get(basis, 0) + mass_g
        rows = [row(basis, mass_g, may_owe=1) for basis, mass_g in steps]
        insert_or_add(session, COUNTER, rows, keys=KEYS, adds=ADDS)
        assert {basis: mass_g for basis, (mass_g, _) in masses(session).items()} == expected
        session.rollback()


def test_a_row_that_another_writer_makes_is_found_and_not_made_again(counting: Database) -> None:
    with counting.write() as session:
        made = [insert_new(session.connection(), COUNTER, row("booked", mass)) for mass in (5, 7)]
        assert made == [True, False]
        assert masses(session) == {"booked": (5, 0)}
