"""What every test can ask for: databases of both kinds, and a network that ends at this machine."""

import fcntl
import gc
import ipaddress
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy import text
from sqlmodel import Session
from starlette.testclient import TestClient

from migrations.steps import upgrade
from store.engine import Database
from tests import postgres
from tests.builders import Depot
from tests.cast import take_the_stage

RUN_FOLDER = "STOFSTROOM_TEST_RUN"
"""Names the folder that all processes of one run share."""
ROOM = 8 * 2**30
"""Bytes that must be free in memory before a run's files lie there; a run makes about one GiB."""


class _Compiled(dict[Any, Any]):
    """Statements as they were put into words, for all databases of one kind together.

    An application has one database and does this once; tests have thousands, each with a dialect
    of its own in the key.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), value)


_compiled = _Compiled()
_make = Database.__init__


def _make_and_share(database: Database, *args: Any, **how: Any) -> None:
    _make(database, *args, **how)
    for engine in (database.engine, database._writer, database._reader):
        engine.update_execution_options(compiled_cache=_compiled)


Database.__init__ = _make_and_share  # type: ignore[method-assign, assignment]

hypothesis.settings.register_profile("house", deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile("house")


def _refuse_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        # Unix sockets are named by a path, and netlink and the like by numbers.
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if isinstance(host, str) and not _is_this_machine(host):
        raise PermissionError(f"Tests do not reach beyond this machine: {host}")


def _is_this_machine(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host in ("", "localhost", "testserver")
    return address.is_loopback or address.is_unspecified


sys.addaudithook(_refuse_the_network)


def _is_controller(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that this run's processes share; workers inherit its name."""
    if _is_controller(config):
        memory = _roomy_memory()
        folder = Path(tempfile.mkdtemp(prefix="stofstroom-", dir=memory))
        # The account that PostgreSQL runs as must be able to pass through.
        folder.chmod(0o755)
        os.environ[RUN_FOLDER] = str(folder)
        if memory and config.option.basetemp is None:
            config.option.basetemp = str(folder / "tests")


def _roomy_memory() -> Path | None:
    """Where files lie in memory, if there is room for all that a run makes: thousands of databases
    that need not survive a power cut, but wait for the disk at each commit."""
    memory, sizes = Path("/dev/shm"), Path("/proc/meminfo")
    if not (memory.is_dir() and os.access(memory, os.W_OK) and sizes.exists()):
        return None
    available = next(
        int(line.split()[1]) * 1024
        for line in sizes.read_text().splitlines()
        if line.startswith("MemAvailable:")
    )
    return memory if min(available, shutil.disk_usage(memory).free) >= ROOM else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers wait a lot, so that they stand between modules that calculate: while one process
    has the one, the other has the other. Their longest module comes first."""
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.nodeid.partition("::")[0], []).append(item)
    waiting = [name for name in reversed(modules) if name.startswith("tests/browser/")]
    busy = [name for name in modules if name not in waiting]
    apart = max(1, len(busy) // (len(waiting) + 1))
    order = list[str]()
    for place, name in enumerate(busy):
        if place % apart == 0 and waiting:
            order.append(waiting.pop(0))
        order.append(name)
    items[:] = [item for name in (*order, *waiting) for item in modules[name]]


def pytest_collection_finish() -> None:
    """What stays until the end is not looked through for waste again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this run started and throw away what it left."""
    if _is_controller(config):
        folder = _run_folder()
        postgres.stop(folder / "postgresql")
        shutil.rmtree(folder)


def _run_folder() -> Path:
    return Path(os.environ[RUN_FOLDER])


@pytest.fixture(scope="session", autouse=True)
def _one_event_loop() -> Iterator[None]:
    """One for all calls to the application, as in a server; else each starts a thread of its own
    for it."""
    with start_blocking_portal() as portal:
        TestClient.portal = portal
        yield
        TestClient.portal = None


def build_schema(database: Database) -> None:
    """Today's schema, the way a depot gets it."""
    upgrade(database)


