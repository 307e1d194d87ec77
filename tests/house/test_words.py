"""Every sentence that people read stands in every catalogue, and no catalogue holds old ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from catalogue.errors import Refusal
from web.errors import BY_STATUS
from web.i18n import LOCALE, SOURCE, language, languages

WEB = LOCALE.parent
ROOMS = [WEB.parent / room for room in ("catalogue", "nl", "reporting", "web")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "message": None}
IN_PYTHON = KEYWORDS | {"say": None}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
EXTRACTORS = {".html": "jinja2.ext:babel_extract", ".py": "python", ".js": "javascript"}
FLOOR = sorted((WEB / "static" / "floor").rglob("*.js"))
CATALOGUES = sorted(LOCALE.glob("*.po"))


def _refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for each in kind.__subclasses__():
        yield each
        yield from _refusals(each)


def said_in_the_product() -> set[str]:
    """All msgids: of templates, of Python, of the floor's modules, and of every refusal."""
    found = {
        text for kind in _refusals() if "code" in vars(kind) for text in (kind.title, kind.advice)
    }
    found |= {text for _, *texts in BY_STATUS.values() for text in texts}
    options = {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}
    sources = [path for room in ROOMS for path in sorted(room.rglob("*.py"))]
    for path in [*sorted(WEB.rglob("*.html")), *sources, *FLOOR]:
        how = EXTRACTORS[path.suffix]
        marks = IN_PYTHON if path.suffix == ".py" else KEYWORDS
        for _, msgid, _, _ in extract_from_file(how, str(path), marks, options=options):
            found.add(msgid if isinstance(msgid, str) else msgid[0])
    return found


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=path.stem)


def _msgids(catalogue: Catalog) -> dict[str, list[str]]:
    """Per msgid its translations: one, or one per plural form."""
    found = {}
    for entry in catalogue:
        if entry.id:
            msgid = entry.id if isinstance(entry.id, str) else entry.id[0]
            said = [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
            found[msgid] = said
    return found


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_sentence_is_translated(path: Path) -> None:
    translated = {msgid for msgid, said in _msgids(_catalogue(path)).items() if all(said) and said}
    assert sorted(said_in_the_product() - translated) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_no_catalogue_holds_a_sentence_that_nobody_says(path: Path) -> None:
    catalogue = _catalogue(path)
    assert sorted(set(_msgids(catalogue)) - said_in_the_product()) == []
    assert not catalogue.obsolete


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_has_the_places_of_its_sentence(path: Path) -> None:
    for msgid, said in _msgids(_catalogue(path)).items():
        for text in said:
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(msgid)), msgid


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_nothing_in_a_catalogue_is_only_guessed(path: Path) -> None:
    assert [entry.id for entry in _catalogue(path) if entry.id and entry.fuzzy] == []


def test_the_product_is_there_in_dutch_and_english() -> None:
    assert set(languages()) >= {"nl", SOURCE}
    assert language("nl").gettext("Sign in") == "Inloggen"
    assert language(SOURCE).gettext("Sign in") == "Sign in"
