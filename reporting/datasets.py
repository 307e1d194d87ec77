"""What can be exported, as tables with their control totals: movements, batches and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.rulebook import rulebook
from reporting import access, batch_lines, figure_lines, movement_lines
from reporting.columnar import Column, Table, tables_of
from reporting.dictionary import with_headings
from reporting.queries import as_of
from reporting.questions import Question


class Dataset(StrEnum):
    """What can be exported."""

    MOVEMENTS = "movements"
    BATCHES = "batches"
    FIGURES = "figures"


Told = Callable[[int], None]
"""Hears how many more rows are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A dataset. rows and mass_g: control totals, known before the first row is read; tables: to be
    read once, and while the session lives."""

    dataset: Dataset
    columns: tuple[Column, ...]
    rows: int
    mass_g: int
    tables: Iterable[Table]


def columns_of(viewer: Viewer, dataset: Dataset) -> tuple[Column, ...]:
    """The columns that a viewer gets."""
    if dataset is Dataset.MOVEMENTS:
        return movement_lines.columns(viewer)
    return batch_lines.COLUMNS if dataset is Dataset.BATCHES else figure_lines.COLUMNS


def find(
    session: Session, viewer: Viewer, asked: Question, dataset: Dataset, told: Told | None = None
) -> Found:
    """A dataset as the viewer may see it. basis booked: by the day of the entry; received: of the
    batch. Raises NotFound and NotAllowed as `access.scope`."""
    rows, mass_g, tables = _find(session, viewer, asked, dataset)
    return Found(
        dataset=dataset,
        columns=with_headings(dataset, columns_of(viewer, dataset)),
        rows=rows,
        mass_g=mass_g,
        tables=tables if told is None else _counted(tables, told),
    )


def _find(
    session: Session, viewer: Viewer, asked: Question, dataset: Dataset
) -> tuple[int, int, Iterable[Table]]:
    if dataset is Dataset.FIGURES:
        figures = figure_lines.lines(session, viewer, asked)
        tables = tables_of(figure_lines.COLUMNS, figures)
        return len(figures), figure_lines.mass_g(figures), tables
    book = rulebook(session)
    seen = access.scope(book, viewer, asked)
    if dataset is Dataset.BATCHES:
        rows, mass_g = batch_lines.totals(session, seen, asked)
        lines = batch_lines.lines(session, book, seen, asked)
        return rows, mass_g, tables_of(batch_lines.COLUMNS, lines)
    rows, mass_g = movement_lines.totals(session, seen, asked)
    return rows, mass_g, movement_lines.tables(session, book, viewer, seen, asked, rows=rows)


def _counted(tables: Iterable[Table], told: Told) -> Iterator[Table]:
    for table in tables:
        yield table
        told(len(table))


def stands_at(session: Session, viewer: Viewer, asked: Question) -> dict[str, Any]:
    """What was asked, of which sites, and the entries up to which the answer stands."""
    seen = access.scope(rulebook(session), viewer, asked)
    return {
        "from": asked.period.first.isoformat(),
        "to": asked.period.end.isoformat(),
        "basis": asked.basis.value,
        "suppliers": list(asked.suppliers),
        "sites": [site.code for site in seen.sites],
        "as_of": [
            {"site": one.site, "seq": one.seq, "head": one.head, "root": one.root}
            for one in as_of(session, seen)
        ],
    }


def control_of(
    found: Found, format: str, standing: Mapping[str, Any], *, sha256: str, size: int
) -> dict[str, Any]:
    """What the control file beside a file says of it."""
    return {
        "dataset": found.dataset.value,
        "format": format,
        **standing,
        "columns": [column.name for column in found.columns],
        "rows": found.rows,
        "mass_g": found.mass_g,
        "bytes": size,
        "sha256": sha256,
    }
