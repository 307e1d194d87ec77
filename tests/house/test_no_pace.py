"""No figure about the pace of a person or a station leaves the program: what the works council was
promised on `/privacy`.

Three fences, one behind the other. Who did what stands in one table, which only the modules named
here touch. What figures are added up from knows no station, no person and no time of day. And what
is asked, grouped or handed out by any room is looked through for the words that would tell.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi import FastAPI

from catalogue.access import Viewer
from catalogue.kinds import Role
from migrations.metadata import every_table
from reporting.datasets import Dataset, columns_of
from reporting.questions import By
from store.engine import Database
from web.app import create_app
from web.privacy import PROMISES
from web.settings import from_environment

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = (
    "accounts", "catalogue", "certificates", "chain", "demo", "dispatch", "intake", "labels", "nl",
    "notices", "paper", "reporting", "scales", "sorting", "store", "streams", "web",
)  # fmt: skip
SOURCES: Final = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
TELLING: Final = re.compile(
    r"\b(station|station_id|device|device_id|person_id|actor|badge|badge_id|token_id|scan_id"
    r"|scanned_at|recorded_at|received_at|captured_at|seen_at|hour|minute)\b"
)
"""Words by which work could be counted for somebody, or timed."""
WHO: Final = re.compile(
    r"(?<![a-z])actor|person|worker|employee|badge|device|tablet|pace|speed|per_hour"
)

READ_ACTORS: Final = {
    "accounts/tables.py": "where it stands",
    "accounts/actions.py": "notes and erases it, and reads nothing",
    "accounts/erasing.py": "erases it with its person",
    "accounts/own.py": "tells a person their own, without times",
}
"""The only modules that know the table of who did what."""
MAY_GROUP: Final = {
    "accounts/second_factor_rules.py": "counts accounts by role, whoever they are",
}
"""Modules with a sum that names one of those words, and why it tells no pace."""


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def _calls(node: ast.AST, *names: str) -> Iterator[ast.Call]:
    for each in ast.walk(node):
        if (
            isinstance(each, ast.Call)
            and isinstance(each.func, ast.Attribute)
            and each.func.attr in names
        ):
            yield each


def _keys(function: ast.FunctionDef, call: ast.Call) -> str:
    """What is grouped or ordered by, with what plain names in it were set to in that function."""
    text = " ".join(ast.unparse(each) for each in call.args)
    named = {each.id for each in ast.walk(call) if isinstance(each, ast.Name)}
    for each in ast.walk(function):
        if isinstance(each, ast.Assign):
            targets = {name.id for name in ast.walk(each.targets[0]) if isinstance(name, ast.Name)}
            if targets & named:
                text += f" {ast.unparse(each.value)}"
    return text


def test_who_did_what_is_touched_by_four_modules_and_read_by_one() -> None:
    found = set()
    for path in SOURCES:
        text = path.read_text()
        imports = re.search(r"from accounts\.tables import[^)]*?\bActor\b", text, re.DOTALL)
        statement = re.search(
            r"\b(?:from|join|into|update)\s+actor\b(?! import)", text, re.IGNORECASE
        )
        if imports or statement or "class Actor(" in text:
            found.add(str(path.relative_to(ROOT)))
    assert found == set(READ_ACTORS)


def test_what_is_told_of_acts_to_their_own_person_has_no_time_station_or_mass() -> None:
    (told,) = [one for one in _functions(ROOT / "accounts/own.py") if one.name == "all_of"]
    actor_columns = {
        each.attr
        for each in ast.walk(told)
        if isinstance(each, ast.Attribute) and ast.unparse(each.value) == "_actor.c"
    }
    assert actor_columns == {"scan_id", "actor"}


def test_nothing_is_added_up_by_person_station_or_time_of_day() -> None:
    found = {}
    for path in SOURCES:
        for function in _functions(path):
            for call in _calls(function, "group_by", "partition_by", "over"):
                if told := TELLING.search(_keys(function, call)):
                    found[str(path.relative_to(ROOT))] = told[0]
    assert {path: word for path, word in found.items() if path not in MAY_GROUP} == {}


def test_what_figures_are_made_of_knows_no_person_station_or_time_of_day() -> None:
    tables = every_table().tables
    for name in ("total", "balance", "movement", "gate_balance", "certificate_batch"):
        columns = {column.name for column in tables[name].columns}
        assert not [column for column in columns if TELLING.fullmatch(column)], name
    assert {each.value for each in By} == {"month", "destination", "article_group", "supplier"}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("dataset", Dataset)
def test_no_export_tells_who_did_it_and_only_auditors_get_the_station(
    role: Role, dataset: Dataset
) -> None:
    viewer = Viewer(role=role, organisation_id=1, operator_id=1)
    columns = {column.name for column in columns_of(viewer, dataset)}
    assert not [name for name in columns if WHO.search(name)]
    telling = {name for name in columns if TELLING.fullmatch(name) or name == "at"}
    may = role is Role.AUDITOR and dataset is Dataset.MOVEMENTS
    assert telling == ({"at", "station", "scan_id"} if may else set())


def test_reports_and_charts_never_speak_of_stations_or_people() -> None:
    """Beside the two columns for auditors, and the word that explains one of them."""
    told: dict[str, set[str]] = {}
    for path in sorted((ROOT / "reporting").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            words = []
            if isinstance(node, ast.Attribute):
                words = [node.attr]
            elif isinstance(node, ast.Name | ast.arg):
                words = [node.id if isinstance(node, ast.Name) else node.arg]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words = [node.value] if node.value.isidentifier() else []
            for word in words:
                if re.fullmatch(r"(stations?|devices?|badges?|actors?|workers?|persons?)", word):
                    told.setdefault(path.name, set()).add(word)
    assert told == {
        "movement_lines.py": {"station"},
        "dictionary.py": {"station"},
        # How many tablets a station has, for who changes reference data.
        "views.py": {"station", "stations"},
    }


ANSWERS_WITH_A_STATION: Final = {
    "World": "a tablet's own",
    "PrintJobOut": "labels that wait at a station",
    "StationOut": "reference data",
}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(from_environment({}), database=Database("sqlite://"))


def test_no_answer_of_a_call_tells_who_did_it(app: FastAPI) -> None:
    shapes: dict[str, Any] = app.openapi()["components"]["schemas"]
    answers = {
        name: set(shape.get("properties", ())) for name, shape in shapes.items() if _is_answer(name)
    }
    who = {name for name, fields in answers.items() if any(WHO.search(one) for one in fields)}
    # The tablet that asks is told which one it is.
    assert who <= {"World"}
    station = {name for name, fields in answers.items() if "station" in fields}
    assert station <= ANSWERS_WITH_A_STATION.keys()


def _is_answer(name: str) -> bool:
    return not name.endswith("In") and name not in {"SyncCommand", "HTTPValidationError"}


def test_no_sentence_of_the_program_speaks_of_work_in_an_hour_or_by_a_person() -> None:
    spoken = (ROOT / "web/locale/nl.po").read_text()
    forbidden = re.compile(
        r"per hour|an hour each|per person|per worker|per uur|per persoon|per medewerker"
        r"|fastest|slowest|snelste|traagste|ranking|ranglijst",
        re.IGNORECASE,
    )
    promised = {promise for promise in PROMISES if forbidden.search(promise)}
    told = [line for line in spoken.splitlines() if forbidden.search(line)]
    assert len(promised) == 1
    # The promise itself, in both languages.
    assert len(told) == 2, told
