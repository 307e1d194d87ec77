"""Column types that mean the same on SQLite and on PostgreSQL, and one way to name constraints."""

import re
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Constraint,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    Table,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

NAME_LENGTH_MAX = 63
"""PostgreSQL cuts longer names off without a word."""

_SIGNS = {">=": " ge ", "<=": " le ", "<>": " ne ", ">": " gt ", "<": " lt "}

Key = BigInteger().with_variant(Integer(), "sqlite")
"""An integer key: SQLite counts up by itself only in a column that is called INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on both sides; SQLite keeps it without a zone.

    Raises ValueError for a naive datetime.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("A datetime without a time zone says no moment.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 (SQLAlchemy hands it in)
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _words_of_check(constraint: Constraint, table: Table) -> str:
    """A name out of what a nameless CHECK says, so that `size >= 0` gives `size_ge_0`."""
    assert isinstance(constraint, CheckConstraint)
    text = str(constraint.sqltext)
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    words = re.sub(r"\W+", "_", text.lower()).strip("_")
    return words[: NAME_LENGTH_MAX - len(f"ck_{table.name}_")]


# SQLAlchemy's annotation of the convention forgets that its values may be functions.
NAMING: dict[str, object] = {
    "check_words": _words_of_check,
    "ck": "ck_%(table_name)s_%(check_words)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
}
# Every tables module imports this one first, so no constraint is made before it has its name.
SQLModel.metadata.naming_convention = NAMING  # type: ignore[assignment]


def key_to(
    target: str, *, name: str | None = None, nullable: bool = False, primary_key: bool = False
) -> Column[int]:
    """A column that points to `table.column`; keys are given by the writer, never counted up."""
    return Column(
        name,
        Key,
        ForeignKey(target),
        nullable=nullable,
        primary_key=primary_key,
        autoincrement=False,
    )


def entry_key(name: str = "id") -> Column[int]:
    """The key of a row that an entry of the chain made: the entry's own."""
    return key_to("entry.id", name=name, primary_key=True)


def table_of(model: type[SQLModel]) -> Table:
    """The table of a model: SQLModel has it, but its annotations do not say so."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
