"""PostgreSQL's connections: how many, how long what is asked of them may take, and whether they are
still there.

A lock is waited for, never for ever. A server that answers people also ends a statement that runs
too long, and a transaction in which nothing happens any more, so that a process that hangs holds no
site up; commands, and what is said to be `patient`, take the time they need.
"""

from __future__ import annotations

from time import monotonic
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

POOL_PATIENCE_S: Final = 10
"""How long a thread waits for a connection when all are lent."""
RECYCLE_S: Final = 1800
"""So old a connection is replaced: what it remembered of its work does not grow for ever."""
ASK_AFTER_S: Final = 1.0
"""Whether a connection is still there is asked only when it was left alone for so long."""
LINE: Final = {
    "application_name": "stofstroom",
    "connect_timeout": 10,
    # A machine that went away without a word is noticed in a minute, not in two hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
_LEFT_AT: Final = "stofstroom_left_at"
_TAKE_TIME: Final = (
    "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
)


def postgresql(url: URL, pool_size: int, *, lock_s: float, statement_s: float | None) -> Engine:
    """The engine of a database. statement_s: how long a statement may run and how long nothing may
    happen in a transaction; None: as long as it takes. What the URL itself sets comes last."""
    patience = {"lock_timeout": lock_s}
    if statement_s is not None:
        patience |= {
            "statement_timeout": statement_s,
            "idle_in_transaction_session_timeout": statement_s,
        }
    options = [f"-c {name}={round(seconds * 1000)}ms" for name, seconds in patience.items()]
    own = url.query.get("options", ())
    options += [own] if isinstance(own, str) else own
    engine = create_engine(
        url.update_query_dict({"options": " ".join(options)}),
        connect_args={name: value for name, value in LINE.items() if name not in url.query},
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=POOL_PATIENCE_S,
        pool_recycle=RECYCLE_S,
        # The one that was used last knows the statements; what only a rush needed rests.
        pool_use_lifo=True,
        hide_parameters=True,
    )
    event.listen(engine, "checkin", _left)
    event.listen(engine, "checkout", _require_there(engine))
    return engine


def take_time(session: Session) -> None:
    """Let this transaction take as long as it needs."""
    session.connection().exec_driver_sql(_TAKE_TIME)


def _left(_connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info[_LEFT_AT] = monotonic()


def _require_there(engine: Engine) -> Any:
    dialect = engine.dialect

    def require_there(connection: Any, entry: ConnectionPoolEntry, _lent: Any) -> None:
        left_at = entry.info.get(_LEFT_AT)
        if left_at is None or monotonic() - left_at < ASK_AFTER_S:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            # The others were broken with it: all are made anew.
            raise InvalidatePoolError from error

    return require_there
