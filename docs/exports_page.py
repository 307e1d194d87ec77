"""The page of exports: every column of every dataset, from the table that files are made with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from catalogue.access import Viewer
from catalogue.kinds import Role
from reporting.datasets import Dataset, columns_of
from reporting.dictionary import KIND_WORDS, meaning
from reporting.exports import file_name
from reporting.formats import MEDIA_TYPES, Format
from web.pages.exports import DATASETS, FORMATS

_MANAGER: Final = Viewer(role=Role.MANAGER, organisation_id=1)
_AUDITOR: Final = Viewer(role=Role.AUDITOR, organisation_id=1)


def exports_page() -> str:
    """How to export, the kinds of file, and what each column means."""
    return "\n".join([_ABOUT.rstrip(), *_formats(), *_columns()]) + "\n"


def _formats() -> Iterator[str]:
    yield from ("", "## Kinds of file", "", "| `format` | file | media type | for |")
    yield "|---|---|---|---|"
    for format in Format:
        title, about = FORMATS[format]
        file, media = f"`{file_name(Dataset.MOVEMENTS, format)}`", MEDIA_TYPES[format]
        yield f"| `{format}` | {file} | `{media}` | {title}. {about} |"


def _columns() -> Iterator[str]:
    for dataset in Dataset:
        yield from ("", f"## {DATASETS[dataset][0]}", "", DATASETS[dataset][1], "")
        yield from ("| column | type | unit | in Dutch Excel | meaning |", "|---|---|---|---|---|")
        for column in columns_of(_AUDITOR, dataset):
            told = meaning(dataset, column.name)
            only = "" if column in columns_of(_MANAGER, dataset) else " Only for auditors."
            kind, unit = KIND_WORDS[column.kind], told.unit or " "
            yield f"| `{column.name}` | {kind} | {unit} | {told.heading} | {told.en}{only} |"


_ABOUT: Final = """\
# Exports

Written by `make docs` from `reporting/dictionary.py` and `docs/exports_page.py`: do not edit this page.

The movements behind the figures, the batches that they are of, and the figures themselves. The same question gives the same file, to the byte, on the page `/exports`, by the API and at a terminal:

    GET /api/v1/exports/movements?format=csv&from=2026-01-01&to=2027-01-01&supplier=CODE&basis=received
    stofstroom export movements --format csv --from 2026-01-01 --to 2027-01-01 --supplier CODE --basis received --out movements.csv

`from` and `to` are days at the site, half-open; none: this calendar year. `basis=received` (default) counts by the day that the batch was received, `basis=booked` by the day of the entry. Managers, suppliers and auditors may export; a supplier gets its own, with everything under it. The command works as a manager of the only operator (`--operator` where there are several), or with `--role auditor`.

## Control totals

They never stand in a file as a line. The number of rows and the grams of all rows together stand in the headers `X-Control-Rows` and `X-Control-Mass-G` before the first byte, and in the control file beside it: `/api/v1/exports/movements.meta.json` with the same query. That says also the size and the SHA-256 of the file, the entries of the logbooks up to which it stands, and is signed. Ask for it after the file: then nothing is made for it. Asked for first, the file is made once to be hashed. Between the two nothing may be booked, or the hash is that of the newer file; `as_of` shows it.

The command says the totals on stderr and writes the control file as `FILE.meta.json`. The file is called `FILE.part` until it is whole. What is there already stays, unless `--force` is given. Exit codes: 0 done, 1 the answer is no, 2 wrong usage.

A gram counts once in every row that it stands in: the grams of movements add up every move. `input_g` of the batches received in a period adds up to the `input_g` of the report of that period. The control total of the figures adds up all values in grams; it is there to compare.

Check a file by hand, with nothing of ours but the key: `python verifier.py export FILE META --key KEY` (the server has `/verifier.py` and `/api/v1/keys`).

## How numbers, days and words are written

- Mass is in whole grams, without a thousands mark. Nothing is rounded.
- Days are `2026-01-31`, moments `2026-01-31T08:00:00.000000Z` in UTC. Nothing stands for nothing.
- Text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a line end) begins with an apostrophe in CSV and XLSX. JSON lines and Parquet hold it as it is.
- `csv-nl` is for Excel in Dutch, and is a format of its own so that its name says how to read it: semicolons, a byte order mark, days as `31-01-2026`, headings in Dutch. Beside every column of grams stands one of kilograms with a decimal comma and always three decimals (`1234567` and `1234,567`), so that a comma that is misread shows at once.
- XLSX has typed cells; more than 1,048,575 rows go on in the next sheet.
- `package` is a zip of all three datasets as CSV with `datapackage.json` (Frictionless Data Package: types, units, keys, hashes), a control file beside each, and a README in English and Dutch. Its headers hold the control totals of the dataset that was asked for. Foreign keys are promised with `basis=received`: what was booked in a period may be of a batch of before it.

Files are made while they are sent, and memory does not grow with the rows; only XLSX passes a temporary file. `Content-Length` is there when the very same file was made before.
"""
