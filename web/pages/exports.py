"""The page where data is taken along: what a file would hold, the file, and how to check it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.errors import BadInput
from catalogue.rulebook import rulebook
from reporting.columnar import Kind
from reporting.datasets import Dataset, columns_of, find
from reporting.dictionary import meaning
from reporting.exports import dataset_of, file_name, format_of
from reporting.formats import Format
from reporting.questions import Question, question
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.i18n import message
from web.pages import choices
from web.pages.forms import Form, Options
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

DATASETS: Final[Mapping[Dataset, tuple[str, str]]] = {
    Dataset.MOVEMENTS: (
        message("Movements"),
        message("Every move of weight from one place to another, as the logbook holds it."),
    ),
    Dataset.BATCHES: (
        message("Batches"),
        message("Every batch with its weights, and where its grams stand now."),
    ),
    Dataset.FIGURES: (
        message("Figures"),
        message("The figures of the report, each with its formula and its sources."),
    ),
}
FORMATS: Final[Mapping[Format, tuple[str, str]]] = {
    Format.CSV_NL: (
        message("CSV for Dutch Excel"),
        message("Opens with a double click. Weights in grams and, with a comma, in kilograms."),
    ),
    Format.XLSX: (message("Excel"), message("A workbook. Large files take long.")),
    Format.CSV: (message("CSV"), message("For other programs: commas, whole grams, ISO days.")),
    Format.PARQUET: (message("Parquet"), message("For data tools: small, typed and fast.")),
    Format.JSONL: (message("JSON Lines"), message("For programs: one object on each line.")),
    Format.PACKAGE: (
        message("Data package (zip)"),
        message("All three files with what each column means, signed. Good to keep or publish."),
    ),
}
SUMMED: Final[Mapping[Dataset, str]] = {
    Dataset.MOVEMENTS: message("A gram counts once in every move: this is more than came in."),
    Dataset.BATCHES: message("The weight of every batch at receipt."),
    Dataset.FIGURES: message("All values in grams together: to compare files, not to publish."),
}
"""What the grams of all rows together say of a dataset."""
KINDS: Final[Mapping[Kind, str]] = {
    Kind.TEXT: message("text"),
    Kind.NUMBER: message("whole number"),
    Kind.DAY: message("day"),
    Kind.MOMENT: message("moment"),
    Kind.YES_NO: message("yes or no"),
}

Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRow:
    """A column of the dataset and what it means. kind: a msgid; unit: none for words."""

    name: str
    heading: str
    kind: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was chosen, and what the file would hold. help: msgids of what it is; summed: msgid of
    what its grams together say."""

    title: str
    help: str
    format_title: str
    format_help: str
    rows: int
    mass_g: int
    summed: str
    first: date
    last: date
    file: str
    file_name: str
    control: str
    control_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportsPage:
    """chosen: nothing before the form is sent. dataset: whose columns are explained."""

    form: Form
    datasets: Options
    formats: Options
    suppliers: Options
    dataset: str
    columns: Sequence[ColumnRow]
    chosen: Chosen | None


@router.get("/exports")
def exports(
    visit: Visitor,
    db: ReadDb,
    dataset: Text = "",
    format: Text = "",
    supplier: Text = "",
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    end: Annotated[str, Query(alias="to", max_length=10)] = "",
    basis: Text = "",
) -> Response:
    """Totals are counted only for what was chosen, so that the empty form is there at once."""
    usual = Format.CSV_NL if visit.language.code == "nl" else Format.CSV
    typed = {"dataset": dataset, "format": format, "supplier": supplier}
    typed |= {"from": first, "to": end, "basis": basis}
    today = visit.today(rulebook(db))
    try:
        which = dataset_of(dataset or Dataset.MOVEMENTS)
        kind = format_of(format or usual)
        asked = question(today=today, first=first, end=end, basis=basis, suppliers=[supplier])
        chosen = _chosen(visit, db, asked, which, kind) if dataset else None
    except BadInput as refusal:
        form = Form(values=typed, refusal=refusal)
        page = _page(visit, db, form, Dataset.MOVEMENTS, None)
        return visit.show("exports.html", page, status=422)
    typed |= {"dataset": which, "format": kind, "basis": asked.basis.value}
    typed |= {"from": f"{asked.period.first}", "to": f"{asked.period.end}"}
    return visit.show("exports.html", _page(visit, db, Form(values=typed), which, chosen))


def _chosen(visit: Visit, db: Session, asked: Question, dataset: Dataset, format: Format) -> Chosen:
    found = find(db, visit.viewer, asked, dataset)
    query = {"format": format.value, "from": asked.period.first, "to": asked.period.end}
    suppliers = [("supplier", code) for code in asked.suppliers]
    said = urlencode([*query.items(), ("basis", asked.basis.value), *suppliers])
    title, about = DATASETS[dataset]
    format_title, format_help = FORMATS[format]
    return Chosen(
        title=title,
        help=about,
        format_title=format_title,
        format_help=format_help,
        rows=found.rows,
        mass_g=found.mass_g,
        summed=SUMMED[dataset],
        first=asked.period.first,
        last=asked.period.last,
        file=f"/api/v1/exports/{dataset}?{said}",
        file_name=file_name(dataset, format),
        control=f"/api/v1/exports/{dataset}.meta.json?{said}",
        control_name=f"{dataset}.meta.json",
    )


def _page(
    visit: Visit,
    db: Session,
    form: Form,
    dataset: Dataset,
    chosen: Chosen | None,
) -> ExportsPage:
    return ExportsPage(
        form=form,
        datasets=[(one.value, title) for one, (title, _) in DATASETS.items()],
        formats=[(one.value, title) for one, (title, _) in FORMATS.items()],
        suppliers=choices.suppliers(visit, rulebook(db)),
        dataset=DATASETS[dataset][0],
        columns=_columns(visit, dataset),
        chosen=chosen,
    )


def _columns(visit: Visit, dataset: Dataset) -> list[ColumnRow]:
    rows = []
    for column in columns_of(visit.viewer, dataset):
        told = meaning(dataset, column.name)
        rows.append(
            ColumnRow(
                name=column.name,
                heading=told.heading,
                kind=KINDS[column.kind],
                unit="" if told.unit == "1" else told.unit,
                meaning=told.nl if visit.language.code == "nl" else told.en,
            )
        )
    return rows
