"""Bringing a database to today's shape, and drafting the next step."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

from store.engine import Database

# Only who changes a shape needs Alembic; a server that starts would wait for it.
if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

VERSIONS: Final = Path(__file__).parent / "versions"

_LOCK = 5_070_626_180_016_177_011
"""Any fixed number: PostgreSQL lets one holder of it through at a time."""


class StepUnknown(Exception):
    """The database has a shape that this version never heard of: a newer one made it."""


def upgrade(database: Database) -> None:
    """Create the schema or bring it up to date, whole or not at all; safe to call side by side.

    Raises StepUnknown.
    """
    from alembic import command
    from alembic.util import CommandError

    with database.connect_to_write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        try:
            command.upgrade(_config(connection), "head")
        except CommandError as error:
            raise StepUnknown("A newer version of Stofstroom made this database.") from error


def is_current(database: Database) -> bool:
    """Whether the database has today's shape, so that a server may start on it."""
    with database.read() as session:
        connection = session.connection()
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    return found == [newest()]


@cache
def newest() -> str:
    """The last of the steps: their files are numbered, each a step further than the one before."""
    return max(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*_*.py"))


def draft(message: str) -> None:
    """Write the next numbered step: what the tables say beyond the steps so far."""
    from alembic import command

    database = Database("sqlite://")
    upgrade(database)
    number = sum(1 for _ in _scripts().walk_revisions()) + 1
    with database.connect_to_write() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=f"{number:04d}")
    database.dispose()


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    here = str(Path(__file__).parent)
    config.set_main_option("script_location", here.replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


if __name__ == "__main__":
    draft(sys.argv[1])
