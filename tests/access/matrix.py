"""The matrix by hand, read: who gets what answer from every route, about whose things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from web.app import API_PREFIX

FILE: Final = Path(__file__).with_name("matrix.txt")
WHERE: Final = ("own", "beside", "elsewhere")
"""Whose the things are: the caller's own; of the same operator, but of its other site, another
supplier or another outlet; of another operator."""
NAMES_NOTHING: Final = {".", "x", "-"}


@dataclass(frozen=True, slots=True)
class Row:
    """A route and its cells, by column."""

    method: str
    path: str
    cells: Mapping[str, str]

    @property
    def is_call(self) -> bool:
        return self.path.startswith(API_PREFIX)

    @property
    def bare(self) -> str:
        """Its path, without the beginning that all calls have."""
        return self.path.removeprefix(API_PREFIX)

    @property
    def spelled(self) -> str:
        return f"{self.method} {self.path}"

    def told(self, column: str, where: str) -> str:
        """ "x" answered, "." not allowed, "-" not there; for a stranger "-" is to sign in first."""
        cell = self.cells[column]
        if cell in NAMES_NOTHING:
            return cell if where == "own" else ""
        return cell[WHERE.index(where)]

    def who(self, sign: str = "x", where: str = "own") -> frozenset[str]:
        return frozenset(name for name in self.cells if self.told(name, where) == sign)


def read(text: str) -> tuple[tuple[str, ...], list[Row]]:
    """The columns, and the rows."""
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    columns = tuple(lines[0])
    rows = []
    for method, path, *cells in lines[1:]:
        assert len(cells) == len(columns), f"{path}: {len(cells)} cells, {len(columns)} columns"
        assert set("".join(cells)) <= set(".x-"), path
        assert {len(cell) for cell in cells} <= {1, 3}, path
        rows.append(Row(method, path, dict(zip(columns, cells, strict=True))))
    return columns, rows


COLUMNS, ROWS = read(FILE.read_text(encoding="utf-8"))
BY_ROUTE: Final = {(row.method, row.path): row for row in ROWS}
