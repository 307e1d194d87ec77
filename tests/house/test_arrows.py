"""Imports only ever point down, and each contract that says so can break."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.arrows import CONTRACTS, ROOMS, ROOT, floors


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the rooms in `folder` with our contracts."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
            "--config",
            str(ROOT / "pyproject.toml"),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_obey_the_arrows() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_has_its_floor_and_its_place_in_the_package() -> None:
    rooms = {
        path.parent.name
        for path in ROOT.glob("*/__init__.py")
        if path.parent.name not in ("tests", "benchmarks", "docs")
    }
    assert rooms == set(ROOMS) == set(floors())


def test_the_tables_of_every_room_are_protected() -> None:
    with_tables = {path.parent.name for path in ROOT.glob("*/tables.py")}
    protected = {
        module.removesuffix(".tables")
        for contract in CONTRACTS.values()
        if contract["type"] == "protected"
        for module in contract["protected_modules"]
    }
    assert with_tables == protected


def test_what_only_one_room_may_know_is_forbidden_to_all_others() -> None:
    exempt = {
        "web-only": "web",
        "reporting-only": "reporting",
        "labels-only": "labels",
        "proof-only": "proof",
        "steps-only": "migrations",
        "scales-only": "scales",
    }
    for name, room in exempt.items():
        assert set(CONTRACTS[name]["source_modules"]) == set(ROOMS) - {room}, name


@pytest.fixture
def empty_rooms(tmp_path: Path) -> Path:
    """A house with nothing in its rooms but the modules that the contracts name."""
    named = {"streams.rules", "streams.queries"}
    for contract in CONTRACTS.values():
        for key in ("source_modules", "protected_modules", "allowed_importers"):
            named |= {module for module in contract.get(key, []) if "*" not in module}
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    for module in named:
        room, _, rest = module.partition(".")
        if rest:
            (tmp_path / room / f"{rest}.py").touch()
    return tmp_path


def test_an_empty_house_breaks_nothing(empty_rooms: Path) -> None:
    done = lint(empty_rooms)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("store.bad", "streams", "arrows"),
        ("intake.bad", "sorting", "arrows"),
        ("nl.bad", "web", "arrows"),
        ("streams.rules", "sqlalchemy", "pure"),
        ("sorting.rules", "store", "pure"),
        ("sorting.bad", "fastapi", "web-only"),
        ("web.bad", "pandas", "reporting-only"),
        ("web.bad", "PIL", "labels-only"),
        ("chain.bad", "cryptography", "proof-only"),
        ("web.bad", "alembic", "steps-only"),
        ("web.bad", "serial", "scales-only"),
        ("sorting.actions", "streams.tables", "tables-of-streams"),
        ("web.bad", "chain.tables", "tables-of-chain"),
    ],
)
def test_a_breach_is_seen(empty_rooms: Path, module: str, imported: str, contract: str) -> None:
    file = empty_rooms / f"{module.replace('.', '/')}.py"
    file.write_text(f"import {imported}\n")
    done = lint(empty_rooms)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{CONTRACTS[contract]['name']} BROKEN" in done.stdout


def test_queries_of_a_higher_room_may_read_tables(empty_rooms: Path) -> None:
    (empty_rooms / "reporting" / "queries.py").write_text("import streams.tables\n")
    done = lint(empty_rooms)
    assert done.returncode == 0, done.stdout + done.stderr
