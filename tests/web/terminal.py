"""Somebody at a terminal, for tests of the command `stofstroom`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from chain.queries import heads
from store.engine import Database
from web import cli

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PASSWORD = "koffie zonder melk"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended and what it said where."""

    code: int
    out: str
    err: str


class Shell:
    """Runs commands against one database, as somebody at a terminal would."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Ended:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main([str(argument) for argument in arguments])
        said = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, said.out, said.err)


def sizes(database: Database) -> dict[str, int]:
    with database.read() as session:
        found = {head.chain: head.size for head in heads(session)}
    database.dispose()
    return found


def tamper(database: Database, statement: str) -> None:
    with database.write() as session:
        done = session.connection().execute(text(statement))
        assert done.rowcount > 0
    database.dispose()


@contextmanager
def started(*arguments: str, typed: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own, killed in the end if it still runs.

    typed: the test types into it.
    """
    command = [sys.executable, "-c", "from web.cli import main; main()", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE if typed else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
