"""A report tampered with: the public page tells the truth, and no more than it may."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from proof.canonical import canonical
from proof.signing import load_or_create_ring, seal
from store.engine import Database
from tests.builders import Depot
from tests.certificates.office import THIEF
from tests.web.api.calling import Hall, scan
from tests.web.api.good import YEAR, confirmed_batch
from web.app import create_app
from web.settings import from_environment

PURPOSE = "stofstroom/report/1"
VERDICT = re.compile(r'data-verdict="(\w+)" data-why="(\w+)"')


class Desk:
    """A hall with two issued reports of one supplier, the second follows up the first."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.stranger = TestClient(hall.app, headers={"accept-language": "en"})
        confirmed_batch(hall)
        asked = {**YEAR, "supplier": "NOORDERHAVEN"}
        self.first = hall.post("/reports/issued", scan(**asked), by="manager").json()
        later = scan(**asked, replaces=self.first["number"])
        self.second = hall.post("/reports/issued", later, by="manager").json()

    def file(self, ending: str, **query: str) -> bytes:
        number = self.second["number"]
        answer = self.hall.get(f"/reports/issued/{number}.{ending}", by="manager", **query)
        return bytes(answer.content)

    def verdict(self, code: str | None, given: bytes | None = None) -> tuple[str, str]:
        path = f"/verify/{code}" if code else "/verify"
        if given is None:
            page = self.stranger.get(path)
        else:
            page = self.stranger.post(path, files={"file": ("r", given)})
        assert page.status_code == 200, page.text
        found = VERDICT.search(page.text)
        assert found, page.text
        return found[1], found[2]


@pytest.fixture(scope="module")
def desk(cast_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("reports")
    shutil.copy(cast_template, folder / "hall.sqlite")
    database = Database(f"sqlite:///{folder / 'hall.sqlite'}")
    app = create_app(from_environment({}), database=database)
    yield Desk(Hall(app, Depot(database), folder / "keys"))
    database.dispose()


def test_whoever_has_only_the_code_learns_no_supplier_and_no_figure(desk: Desk) -> None:
    assert desk.verdict(desk.second["code"]) == ("authentic", "register")
    page = desk.stranger.get(f"/verify/{desk.first['code']}").text
    assert desk.first["number"] in page
    assert desk.second["number"] in page, "it says which one follows it up"
    said = desk.hall.get(f"/verify/{desk.second['code']}")
    assert said.json()["number"] == desk.second["number"]
    for text in (page, said.text):
        assert "Noorderhaven" not in text
        assert "NOORDERHAVEN" not in text
        assert "_g" not in text
    # The number itself can be guessed, so it opens nothing.
    assert desk.verdict(desk.second["number"]) == ("unknown", "no_code")


@pytest.mark.parametrize("ending", ["json", "pdf"])
def test_whoever_has_the_file_sees_it_answered_byte_for_byte(desk: Desk, ending: str) -> None:
    given = desk.file(ending)
    assert desk.verdict(desk.second["code"], given) == ("authentic", "whole")
    assert desk.verdict(None, given) == ("authentic", "whole")
    assert desk.verdict(desk.first["code"], given) == ("changed", "other_code")
    page = desk.stranger.post("/verify", files={"file": ("r", given)}).text
    assert "Noorderhaven handed in" in page


def test_paper_in_another_language_is_ours_and_paper_that_was_touched_is_not(desk: Desk) -> None:
    assert desk.verdict(None, desk.file("pdf", lang="nl")) == ("authentic", "whole")
    assert desk.verdict(None, desk.file("pdf") + b"\n") == ("changed", "paper")


def test_a_report_of_which_a_gram_was_changed_is_told_whoever_signed_it(desk: Desk) -> None:
    envelope: dict[str, Any] = json.loads(desk.file("json"))
    envelope["document"]["figures"]["input_g"] += 1
    assert desk.verdict(None, canonical(envelope)) == ("changed", "content")
    own = load_or_create_ring(desk.hall.app.state.settings.keys, now=desk.hall.depot.now)
    for key in (THIEF, own.current):
        forged = canonical(seal(key, PURPOSE, envelope["document"]))
        assert desk.verdict(desk.second["code"], forged) == ("changed", "content")


def test_a_report_that_the_register_lacks_is_lost_or_never_ours(desk: Desk) -> None:
    document = json.loads(desk.file("json"))["document"] | {"code": "WRKPM2RM75V38K6X"}
    own = load_or_create_ring(desk.hall.app.state.settings.keys, now=desk.hall.depot.now)
    assert desk.verdict(None, canonical(seal(own.current, PURPOSE, document))) == (
        "unknown",
        "lost",
    )
    stolen = canonical(seal(THIEF, PURPOSE, document))
    assert desk.verdict(None, stolen) == ("unknown", "no_code")
