"""What a database says when nothing of ours is wrong, and the same will do later."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

LOCKED: Final = frozenset({"55P03", "40001", "40P01"})
"""What PostgreSQL calls a lock that did not come, a serialisation failure and a deadlock."""
OUT_OF_ORDER: Final = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")
"""How SQLite's names begin for a disk that is full, fails, may not be written, or is not there."""
GONE: Final = frozenset({"08", "53", "57"})
"""PostgreSQL's classes for a connection that broke, a lack of room, and a server that stops."""
READ_ONLY: Final = "25006"
"""What it says when it may not write: it stands by for another one, or somebody made it so."""
TOO_LONG: Final = frozenset({"57014", "25P03"})
"""What it calls a statement that ran too long, and a transaction that stood still."""


def is_outage(error: DBAPIError) -> bool:
    """Whether it comes from without, in any of the ways below."""
    if not isinstance(error, OperationalError | InternalError):
        return False
    return is_out_of_order(error) or took_too_long(error) or waited_too_long(error)


def is_out_of_order(error: DBAPIError) -> bool:
    """Whether the database cannot be reached or cannot write: it is away, its disk is full or
    fails, or it may only be read."""
    state = getattr(error.orig, "sqlstate", None)
    name = getattr(error.orig, "sqlite_errorname", None)
    if name is not None:
        return str(name).startswith(OUT_OF_ORDER)
    if error.connection_invalidated or state is None:
        return True
    return str(state)[:2] in GONE or state == READ_ONLY


def took_too_long(error: DBAPIError) -> bool:
    """Whether a statement or a transaction had more time than it gets."""
    return getattr(error.orig, "sqlstate", None) in TOO_LONG


def waited_too_long(error: DBAPIError) -> bool:
    """Whether another transaction was in the way longer than we wait, on either database."""
    state = getattr(error.orig, "sqlstate", None)
    name = getattr(error.orig, "sqlite_errorname", None) or ""
    return state in LOCKED or name.startswith("SQLITE_BUSY")
