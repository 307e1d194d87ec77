"""A terminal, with and without a database."""

import os
import shutil
from pathlib import Path

import pytest

from store.engine import Database
from tests.builders import Depot
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
def register(
    shell: Shell, cast_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """A SQLite register with the cast and a batch that was sorted, which commands work on."""
    file = tmp_path / "register.sqlite"
    shutil.copy(cast_template, file)
    return _in_use(Depot(Database(f"sqlite:///{file}")), monkeypatch)


@pytest.fixture
def register_anywhere(
    shell: Shell, parallel_depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """The same, on either database."""
    return _in_use(parallel_depot, monkeypatch)


def _in_use(depot: Depot, monkeypatch: pytest.MonkeyPatch) -> Database:
    batch = depot.log(300_000)["code"]
    depot.sort(batch, {"recycle": 100_000})
    database = depot.database
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("STOFSTROOM_DATABASE_URL", url)
    # What a command replaces or audits must not be open here.
    database.dispose()
    return database
