"""What is behind the figures, as files: movements, batches and the figures themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import Malformed
from reporting.columnar import Column
from reporting.datasets import Dataset, Told, control_of, find, stands_at
from reporting.formats import ENDINGS, MEDIA_TYPES, Format, pieces
from reporting.kept import Kept, key_of
from reporting.packages import Seal, package
from reporting.questions import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file to be handed on. rows and mass_g: control totals, known before the first byte.
    lines: all that will be read for it, for whoever shows how far it is. size: in bytes, where the
    file was made before as it is now.

    pieces: the file, to be read once and while the session lives; only then does the database
    hand out the rows, some at a time.
    """

    dataset: Dataset
    format: Format
    columns: tuple[Column, ...]
    rows: int
    mass_g: int
    lines: int
    size: int | None
    pieces: Iterator[bytes]

    @property
    def file_name(self) -> str:
        return file_name(self.dataset, self.format)

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]


def file_name(dataset: Dataset, format: Format) -> str:
    """What a file is called. A package holds every dataset."""
    name = "stofstroom" if format is Format.PACKAGE else dataset.value
    return f"{name}{ENDINGS[format]}"


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
    seal: Seal | None = None,
    kept: Kept | None = None,
    told: Told | None = None,
) -> Export:
    """A dataset as a file; a package holds all of them, under the control totals of this one.

    seal: signs the control files within a package. kept: where the fingerprint is kept once the
    last byte is read. told: hears of every row that is done. Raises NotFound and NotAllowed as
    `access.scope`, before anything is written.
    """
    found = find(session, viewer, asked, dataset, told)
    if format is Format.PACKAGE:
        others = [
            found if one is dataset else find(session, viewer, asked, one, told) for one in Dataset
        ]
        lines = sum(one.rows for one in others)
        made = package(others, stands_at(session, viewer, asked), seal)
    else:
        lines = found.rows
        made = pieces(format, found.columns, found.tables, title=dataset.value)
    known = None
    if kept is not None:
        key = _key(session, viewer, asked, dataset, format, seal)
        known = kept.find(key)
        made = made if known else kept.keeping(key, made)
    return Export(
        dataset=dataset,
        format=format,
        columns=found.columns,
        rows=found.rows,
        mass_g=found.mass_g,
        lines=lines,
        size=known.size if known else None,
        pieces=made,
    )


def control(
    session: Session,
    viewer: Viewer,
    asked: Question,
    *,
    dataset: Dataset,
    format: Format,
    seal: Seal | None = None,
    kept: Kept | None = None,
) -> dict[str, Any]:
    """What `{dataset}.meta.json` holds: control totals, the SHA-256 of the file, and the entries up
    to which it stands. The file is made for it only when it was not made before as it is now."""
    kept = kept if kept is not None else Kept()
    key = _key(session, viewer, asked, dataset, format, seal)
    if kept.find(key) is None:
        options: dict[str, Any] = {"dataset": dataset, "format": format, "seal": seal}
        for _ in export(session, viewer, asked, kept=kept, **options).pieces:
            pass
    known = kept.find(key)
    assert known is not None, "what was read to its end is kept"
    return control_of(
        find(session, viewer, asked, dataset),
        format.value,
        stands_at(session, viewer, asked),
        sha256=known.sha256,
        size=known.size,
    )


def _key(
    session: Session,
    viewer: Viewer,
    asked: Question,
    dataset: Dataset,
    format: Format,
    seal: Seal | None,
) -> str:
    # Another key signs a package otherwise.
    signer = str(seal({})["key"]) if seal and format is Format.PACKAGE else ""
    return key_of(session, viewer, asked, dataset.value, format.value, signer)
