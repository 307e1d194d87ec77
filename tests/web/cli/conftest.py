"""A terminal, with and without a database."""

import os
from pathlib import Path

import pytest

from store.engine import Database
from tests.builders import Depot
from tests.cast import take_the_stage
from tests.web.terminal import Shell


@pytest.fixture
def shell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Shell:
    """Without a database: nothing of the environment, in a folder of its own."""
    for name in list(os.environ):
        if name.startswith("STOFSTROOM_") and name != "STOFSTROOM_TEST_RUN":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Shell(capsys)


@pytest.fixture
def depot(shell: Shell, database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with the cast and a batch that was sorted, which commands work on."""
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("STOFSTROOM_DATABASE_URL", url)
    with database.write() as session:
        take_the_stage(session)
    floor = Depot(database)
    batch = floor.log(300_000)["code"]
    floor.sort(batch, {"recycle": 100_000})
    # What a command replaces or audits must not be open here.
    database.dispose()
    return database
