"""What is behind the figures, as files: movements, batches and the figures themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import Malformed
from catalogue.rulebook import rulebook
from reporting import access, batch_lines, figure_lines, movement_lines
from reporting.columnar import Column, Table, tables_of
from reporting.formats import ENDINGS, MEDIA_TYPES, Format, pieces
from reporting.queries import as_of
from reporting.questions import Question


class Dataset(StrEnum):
    """What can be exported."""

    MOVEMENTS = "movements"
    BATCHES = "batches"
    FIGURES = "figures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file to be handed on. rows and mass_g: control totals, known before the first byte.

    pieces: the file, to be read once and while the session lives; only then does the database
    hand out the rows, some at a time.
    """

    dataset: Dataset
    format: Format
    columns: tuple[Column, ...]
    rows: int
    mass_g: int
    pieces: Iterator[bytes]

    @property
    def file_name(self) -> str:
        return f"{self.dataset}{ENDINGS[self.format]}"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]


def dataset_of(word: str) -> Dataset:
    """Raises Malformed (field `dataset`)."""
    if word not in list(Dataset):
        raise Malformed(field="dataset", problem=f"must be one of {', '.join(Dataset)}")
    return Dataset(word)


def format_of(word: str) -> Format:
    """Raises Malformed (field `format`)."""
    if word not in list(Format):
        raise Malformed(field="format", problem=f"must be one of {', '.join(Format)}")
    return Format(word)


def export(
    session: Session,
    viewer: Viewer,
    asked: Question,
    *,
    dataset: Dataset,
    format: Format,
) -> Export:
    """A dataset as a file. basis booked: by the day of the entry; received: of the batch.

    Four statements, of which the last streams (figures: those of the report). Raises NotFound and
    NotAllowed as `access.scope`, before anything is written.
    """
    found = _found(session, viewer, asked, dataset)
    return Export(
        dataset=dataset,
        format=format,
        columns=found.columns,
        rows=found.rows,
        mass_g=found.mass_g,
        pieces=pieces(format, found.columns, found.tables, title=dataset.value),
    )


def control(
    session: Session,
    viewer: Viewer,
    asked: Question,
    *,
    dataset: Dataset,
    format: Format,
) -> dict[str, Any]:
    """What `{dataset}.meta.json` holds: control totals, the SHA-256 of the file as it would be
    now, and the entries up to which it stands. Makes the whole file once to hash it."""
    made = export(session, viewer, asked, dataset=dataset, format=format)
    digest, size = hashlib.sha256(), 0
    for piece in made.pieces:
        digest.update(piece)
        size += len(piece)
    seen = access.scope(rulebook(session), viewer, asked)
    return {
        "dataset": dataset.value,
        "format": format.value,
        "from": asked.period.first.isoformat(),
        "to": asked.period.end.isoformat(),
        "basis": asked.basis.value,
        "suppliers": list(asked.suppliers),
        "sites": [site.code for site in seen.sites],
        "columns": [column.name for column in made.columns],
        "rows": made.rows,
        "mass_g": made.mass_g,
        "bytes": size,
        "sha256": digest.hexdigest(),
        "as_of": [
            {"site": one.site, "seq": one.seq, "head": one.head, "root": one.root}
            for one in as_of(session, seen)
        ],
    }


@dataclass(frozen=True, slots=True)
class _Found:
    columns: tuple[Column, ...]
    tables: Iterable[Table]
    rows: int
    mass_g: int


def _found(session: Session, viewer: Viewer, asked: Question, dataset: Dataset) -> _Found:
    if dataset is Dataset.FIGURES:
        figures = figure_lines.lines(session, viewer, asked)
        tables = tables_of(figure_lines.COLUMNS, figures)
        return _Found(figure_lines.COLUMNS, tables, len(figures), figure_lines.mass_g(figures))
    book = rulebook(session)
    seen = access.scope(book, viewer, asked)
    if dataset is Dataset.BATCHES:
        totals = batch_lines.totals(session, seen, asked)
        tables = tables_of(batch_lines.COLUMNS, batch_lines.lines(session, book, seen, asked))
        return _Found(batch_lines.COLUMNS, tables, *totals)
    totals = movement_lines.totals(session, seen, asked)
    tables = movement_lines.tables(session, book, viewer, seen, asked, rows=totals[0])
    return _Found(movement_lines.columns(viewer), tables, *totals)
