"""What stands in the generated pages is what the code says today, and every code is explained."""

from __future__ import annotations

import pytest

from catalogue.errors import concrete
from docs.generate import FOLDER, PAGES
from web.api.answers import every_code
from web.permissions import API


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_what_make_docs_writes(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


def test_every_code_of_a_refusal_is_explained() -> None:
    page = PAGES["errors.md"]()
    for code in every_code():
        assert f"### `{code}` (" in page
    for refusal in concrete().values():
        assert refusal.title in page


def test_every_call_has_a_place_on_its_page() -> None:
    headings = [line for line in PAGES["api.md"]().splitlines() if line.startswith("## ")]
    assert sorted(headings) == sorted(f"## {method} {path}" for method, path in API)


def test_every_refusal_of_a_call_is_explained() -> None:
    page, explained = PAGES["api.md"](), every_code()
    refused = [line for line in page.splitlines() if line.startswith("- Refuses ")]
    named = {code.strip("` ") for line in refused for code in line.partition(": ")[2].split(",")}
    assert "mass_exceeded" in named
    assert named <= explained
