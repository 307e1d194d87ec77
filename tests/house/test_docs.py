"""What the documentation says is so: its links, commands, tests, words and pieces of code."""

from __future__ import annotations

import re
import subprocess
import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from catalogue import kinds
from catalogue.actions import NOUNS
from catalogue.codes import CodeKind
from tests.audit import rows
from tests.builders import Depot
from tests.house.arrows import ROOMS, ROOT
from tests.house.tidy import SYNONYMS
from web.cli import app
from web.settings import from_environment

DOCS = ROOT / "docs"
SECTIONS = ["Context", "Decision", "Consequences", "Guarded by"]
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
MAKE = re.compile(r"(?:^ {4}|`)make ([a-z-]+)", re.MULTILINE)
COMMAND = re.compile(r"(?:\.venv/bin/|`)stofstroom ([a-z]+(?:-[a-z]+)*)")
VARIABLE = re.compile(r"STOFSTROOM_[A-Z0-9_]+")
NAMED_FILE = re.compile(r"`((?:[a-z_]+/)+[\w.-]+\.(?:py|toml|po|md|txt|html))`")


@cache
def pages() -> list[Path]:
    """Every page of documentation, generated ones too."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / path for path in sorted(set(listed)) if (ROOT / path).is_file()]


PAGES = [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages()]


def anchors(page: Path) -> set[str]:
    """Headings as links name them."""
    return {
        re.sub(r"[^\w\- ]", "", said.lower()).strip().replace(" ", "-")
        for said in HEADING.findall(page.read_text("utf-8"))
    }


def named(pattern: re.Pattern[str]) -> dict[str, str]:
    """What a pattern finds in all pages, with a page that says it."""
    return {
        found: page.name for page in pages() for found in pattern.findall(page.read_text("utf-8"))
    }


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text("utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_exists(page: Path) -> None:
    missing = [
        path for path in NAMED_FILE.findall(page.read_text("utf-8")) if not (ROOT / path).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_its_sections_and_a_guard_that_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    headings = [said for said in re.findall(r"^## (.+)$", text, re.MULTILINE) if said in SECTIONS]
    assert headings == SECTIONS
    guards = TEST.findall(text.partition("## Guarded by")[2])
    assert guards, "nobody guards it"
    for path, name in guards:
        assert (ROOT / path).is_file(), path
        assert not name or f"\ndef {name}(" in (ROOT / path).read_text("utf-8"), name


def test_decisions_are_numbered_without_a_gap_and_say_their_number() -> None:
    assert [page.name[:4] for page in DECISIONS] == [f"{n + 1:04}" for n in range(len(DECISIONS))]
    for page in DECISIONS:
        assert page.read_text("utf-8").startswith(f"# {page.name[:4]} ")


def test_every_room_stands_in_the_picture_and_in_the_table() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8")
    (picture,) = [block for language, block in FENCE.findall(text) if language == "mermaid"]
    for room in ROOMS:
        assert f"<b>{room}</b>" in picture, room
        assert re.search(rf"^\| `{room}` \| .+ \|$", text, re.MULTILINE), room


def glossary() -> dict[str, str]:
    """English word -> Dutch word, of every row of every table."""
    found = re.findall(
        r"^\| ([\w ]+) \| ([\w ]+) \| .+ \|$",
        (DOCS / "glossary.md").read_text("utf-8"),
        re.MULTILINE,
    )
    return {english: dutch for english, dutch in found if english != "English"}


def closed_lists() -> list[type[StrEnum]]:
    lists = [each for each in vars(kinds).values() if isinstance(each, type)]
    return [each for each in lists if issubclass(each, StrEnum) and each is not StrEnum]


SPELT_OUT = frozenset(
    word.value
    for each in closed_lists()
    if each.__name__ in ("Stream", "Pool", "Quality", "Security", "Role", "PartnerRole")
    for word in each
)


def test_every_noun_of_the_code_stands_in_the_glossary() -> None:
    code_kinds = {kind.value for kind in CodeKind}
    nouns = {*NOUNS, *SYNONYMS, *code_kinds, *SPELT_OUT, kinds.WEIGHING_DIFFERENCE}
    assert sorted(nouns - set(glossary())) == []


def test_a_word_stands_once_in_the_glossary() -> None:
    text = (DOCS / "glossary.md").read_text("utf-8")
    rows_found = re.findall(r"^\| ([\w ]+) \| [\w ]+ \| .+ \|$", text, re.MULTILINE)
    words = [word for word in rows_found if word != "English"]
    assert len(words) == len(set(words))


def test_screens_say_the_dutch_words_of_the_glossary() -> None:
    catalogue = (ROOT / "web" / "locale" / "nl.po").read_text("utf-8")
    translated = dict(re.findall(r'^msgid "(\w+)"\nmsgstr "(.+)"$', catalogue, re.MULTILINE))
    said = {
        english: (dutch, translated[english.capitalize()].lower())
        for english, dutch in glossary().items()
        if english.islower() and english.capitalize() in translated
    }
    assert len(said) > 10
    assert {english: both for english, both in said.items() if both[0] != both[1]} == {}


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    found = named(MAKE)
    assert {"demo", "test", "migration"} <= set(found)
    assert {target: page for target, page in found.items() if target not in targets} == {}


def test_every_command_that_is_named_exists() -> None:
    group: Any = get_command(app)
    found = named(COMMAND)
    assert {"init", "verify", "backup"} <= set(found)
    assert {word: page for word, page in found.items() if word not in group.commands} == {}


class Environment(dict[str, str]):
    """An environment that knows what it was asked for."""

    def __init__(self, **known: str) -> None:
        super().__init__({f"STOFSTROOM_{name}": value for name, value in known.items()})
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def test_every_setting_that_is_named_is_read() -> None:
    environment = Environment(
        MAIL_HOST="mail.example.org",
        MAIL_FROM="stof@example.org",
        OIDC_ISSUER="https://id.example.org",
        OIDC_CLIENT_ID="stofstroom",
        OIDC_2_ISSUER="https://id.example.com",
        OIDC_2_CLIENT_ID="stofstroom",
    )
    assert from_environment(environment).database_url.startswith("sqlite:///")
    found = named(VARIABLE)
    assert {"STOFSTROOM_DATABASE_URL", "STOFSTROOM_KEYS"} <= set(found)
    assert {name: page for name, page in found.items() if name not in environment.asked} == {}


def test_every_dependency_is_named_by_a_decision() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = [line for group in project["dependency-groups"].values() for line in group]
    wanted = [*project["project"]["dependencies"], *(g for g in groups if isinstance(g, str))]
    said = "\n".join(page.read_text("utf-8") for page in DECISIONS)
    names = {re.split(r"[\[<>=~ ]", line)[0] for line in wanted}
    assert sorted(name for name in names if f"`{name}`" not in said) == []


def excerpts() -> list[tuple[str, str]]:
    """Pieces of code with the file that the first line of their block names."""
    text = (DOCS / "how-to-add-a-feature.md").read_text("utf-8")
    found = []
    for _, block in FENCE.findall(text):
        first, _, code = block.partition("\n")
        found += [
            (first.removeprefix("# "), piece)
            for piece in re.split(r"^ *\.\.\.\n", code, flags=re.MULTILINE)
        ]
    return found


@pytest.mark.parametrize(
    ("path", "piece"), [pytest.param(*each, id=each[0]) for each in excerpts()]
)
def test_the_code_of_the_walk_is_the_code_of_the_house(path: str, piece: str) -> None:
    assert piece.strip()
    assert piece in (ROOT / path).read_text("utf-8")


def verifier() -> dict[str, Any]:
    text = (DOCS / "ledger.md").read_text("utf-8")
    (source,) = [block for language, block in FENCE.findall(text) if language == "python"]
    names: dict[str, Any] = {}
    exec(source, names)
    return names


def a_day(depot: Depot) -> None:
    """Some of everything, with words outside ASCII."""
    batch = depot.log(pieces=40)["code"]
    with depot.scanning(note="Jérôme wog dit"):
        sorted_ = depot.sort(batch, {"reuse": 100_001, "burn": 99_999})
    depot.close_bin(sorted_["bins"][0], 100_500)
    depot.ship(sorted_["bins"][0])
    depot.reverse(depot.scan_id)
    depot.correct(depot.log(quality="estimated")["code"], supplier="DUINRAND")


def test_the_verifier_of_the_ledger_page_agrees_with_the_register(depot: Depot) -> None:
    a_day(depot)
    check = verifier()
    for chain, size, head_hash in rows(depot.database, "SELECT code, size, head_hash FROM chain"):
        leaves = check["follow"](payloads(depot, chain))
        assert (len(leaves), leaves[-1].hex()) == (size, head_hash)
    booked = {key: mass_g for key, mass_g in check["balances"](payloads(depot)).items() if mass_g}
    assert booked == kept_balances(depot)
    assert len(booked) > 5


def test_the_verifier_of_the_ledger_page_notices_a_change(depot: Depot) -> None:
    a_day(depot)
    check, said = verifier(), payloads(depot)
    for number, payload in enumerate(said[:-1], 1):
        forged = [*said[: number - 1], payload.replace('"v":1', '"v":2'), *said[number:]]
        with pytest.raises(ValueError, match=f"entry {number} does not fit"):
            check["follow"](forged)
        cut_out = [*said[: number - 1], *said[number:]]
        with pytest.raises(ValueError, match=f"entry {number} does not fit"):
            check["follow"](cut_out)


def payloads(depot: Depot, chain: str = "site:S1") -> list[str]:
    found = rows(
        depot.database,
        "SELECT payload FROM entry JOIN chain ON chain.id = chain_id WHERE code = :chain"
        " ORDER BY seq",
        chain=chain,
    )
    return [row.payload for row in found]


def kept_balances(depot: Depot) -> dict[tuple[str, str, str, str], int]:
    found = rows(
        depot.database,
        "SELECT p.code, b.code AS batch, g.code AS grp, q.quality, q.mass_g FROM balance q"
        " JOIN place p ON p.id = q.place_id JOIN batch b ON b.id = q.batch_id"
        " JOIN article_group g ON g.id = q.group_id WHERE q.mass_g <> 0",
    )
    return {(row[0], row[1], row[2], row[3]): row[4] for row in found}
