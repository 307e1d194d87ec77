import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlmodel import Session

from store.archive import BackupUnusable
from store.backup import save
from store.engine import Database
from tests.store.queue_backup import NOW, back_up, beside, bring_back, fill, found, kinds


class Rejected(Exception):
    """Something went wrong on the way."""


def test_others_go_on_writing_while_a_backup_is_made(
    sqlite_database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "kept.backup"
    fill(sqlite_database, "before")
    seen, written = Event(), Event()

    def facts(session: Session) -> dict[str, str]:
        said = kinds(session)
        seen.set()
        # On the copy nobody waits any more.
        assert written.wait(timeout=30)
        return said

    def write() -> None:
        assert seen.wait(timeout=30)
        fill(sqlite_database, "meanwhile")
        written.set()

    writer = Thread(target=write)
    writer.start()
    manifest = save(sqlite_database, file, version="1", now=NOW, facts=facts)
    writer.join()
    assert list(manifest.facts.values()) == ["before"]
    assert found(sqlite_database) == ["before", "meanwhile"]
    bring_back(sqlite_database, file)
    assert found(sqlite_database) == ["before"]


def test_the_restored_file_keeps_the_permissions_of_the_old_one(
    sqlite_database: Database, tmp_path: Path
) -> None:
    file, target = tmp_path / "kept.backup", Path(str(sqlite_database.url.database))
    back_up(sqlite_database, file)
    target.chmod(0o640)
    bring_back(sqlite_database, file)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_log_that_was_left_behind_does_not_leak_into_the_restored_file(
    sqlite_database: Database, tmp_path: Path
) -> None:
    file, target = tmp_path / "kept.backup", Path(str(sqlite_database.url.database))
    fill(sqlite_database, "kept")
    back_up(sqlite_database, file)
    fill(sqlite_database, "in the log")
    # As a server that was killed leaves it: the log still beside the file.
    for end in ("", "-wal", "-shm"):
        shutil.copy(f"{target}{end}", f"{tmp_path}/killed{end}")
    sqlite_database.dispose()
    for end in ("", "-wal", "-shm"):
        shutil.copy(f"{tmp_path}/killed{end}", f"{target}{end}")
    bring_back(sqlite_database, file)
    assert found(sqlite_database) == ["kept"]


def test_a_broken_database_can_be_replaced(sqlite_database: Database, tmp_path: Path) -> None:
    file, target = tmp_path / "kept.backup", Path(str(sqlite_database.url.database))
    fill(sqlite_database, "kept")
    back_up(sqlite_database, file)
    sqlite_database.dispose()
    target.write_bytes(b"this was a database once" * 1000)
    Path(f"{target}-wal").write_bytes(b"and this its log" * 1000)
    with pytest.raises(BackupUnusable, match="not empty"):
        bring_back(sqlite_database, file, replace=False)
    bring_back(sqlite_database, file)
    assert found(sqlite_database) == ["kept"]


def test_a_damaged_database_is_not_backed_up(sqlite_database: Database, tmp_path: Path) -> None:
    file, target = tmp_path / "kept.backup", Path(str(sqlite_database.url.database))
    sqlite_database.dispose()
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("INSERT INTO station VALUES (7, 1, 'A', 9, 'sorting', 'A')")
        connection.commit()
    with pytest.raises(BackupUnusable, match="station points nowhere"):
        back_up(sqlite_database, file)
    assert not file.exists()
    assert beside(file) == []


def test_an_earlier_backup_stays_when_the_new_one_fails(
    sqlite_database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "kept.backup"
    back_up(sqlite_database, file)
    before = file.read_bytes()

    def facts(session: Session) -> dict[str, str]:
        raise Rejected

    with pytest.raises(Rejected):
        save(sqlite_database, file, version="1", now=NOW, facts=facts)
    assert file.read_bytes() == before


def test_a_backup_needs_a_folder_to_lie_in(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupUnusable, match="no folder"):
        back_up(sqlite_database, tmp_path / "nowhere" / "kept.backup")


def test_a_database_in_memory_has_nothing_to_restore_into(
    memory_database: Database, sqlite_database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "kept.backup"
    back_up(sqlite_database, file)
    with pytest.raises(BackupUnusable, match="memory"):
        bring_back(memory_database, file)


HALTED = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from store.backup import save
from store.engine import Database

def facts(session, calls=[]):
    calls.append(session)
    if len(calls) == 2:
        print("half", flush=True)
        time.sleep(600)
    return {}

database, file = Database(sys.argv[1]), Path(sys.argv[2])
save(database, file, version="1", now=datetime(2026, 3, 2, tzinfo=UTC), facts=facts)
"""
"""A backup that stops when the copy is made and the archive is not."""


@contextmanager
def halted(database: Database, file: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HALTED, str(database.url), str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        yield process


@pytest.mark.parametrize("earlier", [False, True])
def test_a_backup_that_is_killed_leaves_no_half_file(
    sqlite_database: Database, tmp_path: Path, earlier: bool
) -> None:
    file = tmp_path / "kept.backup"
    fill(sqlite_database, "first")
    if earlier:
        back_up(sqlite_database, file)
    before = file.read_bytes() if earlier else None
    with halted(sqlite_database, file) as process:
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert (file.read_bytes() if file.exists() else None) == before
    back_up(sqlite_database, file)
    bring_back(sqlite_database, file)
    assert found(sqlite_database) == ["first"]
