"""All datasets in one file that explains itself: a Frictionless data package, zipped as it goes.

Its members are CSV; beside each one stands its signed control file, so that the verifier that
stands alone can check them one by one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from reporting.columnar import Column
from reporting.datasets import Dataset, Found, control_of
from reporting.dictionary import KIND_WORDS, meaning
from reporting.formats import MEDIA_TYPES, Format, Written, pieces
from reporting.text_files import harmless

Seal = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Signs a document: `document, purpose, key, signature`."""

PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_RESOURCE_PROFILE: Final = "https://datapackage.org/profiles/2.0/dataresource.json"
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every member, so that the same figures give the same bytes."""

TITLES: Final[Mapping[Dataset, tuple[str, str]]] = {
    Dataset.MOVEMENTS: ("Movements of mass", "Verplaatsingen van gewicht"),
    Dataset.BATCHES: ("Batches, and where their grams stand", "Partijen, en waar hun gram is"),
    Dataset.FIGURES: ("Figures of the report", "Cijfers van het rapport"),
}


def package(
    datasets: Sequence[Found], standing: Mapping[str, Any], seal: Seal | None
) -> Iterator[bytes]:
    """The zip in pieces. What describes the data comes last, when its hashes are known."""
    written = Written()
    resources = []
    with ZipFile(written, "w", ZIP_DEFLATED, compresslevel=6) as file:
        for name, text in (("README.md", _ENGLISH), ("LEESMIJ.md", _DUTCH)):
            file.writestr(_member(name), _read_me(text, datasets, standing))
        yield written.taken()
        for found in datasets:
            digest, size = hashlib.sha256(), 0
            with file.open(_member(f"{found.dataset}.csv"), "w", force_zip64=True) as member:
                for piece in pieces(
                    Format.CSV, found.columns, found.tables, title=found.dataset.value
                ):
                    digest.update(piece)
                    size += len(piece)
                    member.write(piece)
                    yield written.taken()
            control = control_of(
                found, Format.CSV.value, standing, sha256=digest.hexdigest(), size=size
            )
            resources.append(_resource(found, control, standing))
            file.writestr(_member(f"{found.dataset}.meta.json"), _json(_signed(control, seal)))
        file.writestr(_member("datapackage.json"), _json(_described(resources, standing)))
    yield written.taken()


def _member(name: str) -> ZipInfo:
    member = ZipInfo(name, date_time=_NO_TIME)
    member.compress_type = ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    return member


def _json(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _signed(control: Mapping[str, Any], seal: Seal | None) -> dict[str, Any]:
    # The roots that it stands under are signed with it. Signed heads carry a time, and would make
    # every package another one.
    document = {**control, "checkpoints": []}
    return document if seal is None else {**document, "signed": seal(document)}


def _described(
    resources: Sequence[Mapping[str, Any]], standing: Mapping[str, Any]
) -> dict[str, Any]:
    first, end = standing["from"], standing["to"]
    return {
        "$schema": PROFILE,
        "profile": "tabular-data-package",
        "name": f"stofstroom-{standing['basis']}-{first}-{end}",
        "title": f"Stofstroom {first} – {end}",
        "description": "Movements of mass between places, the batches they are of, and the "
        "figures that follow. See README.md; in Dutch: LEESMIJ.md.",
        "version": "1",
        "keywords": ["textile", "reuse", "recycling", "waste", "circularity"],
        "sources": [
            {
                "title": f"Logbook of site {one['site']}, entries 1 to {one['seq']}, "
                f"root {one['root']}"
            }
            for one in standing["as_of"]
        ],
        "contributors": [{"title": "Stofstroom", "role": "publisher", "roles": ["publisher"]}],
        "resources": list(resources),
    }


def _resource(
    found: Found, control: Mapping[str, Any], standing: Mapping[str, Any]
) -> dict[str, Any]:
    english, dutch = TITLES[found.dataset]
    return {
        "$schema": _RESOURCE_PROFILE,
        "profile": "tabular-data-resource",
        "type": "table",
        "name": found.dataset.value,
        "path": f"{found.dataset}.csv",
        "title": english,
        "title:nl": dutch,
        "format": "csv",
        "mediatype": MEDIA_TYPES[Format.CSV].partition(";")[0],
        "encoding": "utf-8",
        "bytes": control["bytes"],
        "hash": f"sha256:{control['sha256']}",
        "rows": control["rows"],
        "mass_g": control["mass_g"],
        "schema": {
            "fields": [_field(found.dataset, column) for column in found.columns],
            "missingValues": [""],
            **_keys(found.dataset, str(standing["basis"])),
        },
    }


def _field(dataset: Dataset, column: Column) -> dict[str, Any]:
    told = meaning(dataset, column.name)
    field = {
        "name": column.name,
        "type": KIND_WORDS[column.kind],
        "title": column.name.replace("_", " "),
        "title:nl": told.heading,
        "description": told.en,
        "description:nl": told.nl,
    }
    return field | ({"unit": told.unit} if told.unit else {})


def _keys(dataset: Dataset, basis: str) -> dict[str, Any]:
    """Keys of the table. What was booked in a period may be of batches of before it."""

    def to_batches(field: str, resource: str) -> dict[str, Any]:
        reference = {"resource": resource, "fields": ["batch"]}
        return {"fields": [field], "reference": reference}

    if dataset is Dataset.MOVEMENTS:
        keys: dict[str, Any] = {"primaryKey": ["entry", "line"]}
        foreign = to_batches("batch", Dataset.BATCHES.value)
    elif dataset is Dataset.BATCHES:
        keys = {"primaryKey": ["batch"]}
        foreign = to_batches("replaced_by", "")
    else:
        return {}
    return keys | ({"foreignKeys": [foreign]} if basis == "received" else {})


def _read_me(text: str, datasets: Sequence[Found], standing: Mapping[str, Any]) -> str:
    totals = "\n".join(f"| {one.dataset}.csv | {one.rows} | {one.mass_g} |" for one in datasets)
    heads = "\n".join(
        f"| {harmless(one['site'])} | {one['seq']} | {one['root']} |" for one in standing["as_of"]
    )
    return text.format(
        first=standing["from"],
        end=standing["to"],
        basis=standing["basis"],
        suppliers=", ".join(standing["suppliers"]) or "*",
        sites=", ".join(standing["sites"]),
        totals=totals,
        heads=heads,
    )


_ENGLISH = """\
# Where every gram went

