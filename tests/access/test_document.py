"""The page that a security officer reads says what the matrix by hand says, route by route."""

from __future__ import annotations

import re
from typing import Final

from docs.access_page import COLUMNS, MAY, OWN
from docs.generate import FOLDER
from tests.access.matrix import BY_ROUTE
from web.app import API_PREFIX

BY_HAND: Final = ("worker", "leader", "manager", "supplier", "viewer", "outlet", "auditor",
                  "administrator", "stranger", "tablet", "reader")  # fmt: skip
LINE: Final = re.compile(r"^\| `(GET|POST|PUT|DELETE) (/\S*)` \|(.*)\|$")
HEAD: Final = "## The pages"


def printed() -> dict[tuple[str, str], list[str]]:
    """The signs of every route."""
    found = {}
    calls, _, pages = (FOLDER / "access.md").read_text(encoding="utf-8").partition(HEAD)
    for prefix, text in ((API_PREFIX, calls), ("", pages)):
        for line in text.splitlines():
            if said := LINE.match(line):
                signs = [sign.strip() for sign in said[3].split("|")]
                found[said[1], prefix + said[2]] = signs
    return found


def test_the_page_has_every_route_and_every_column() -> None:
    assert len(COLUMNS) == len(BY_HAND)
    assert printed().keys() == BY_ROUTE.keys()


def test_the_page_says_what_the_matrix_says() -> None:
    for route, signs in printed().items():
        row = BY_ROUTE[route]
        for name, sign in zip(BY_HAND, signs, strict=True):
            nobody = "-" if name == "stranger" else "."
            assert (sign in (MAY, OWN)) == (row.told(name, "own") != nobody), (route, name)
            if sign == OWN and name != "stranger":
                assert row.told(name, "elsewhere") in ("-", "."), (route, name)
