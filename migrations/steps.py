"""Bringing a database to today's shape, and drafting the next step."""

import sys
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from store.engine import Database

_LOCK = 5_070_626_180_016_177_011
"""Any fixed number: PostgreSQL lets one holder of it through at a time."""


class StepUnknown(Exception):
    """The database has a shape that this version never heard of: a newer one made it."""


def upgrade(database: Database) -> None:
    """Create the schema or bring it up to date, whole or not at all; safe to call side by side.

    Raises StepUnknown.
    """
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
        found = MigrationContext.configure(session.connection()).get_current_revision()
    return found == _newest()


@cache
def _newest() -> str | None:
    return _scripts().get_current_head()


def draft(message: str) -> None:
    """Write the next numbered step: what the tables say beyond the steps so far."""
    database = Database("sqlite://")
    upgrade(database)
    number = sum(1 for _ in _scripts().walk_revisions()) + 1
    with database.connect_to_write() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=f"{number:04d}")
    database.dispose()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    here = str(Path(__file__).parent)
    config.set_main_option("script_location", here.replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


if __name__ == "__main__":
    draft(sys.argv[1])