Period: {first} up to and not including {end}. Basis: {basis}.
Suppliers: {suppliers}. Sites: {sites}.

- `movements.csv`: every movement of mass from one place to another, as the logbook holds it.
- `batches.csv`: every batch, and where its grams stand.
- `figures.csv`: the figures of the report, each with its formula.
- `datapackage.json`: what every column means (Frictionless Data Package).
- `*.meta.json`: control totals, hash and signature of each file.

Mass is in whole grams. Files are UTF-8 with commas; numbers have no thousands mark. A text that a
spreadsheet would take for a formula begins with an apostrophe.

| file | rows | grams |
|---|---|---|
{totals}

The grams of movements count every move; those of figures add up all figures in grams. They are
there to compare, not to publish.

It stands up to these entries of the logbooks:

| site | entries | root |
|---|---|---|
{heads}

Check a file by hand with the verifier, which needs only Python and the public key of the server
(`/verifier.py` and `/api/v1/keys` there):

    python verifier.py export movements.csv movements.meta.json --key KEY
"""

_DUTCH = """\
# Waar elke gram bleef

Periode: {first} tot {end}; de laatste dag telt niet mee. Grondslag: {basis}.
Leveranciers: {suppliers}. Locaties: {sites}.

- `movements.csv`: elke verplaatsing van gewicht, zoals die in het logboek staat.
- `batches.csv`: elke partij, en waar haar gram nu is.
- `figures.csv`: de cijfers van het rapport, elk met formule.
- `datapackage.json`: wat elke kolom betekent (Frictionless Data Package).
- `*.meta.json`: controletotalen, controlegetal en handtekening van elk bestand.

Gewicht staat in hele grammen. De bestanden zijn UTF-8 met komma's; getallen hebben geen
duizendteken. Tekst die een rekenblad als formule zou lezen, begint met een apostrof.

| bestand | regels | gram |
|---|---|---|
{totals}

De grammen van movements tellen elke verplaatsing; die van figures tellen alle cijfers in gram op.
Ze zijn er om te vergelijken, niet om te publiceren.

De bestanden gaan tot en met deze boekingen in de logboeken:

| locatie | boekingen | wortel |
|---|---|---|
{heads}

Controleer een bestand zelf met het controleprogramma. Dat vraagt alleen Python en de openbare
sleutel van de server (`/verifier.py` en `/api/v1/keys` daar):

    python verifier.py export movements.csv movements.meta.json --key SLEUTEL
"""