@contextmanager
def _only_one_process() -> Iterator[None]:
    with (_run_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A migrated SQLite file that is only ever copied."""
    template = _run_folder() / "template.sqlite"
    with _only_one_process():
        if not template.exists():
            draft = template.with_suffix(".draft")
            database = Database(f"sqlite:///{draft}")
            build_schema(database)
            with database.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            database.dispose()
            draft.rename(template)
    return template


@pytest.fixture(scope="session")
def postgresql_cluster() -> Path:
    """The folder of this run's PostgreSQL, with a migrated database named `template_stofstroom`."""
    folder = _run_folder() / "postgresql"
    with _only_one_process():
        if not folder.exists():
            postgres.start(folder)
            _on_cluster(folder, "CREATE DATABASE template_stofstroom")
            database = Database(postgres.url(folder, "template_stofstroom"))
            build_schema(database)
            database.dispose()
    return folder


def _on_cluster(folder: Path, statement: str) -> None:
    database = Database(postgres.url(folder, "postgres"))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    database.dispose()


_numbers = count(1)


@contextmanager
def _postgresql(folder: Path, template: str) -> Iterator[Database]:
    name = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"
    # Two copies of one template at the same time refuse each other.
    with _only_one_process():
        _on_cluster(folder, f"CREATE DATABASE {name} TEMPLATE {template}")
    database = Database(postgres.url(folder, name))
    yield database
    database.dispose()
    _on_cluster(folder, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite file: parallel stations need real connections."""
    file = tmp_path / "stofstroom.sqlite"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.dispose()


@pytest.fixture
def postgresql_database(postgresql_cluster: Path) -> Iterator[Database]:
    """A fresh PostgreSQL database."""
    with _postgresql(postgresql_cluster, "template_stofstroom") as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh migrated database of either kind: the test runs on both."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of either kind without a single table."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        yield database
        database.dispose()
    else:
        with _postgresql(request.getfixturevalue("postgresql_cluster"), "template0") as database:
            yield database


@pytest.fixture
def memory_database(sqlite_template: Path) -> Iterator[Database]:
    """A fresh migrated SQLite database in memory, on one shared connection."""
    database = Database("sqlite://")
    with database.engine.connect() as connection:
        source = sqlite3.connect(sqlite_template)
        source.backup(connection.connection.driver_connection)  # type: ignore[arg-type]
        source.close()
    yield database
    database.dispose()


def _with_cast(database: Database) -> None:
    with database.write() as session:
        take_the_stage(session)
    database.dispose()


@pytest.fixture(scope="session")
def cast_template(sqlite_template: Path) -> Path:
    """A SQLite file in which the whole cast is on stage; only ever copied."""
    template = _run_folder() / "cast.sqlite"
    with _only_one_process():
        if not template.exists():
            draft = template.with_suffix(".draft")
            shutil.copy(sqlite_template, draft)
            database = Database(f"sqlite:///{draft}")
            _with_cast(database)
            draft.rename(template)
    return template


@pytest.fixture(scope="session")
def cast_cluster(postgresql_cluster: Path) -> Path:
    """As `cast_template`: this run's PostgreSQL with a database named `template_cast`."""
    done = postgresql_cluster.parent / "cast.postgresql"
    with _only_one_process():
        if not done.exists():
            _on_cluster(
                postgresql_cluster, "CREATE DATABASE template_cast TEMPLATE template_stofstroom"
            )
            _with_cast(Database(postgres.url(postgresql_cluster, "template_cast")))
            done.touch()
    return postgresql_cluster


@pytest.fixture
def depot(cast_template: Path) -> Iterator[Depot]:
    """A depot with its cast, in memory."""
    database = Database("sqlite://")
    with database.engine.connect() as connection:
        source = sqlite3.connect(cast_template)
        source.backup(connection.connection.driver_connection)  # type: ignore[arg-type]
        source.close()
    yield Depot(database)
    database.dispose()


@contextmanager
def _parallel_depot(request: pytest.FixtureRequest, folder: Path) -> Iterator[Depot]:
    if request.param == "sqlite":
        file = folder / "depot.sqlite"
        shutil.copy(request.getfixturevalue("cast_template"), file)
        database = Database(f"sqlite:///{file}")
        yield Depot(database)
        database.dispose()
    else:
        with _postgresql(request.getfixturevalue("cast_cluster"), "template_cast") as database:
            yield Depot(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def parallel_depot(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Depot]:
    """A depot that several stations work in at the same time: the test runs on both databases."""
    with _parallel_depot(request, tmp_path) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def new_depot(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Depot]]:
    """Makes depots like `parallel_depot`, as many as are asked for: all alike to begin with."""
    with ExitStack() as stack:

        def make() -> Depot:
            folder = tmp_path / f"depot_{next(_numbers)}"
            folder.mkdir()
            return stack.enter_context(_parallel_depot(request, folder))

        yield make


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting_depot(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Depot]:
    """As `parallel_depot`, but one for all tests of a file: for servers, which start slowly."""
    with _parallel_depot(request, tmp_path_factory.mktemp("depot")) as found:
        yield found


@pytest.fixture
def session(memory_database: Database) -> Iterator[Session]:
    """A writing session on a migrated database in memory; nothing of it is kept."""
    with memory_database.write() as session:
        yield session
        session.rollback()
