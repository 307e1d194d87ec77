"""Moments and keys mean the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    insert,
    select,
)
from sqlalchemy.exc import StatementError

from store.columns import NAME_LENGTH_MAX, NAMING, Key, UtcDateTime
from store.engine import Database

METADATA = MetaData(naming_convention=NAMING)  # type: ignore[arg-type]
MOMENT = Table(
    "moment",
    METADATA,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=True),
)
AMSTERDAM_IN_SUMMER = timezone(timedelta(hours=2))


def make_tables(database: Database) -> None:
    with database.connect_to_write() as connection:
        METADATA.create_all(connection)


def test_a_naive_datetime_is_refused(empty_database: Database) -> None:
    make_tables(empty_database)
    naive = datetime(2026, 3, 2, 8, 15)  # noqa: DTZ001 (that is the point)
    with (
        pytest.raises(StatementError, match="without a time zone"),
        empty_database.connect_to_write() as connection,
    ):
        connection.execute(insert(MOMENT).values(at=naive))


def test_a_moment_comes_back_in_utc_to_the_microsecond(empty_database: Database) -> None:
    make_tables(empty_database)
    at = datetime(2026, 7, 1, 0, 30, 0, 123456, tzinfo=AMSTERDAM_IN_SUMMER)
    with empty_database.connect_to_write() as connection:
        connection.execute(insert(MOMENT), [{"at": at}, {"at": None}])
        found = connection.execute(select(MOMENT.c.at).order_by(MOMENT.c.id)).scalars().all()
    assert found == [datetime(2026, 6, 30, 22, 30, 0, 123456, tzinfo=UTC), None]
    assert found[0].tzinfo is UTC


def test_moments_of_different_zones_are_compared_as_moments(empty_database: Database) -> None:
    make_tables(empty_database)
    earlier = datetime(2026, 7, 1, 1, 0, tzinfo=AMSTERDAM_IN_SUMMER)
    later = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
    with empty_database.connect_to_write() as connection:
        connection.execute(insert(MOMENT), [{"at": earlier}, {"at": later}])
        found = connection.execute(select(MOMENT.c.id).where(MOMENT.c.at < later)).scalars().all()
    assert found == [1]


def test_a_key_counts_up_by_itself_and_holds_more_than_32_bits(empty_database: Database) -> None:
    make_tables(empty_database)
    with empty_database.connect_to_write() as connection:
        connection.execute(insert(MOMENT).values(at=None))
        connection.execute(insert(MOMENT).values(id=1 << 45, at=None))
        found = connection.execute(select(MOMENT.c.id).order_by(MOMENT.c.id)).scalars().all()
    assert found == [1, 1 << 45]


def test_every_constraint_gets_a_name_of_its_own() -> None:
    table = Table(
        "crate",
        MetaData(naming_convention=NAMING),  # type: ignore[arg-type]
        Column("id", Key, primary_key=True),
        Column("mass_g", BigInteger, CheckConstraint("mass_g >= 0")),
        Column("pieces", Integer),
        UniqueConstraint("mass_g", "pieces"),
        CheckConstraint("mass_g <> 1 OR pieces > 0", name="crate_is_not_strange"),
    )
    names = {str(constraint.name) for constraint in table.constraints}
    names |= {str(c.name) for column in table.columns for c in column.constraints}
    assert names == {
        "pk_crate",
        "uq_crate_mass_g_pieces",
        "crate_is_not_strange",
        "ck_crate_mass_g_ge_0",
    }


def test_the_name_of_a_wordy_check_fits_postgresql() -> None:
    wordy = " OR ".join(f"pieces = {number}" for number in range(40))
    column = Column("pieces", Integer, CheckConstraint(wordy))
    Table("crate", MetaData(naming_convention=NAMING), column)  # type: ignore[arg-type]
    (name,) = (str(constraint.name) for constraint in column.constraints)
    assert len(name) == NAME_LENGTH_MAX
