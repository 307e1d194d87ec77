"""A database that others put back to an earlier moment: PostgreSQL from its archive, by the steps
of docs/backup.md, or a file from a copy."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text

from store.engine import Database
from tests import postgres
from tests.audit import breaches, rows
from tests.builders import Depot
from tests.cast import take_the_stage
from tests.conftest import RUN_FOLDER, build_schema
from tests.house.arrows import ROOT
from tests.web.api.calling import Hall, command, settings_of, sorting, tablet
from tests.web.terminal import Shell, sizes, tamper
from web.app import create_app

PATIENCE_S: Final = 30
BACKUPS: Final = (ROOT / "docs" / "backup.md").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL that keeps every change, in small files, so that nobody waits for a full one."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "postgresql" / "data"

    def block(self, beginning: str, at: str = "") -> list[str]:
        """The lines of the block in the documentation that begins so, with paths of our own."""
        blocks = re.findall(r"^ *```\w+\n(.*?)^ *```$", BACKUPS, re.MULTILINE | re.DOTALL)
        (found,) = (block for block in blocks if block.strip().startswith(beginning))
        for was, now in {
            "/srv/wal": f"{self.folder}/wal",
            r"/srv/base/[\d-]+": f"{self.folder}/base",
            r"(?<=recovery_target_time = ')[^']+": at,
        }.items():
            found = re.sub(was, now, found)
        return [line.strip() for line in found.splitlines()]

    def start(self) -> Database:
        """A new one, with an empty register."""
        for folder in (self.folder, self.folder / "wal"):
            folder.mkdir()
            # Two accounts write there: ours, and that of PostgreSQL.
            folder.chmod(0o777)
        said = dict(line.split(" = ") for line in self.block("archive_mode"))
        settings = {name: value.strip("'") for name, value in said.items()}
        # What is killed must have kept what it acknowledged, as a real one does.
        kept = {"full_page_writes": "on", "synchronous_commit": "on"}
        postgres.start(self.data.parent, "--wal-segsize=1", **kept, **settings)
        database = Database(postgres.url(self.data.parent, "postgres"))
        build_schema(database)
        return database

    def take_base(self) -> None:
        for line in self.block("pg_basebackup"):
            program, *arguments = line.split()
            where = [f"--host={self.data.parent}", f"--username={postgres.USER}"]
            postgres.run(program, *arguments, *where * (program == "pg_basebackup"))

    def archived(self) -> set[str]:
        return {file.name for file in (self.folder / "wal").iterdir()}

    def lose(self) -> None:
        """It is killed, and its data put aside."""
        postgres.stop(self.data.parent)
        self.data.rename(self.folder / "broken")

    def bring_back(self, at: str) -> None:
        """The base, what the archive has, and from the old disk what the archive has not."""
        postgres.run("cp", "-a", str(self.folder / "base"), str(self.data))
        for file in (self.folder / "broken" / "pg_wal").glob("0*"):
            if file.name not in self.archived():
                postgres.run("cp", str(file), str(self.data / "pg_wal"))
        postgres.run("touch", str(self.data / "recovery.signal"))
        with (self.data / "postgresql.auto.conf").open("a") as settings:
            settings.writelines(f"{line}\n" for line in self.block("restore_command", at))
        postgres.start_again(self.data.parent)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    # PostgreSQL runs as another account, which may not pass through the folders of pytest.
    found = Cluster(Path(os.environ[RUN_FOLDER]) / "point_in_time")
    yield found
    postgres.stop(found.data.parent)
    shutil.rmtree(found.folder, ignore_errors=True)


def sent(hall: Hall, epoch: str, *commands: dict[str, Any]) -> Any:
    return hall.post("/sync", tablet(*commands) | {"epoch": epoch}, by="worker").json()


def results(told: Any) -> list[str]:
    return [one["status"] for one in told["results"]]


def now_of(database: Database) -> str:
    with database.read() as session:
        found = session.connection().execute(text("SELECT clock_timestamp()::text"))
        return str(found.scalar_one())


def ask(database: Database, statement: str) -> Any:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return connection.execute(text(statement)).scalar_one()


@pytest.mark.slow
def test_postgresql_goes_back_to_a_moment_and_tablets_send_the_rest_again_once(
    cluster: Cluster, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = cluster.start()
    monkeypatch.setenv("STOFSTROOM_DATABASE_URL", database.url.render_as_string(False))
    with database.write() as session:
        take_the_stage(session)
    app = create_app(settings_of(database, tmp_path / "keys"), database=database)
    hall = Hall(app, Depot(database), tmp_path / "keys")
    batch = hall.depot.log(300_000)["code"]
    commands = [command("sort", batch, sorting(1_000 + number)) for number in range(30)]
    before, kept, lost = commands[:10], commands[10:20], commands[20:]
    epoch = sent(hall, "", *[])["epoch"]

    assert results(sent(hall, epoch, *before)) == ["accepted"] * 10
    cluster.take_base()
    assert results(sent(hall, epoch, *kept)) == ["accepted"] * 10
    point, were = now_of(database), sizes(database)
    last = ask(database, "SELECT pg_walfile_name(pg_current_wal_lsn())")
    ask(database, "SELECT pg_switch_wal()")
    assert results(sent(hall, epoch, *lost)) == ["accepted"] * 10
    patient_until = time.monotonic() + PATIENCE_S
    while last not in cluster.archived():
        assert time.monotonic() < patient_until, "what happened after the base was not archived"
        time.sleep(0.02)
    database.dispose()
    cluster.lose()

    cluster.bring_back(point)
    ended = shell("restored")
    assert (ended.code, ended.out) == (1, "")
    assert f"site:S1 ends with entry {were['site:S1']}, sort, " in ended.err
    assert "still in recovery" in ended.err
    ask(database, "SELECT pg_wal_replay_resume()::text")
    while ask(database, "SELECT pg_is_in_recovery()"):
        assert time.monotonic() < patient_until + PATIENCE_S, "it did not come out of recovery"
        time.sleep(0.02)
    database.dispose()
    ended = shell("restored")
    assert (ended.code, ended.out) == (0, ""), ended.err
    # One entry on every chain says that it was restored.
    assert sizes(database) == {chain: size + 1 for chain, size in were.items()}

    told = sent(hall, epoch, *commands)
    assert told["results"] == []
    assert told["epoch"] != epoch
    again = sent(hall, told["epoch"], *commands)
    assert results(again) == ["repeated"] * 20 + ["accepted"] * 10
    booked = [
        row.scan_id for row in rows(database, "SELECT scan_id FROM entry WHERE kind = 'sort'")
    ]
    assert sorted(booked) == sorted(one["scan_id"] for one in commands)
    assert breaches(database) == []
    database.dispose()
    assert shell("verify").code == 0


def test_a_file_that_was_put_back_begins_anew_and_says_what_it_ends_with(
    shell: Shell, register: Database, tmp_path: Path
) -> None:
    file = Path(str(register.url.database))
    before = sizes(register)
    shutil.copy(file, tmp_path / "snapshot")
    Depot(register).log(200_000)
    register.dispose()
    shell("checkpoint", "heads.json")
    shutil.copy(tmp_path / "snapshot", file)
    ended = shell("restored")
    assert (ended.code, ended.out) == (0, ""), ended.err
    assert f"site:S1 ends with entry {before['site:S1']}, sort, 2026-03-02T08:00:00" in ended.err
    assert sizes(register) == {chain: size + 1 for chain, size in before.items()}
    assert shell("verify").code == 0
    # What was cut off is told from tampering, as after any restore.
    ended = shell("verify", "--checkpoint", "heads.json")
    assert ended.code == 1
    assert "restored from an earlier backup of 2026-03-02T08:00:00" in ended.err


def test_nothing_begins_anew_while_others_have_the_database_open(
    shell: Shell, register_anywhere: Database
) -> None:
    before = sizes(register_anywhere)
    server = Database(register_anywhere.url)
    with server.read() as session:
        session.connection()
    ended = shell("restored")
    server.dispose()
    assert (ended.code, ended.out) == (1, "")
    assert "in use" in ended.err
    assert sizes(register_anywhere) == before


def test_what_does_not_add_up_does_not_begin_anew(shell: Shell, register: Database) -> None:
    tamper(register, "UPDATE batch SET gross_g = gross_g + 1000")
    before = sizes(register)
    ended = shell("restored")
    assert (ended.code, ended.out) == (1, "")
    assert "does not add up" in ended.err
    assert sizes(register) == before
