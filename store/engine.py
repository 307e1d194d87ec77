"""One database, SQLite or PostgreSQL: how to open it, to write to it and to read from it."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool
from sqlmodel import Session

from store.gate import Gate
from store.postgresql import postgresql, take_time
from store.sheet import heed_sheets, on_one_sheet
from store.together import Ahead, Pens, Together, run_alone

T = TypeVar("T")

BUSY_TIMEOUT_S = 30
"""How long a transaction waits for another one before it gives up, on either database."""
POOL_SIZE = {"sqlite": 20, "postgresql": 10}
"""How many connections a process keeps open; it opens twice as many at most."""

_BEGIN = "stofstroom_begin"
_READS_ONLY = "query_only"
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Without it INSERT OR REPLACE deletes a row behind the back of an append-only trigger.
    "PRAGMA recursive_triggers = ON",
    # What is erased is gone from the file too, whatever SQLite was built with.
    "PRAGMA secure_delete = ON",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}",
)


class Database:
    """url: `sqlite:///FILE`, `sqlite://` (in memory, one shared connection) or
    `postgresql+psycopg://...`. `dialect` is "sqlite" or "postgresql". pool_size: how many
    connections are kept open; when all are lent there may be as many again. statement_s: on
    PostgreSQL, how long what is not `patient` may take; None: as long as it needs.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        pool_size: int | None = None,
        statement_s: float | None = None,
    ) -> None:
        parsed = make_url(url)
        self.url = parsed
        self.dialect = parsed.get_backend_name()
        if self.dialect not in ("sqlite", "postgresql"):
            raise ValueError(f"Stofstroom keeps its data in SQLite or PostgreSQL: {self.dialect}")
        pool_size = pool_size or POOL_SIZE[self.dialect]
        in_memory = self.dialect == "sqlite" and parsed.database in (None, "", ":memory:")
        self._gate = Gate(patience_s=BUSY_TIMEOUT_S)
        self._one_connection = in_memory
        self._hurries = self.dialect == "postgresql" and statement_s is not None
        pens = Pens()
        self._lines: dict[str, Together] = defaultdict(lambda: Together(self.write, pens))
        if self.dialect == "sqlite":
            self.engine = _sqlite(parsed, pool_size, in_memory=in_memory)
            self._writer = self.engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
            self._reader = self.engine.execution_options(**{_BEGIN: "BEGIN", _READS_ONLY: True})
        else:
            self.engine = postgresql(
                parsed, pool_size, lock_s=BUSY_TIMEOUT_S, statement_s=statement_s
            )
            self._writer = self.engine.execution_options(isolation_level="READ COMMITTED")
            self._reader = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        heed_sheets(self.engine)

    @contextmanager
    def write(self, *, patient: bool = False) -> Iterator[Session]:
        """A transaction that may write: committed at the end, rolled back on an error.

        On SQLite writers pass a fair gate and begin IMMEDIATE, so that what was read is still true
        when it is written; PostgreSQL has row locks for that and its writers wait for no gate.
        patient: it may take as long as it needs, where others may not.
        """
        with (
            self._write_gate(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.connection()
            if patient and self._hurries:
                take_time(session)
            yield session

    def write_together(
        self,
        work: Callable[[Session], T],
        *,
        ahead: Ahead | None = None,
        line: str | None = None,
    ) -> T:
        """Run work that may write, and return after its commit, with all who wait in one commit.

        SQLite has one writer at a time, and so one line of those who wait. PostgreSQL has one for
        each `line` that is named, of works that lock alike; others wait for nobody. ahead: what the
        work is going to ask. Raises what the work raises.
        """
        if self.dialect == "sqlite":
            return self._lines[""].run(work, ahead)
        if line is None:
            return run_alone(self.write, work)
        return self._lines[line].run(work, ahead)

    @contextmanager
    def write_many(self) -> Iterator[Session]:
        """As `write`, for several works that may each fail by itself (`store.sheet.attempt`)."""
        with self.write() as session, on_one_sheet(session):
            yield session

    @contextmanager
    def read(self, *, patient: bool = False) -> Iterator[Session]:
        """A transaction that sees one state of the database throughout and cannot write.

        patient: as for `write`.
        """
        with self._read_gate(), Session(self._reader, expire_on_commit=False) as session:
            if patient and self._hurries:
                take_time(session)
            yield session
            # Nothing was written. After a rollback PostgreSQL's driver forgets all statements that
            # it has prepared; after this it knows them.
            session.commit()

    @contextmanager
    def connect_to_write(self) -> Iterator[Connection]:
        """As `write`, without the session: for migrations and bulk work."""
        with self._write_gate(), self._writer.begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _write_gate(self) -> AbstractContextManager[None]:
        return self._gate.passing() if self.dialect == "sqlite" else nullcontext()

    def _read_gate(self) -> AbstractContextManager[None]:
        return self._gate.passing() if self._one_connection else nullcontext()


def _sqlite(url: URL, pool_size: int, *, in_memory: bool) -> Engine:
    # Names and secrets stand in the values of statements: no error may say them.
    arguments: dict[str, Any] = {"check_same_thread": False, "timeout": BUSY_TIMEOUT_S}
    if in_memory:
        engine = create_engine(
            url, connect_args=arguments, poolclass=StaticPool, hide_parameters=True
        )
    else:
        engine = create_engine(
            url,
            connect_args=arguments,
            pool_size=pool_size,
            max_overflow=pool_size,
            hide_parameters=True,
        )
    event.listen(engine, "connect", _take_transactions_over)
    event.listen(engine, "begin", _begin)
    return engine


def _take_transactions_over(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver would begin a transaction late and end it early; here every BEGIN is our own.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    reads_only = bool(options.get(_READS_ONLY, False))
    # The pragma outlives the transaction, so each one says which it needs.
    if connection.info.get(_READS_ONLY, False) is not reads_only:
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads_only else 'OFF'}")
        connection.info[_READS_ONLY] = reads_only
    connection.exec_driver_sql(options.get(_BEGIN, "BEGIN"))
