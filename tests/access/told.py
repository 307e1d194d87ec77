"""All that somebody is told: every call and page that they may ask for, in every kind of file."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final
from urllib.parse import unquote

import pypdfium2
from pyarrow import parquet

from reporting.datasets import Dataset
from reporting.formats import Format
from tests.access.asking import Answer, Asker
from tests.access.matrix import ROWS
from tests.access.pages import NOUNS, QUERIES

PERIOD: Final = "from=2026-03-01&to=2026-04-01"
CALLS: Final[Mapping[str, Sequence[str]]] = {
    "/api/v1/exports/{dataset}": [
        f"/api/v1/exports/{dataset}?format={format}&{PERIOD}"
        for dataset, format in product(Dataset, Format)
    ],
    "/api/v1/exports/{dataset}.meta.json": [
        f"/api/v1/exports/{dataset}.meta.json?{PERIOD}" for dataset in Dataset
    ],
    "/api/v1/reports/circularity": [
        f"/api/v1/reports/circularity?{PERIOD}&by={by}&basis={basis}"
        for by, basis in product(("month", "supplier", "group", "destination", "site"),
                                 ("received", "booked"))
    ],
    "/api/v1/proofs/consistency": ["/api/v1/proofs/consistency?chain=site:S1&from=1"],
    "/api/v1/proofs/{entry}": ["/api/v1/proofs/site:S1.3"],
    "/api/v1/waste/stream-numbers": ["/api/v1/waste/stream-numbers?site=S1"],
    "/api/v1/waste/registers/{which}": [
        f"/api/v1/waste/registers/{which}?site=S1&{PERIOD}" for which in ("receipts", "dispatches")
    ],
    "/api/v1/waste/notifications/{month}": ["/api/v1/waste/notifications/2026-03?site=S1"],
    "/api/v1/floor/world": ["/api/v1/floor/world?station=S1-A"],
    "/search": ["/search?q=a", "/search?q=B", "/search?q=maart", "/search?q=kg"],
    "/report": [f"/report?{PERIOD}"],
    "/portal": [f"/portal?{PERIOD}"],
}  # fmt: skip
"""What to ask where a path alone asks nothing, or not all."""
NOT_FOLLOWED: Final = re.compile(r"^/(static|login|logout|floor|verifier|openapi)|lang=")
PAGES_MAX: Final = 130
FOLLOWING: Final = {"supplier", "outlet"}
"""For whom every link of a page is opened: who is no staff."""
LINK: Final = re.compile(r'(?:href|src)="(/[^"#]*)"')
FIGURES: Final = re.compile(r"\d[\d.,]*")


def everything(asker: Asker, column: str, own: Mapping[str, str]) -> dict[str, str]:
    """What the answers say, by address: of all that the matrix lets a column see, and for partners
    of all that its pages lead to. own: things of theirs, by noun."""
    wanted = list(_addresses(column, own))
    seen: set[str] = set()
    told: dict[str, str] = {}
    while wanted and len(told) < PAGES_MAX:
        address = wanted.pop(0)
        if _kind(address) in seen:
            continue
        seen.add(_kind(address))
        answer = _ask(asker, address)
        if answer.status_code != 200:
            told[address] = f"{answer.status_code}"
            continue
        told[address] = text_of(answer)
        if column in FOLLOWING and answer.headers["content-type"].startswith("text/html"):
            found = (html.unescape(link) for link in LINK.findall(answer.text))
            wanted += [link for link in found if not NOT_FOLLOWED.search(link)]
    return told


def _addresses(column: str, own: Mapping[str, str]) -> Iterator[str]:
    for row in ROWS:
        if row.method != "GET" or row.told(column, "own") != "x":
            continue
        if row.path in CALLS:
            # What a partner has is read in every kind of file; of staff the columns are the same.
            yield from CALLS[row.path][:: 1 if column in FOLLOWING else 4]
            continue
        noun = row.bare.split("/")[1]
        thing = NOUNS.get(noun, noun)
        if "{hash}" in row.path and thing != "shipment":
            continue
        names = re.findall(r"{(\w+)}", row.path)
        if names and thing not in own:
            continue
        path = row.path.replace("{hash}", own.get("paper", "")).replace("{noun}", "site")
        path = re.sub(r"{\w+}", own.get(thing, ""), path)
        yield f"{path}?{QUERIES[row.path]}" if row.path in QUERIES else path


def _kind(address: str) -> str:
    """Addresses that are one kind of question: lists of other days, or another way round."""
    path, _, query = address.partition("?")
    asked = sorted(part for part in unquote(query).split("&") if not re.match("(from|to)=", part))
    return f"{path}?{'&'.join(asked)}"


def _ask(asker: Asker, address: str) -> Answer:
    if address.startswith("/api/"):
        return asker.line.ask("GET", address, headers=asker.headers({}))
    return asker.open(address)


def text_of(answer: Answer) -> str:
    """All text of an answer, whatever kind of file it is."""
    return "\n".join(_texts(answer.content, answer.headers["content-type"]))


def _texts(content: bytes, kind: str) -> Iterator[str]:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield name
                yield from _texts(packed.read(name), name)
    elif content.startswith(b"PAR1"):
        table = parquet.read_table(io.BytesIO(content))
        yield str(table.schema)
        yield str(table.to_pylist())
    elif content.startswith(b"%PDF-1.7 %%EOF"):
        yield content.decode()
    elif content.startswith(b"%PDF"):
        yield from _texts_of_paper(content)
    elif not kind.startswith("image/png"):
        yield content.decode(errors="replace")


def _texts_of_paper(content: bytes) -> Iterator[str]:
    paper = pypdfium2.PdfDocument(content)
    for page in paper:
        said = page.get_textpage().get_text_bounded()
        yield said
        yield re.sub(r"\s+", "", said)
    for number in range(paper.count_attachments()):
        inside = paper.get_attachment(number)
        yield from _texts(bytes(inside.get_data()), inside.get_name())
    yield str(paper.get_metadata_dict())
