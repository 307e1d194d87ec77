"""Announce with a file: look at what it holds, announce what is good, take the rest back as a file.

Nothing is kept between the steps: the page carries the lines, and every step judges them anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.responses import Response

from catalogue.errors import Malformed, NotFound
from catalogue.rulebook import rulebook
from intake.announcing import COLUMNS, JudgedLine, Problem
from intake.announcing_files import (
    BYTES_MAX,
    LINES_MAX,
    FileLine,
    Number,
    Table,
    is_delimiter,
    is_text,
    read_file,
)
from intake.announcing_sheets import FORMATS, WHY_WIDTH, WIDTHS, Sheet, csv_file, workbook
from web.announcing import Done, Plan, announce, plan, why
from web.announcing_words import COLUMN_WORDS, FILE_PROBLEMS, HEADS, HELP, NOTES, PROBLEMS
from web.api.announcing import WORKBOOK
from web.deps import ReadDb
from web.i18n import Language, message
from web.pages import choices
from web.pages.forms import Form
from web.pages.visiting import Visit, Visitor
from web.reference import sites_for

router = APIRouter(include_in_schema=False)

SHOWN_REFUSED: Final = 100
CSV: Final = "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLine:
    """A refused line: its number in the file, and what is wrong with it in words."""

    number: int
    reference: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDelivery:
    """A delivery of the file. code: once it is announced."""

    reference: str
    supplier: str
    site: str
    day: Any
    lines: int
    mass_g: int
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage:
    """A file, before it is chosen, looked over, or announced. carried: its lines, as JSON; problem:
    why it could not be read, a msgid; lacking: columns that it has not."""

    form: Form
    problem: str = ""
    lacking: Sequence[str] = ()
    lines_max: int = LINES_MAX
    megabytes: int = BYTES_MAX // 1_000_000
    step: str = "choose"
    name: str = ""
    carried: str = ""
    fresh: Sequence[FileDelivery] = ()
    known: Sequence[FileDelivery] = ()
    wrong: Sequence[WrongLine] = ()
    wrong_more: int = 0
    unread: Sequence[str] = ()
    columns: Sequence[tuple[str, str, str]] = ()

    @property
    def mass_g(self) -> int:
        return sum(one.mass_g for one in self.fresh)


@router.get("/announce/file")
def choose_file(visit: Visitor) -> Response:
    return _choose(visit, Form())


@dataclass(frozen=True, slots=True)
class SentFile:
    """What a form brought: a file, or the lines of one that it carried on."""

    do: str
    carried: str
    content: bytes
    name: str


async def sent_file(request: Request) -> SentFile:
    async with request.form(max_files=1, max_fields=20, max_part_size=3 * BYTES_MAX) as form:
        file = form.get("file")
        if isinstance(file, UploadFile):
            return SentFile("look", "", await file.read(), (file.filename or "")[:80])
        said = {name: str(form.get(name) or "") for name in ("do", "carried", "name")}
    return SentFile(said["do"], said["carried"], b"", said["name"][:80])


@router.post("/announce/file")
def announce_file(
    visit: Visitor, db: ReadDb, sent: Annotated[SentFile, Depends(sent_file)]
) -> Response:
    try:
        table = _carried(sent.carried) if sent.carried else read_file(sent.content)
        planned = plan(db, table, viewer=visit.viewer, now=visit.now)
    except Malformed as refusal:
        return _choose(visit, Form(refusal=refusal))
    if sent.do == "errors":
        return _errors(visit, table, planned.refused, sent.name)
    done: Sequence[Done] = ()
    if sent.do == "announce":
        sites = {site.code: site for site in sites_for(rulebook(db), visit.viewer)}
        done = announce(visit.call, planned.deliveries, sites)
    return _look(visit, db, table, planned, done, sent.name)


def _choose(visit: Visit, form: Form) -> Response:
    heads = HEADS.get(visit.language.code, HEADS["en"])
    columns = [(COLUMN_WORDS[column], heads[column], HELP[column]) for column in COLUMNS]
    figures = form.refusal.figures if form.refusal else {}
    page = FilePage(
        form=form,
        columns=columns,
        problem=FILE_PROBLEMS.get(str(figures.get("problem")), "") if figures else "",
        lacking=[heads[column] for column in _lacking(figures)],
    )
    return visit.show("announce_file.html", page, status=422 if form.is_wrong else 200)


def _lacking(figures: Mapping[str, Any]) -> Sequence[str]:
    """The columns that a refused file has not."""
    return [str(column) for column in figures.get("columns", ())]


def _look(
    visit: Visit, db: Session, table: Table, planned: Plan, done: Sequence[Done], name: str
) -> Response:
    book = rulebook(db)
    suppliers = dict(choices.suppliers(visit, book))
    stopped = {
        number: why(one) for one in done if one.refusal for number in one.planned.said.numbers
    }
    codes = {one.planned.said.reference: one.code or "" for one in done}
    accepted = {one.planned.said.reference for one in done if one.status == "accepted"}

    def shown(one: Any, code: str) -> FileDelivery:
        return FileDelivery(
            reference=one.said.reference,
            supplier=suppliers.get(one.said.supplier, one.said.supplier),
            site=book.sites[one.said.site].name,
            day=one.said.expected_on,
            lines=len(one.said.lines),
            mass_g=one.said.mass_g,
            code=code,
        )

    every = planned.deliveries
    good = [one for one in every if one.said.reference in accepted] if done else planned.fresh
    known = (
        [one for one in every if one.said.reference not in accepted and codes[one.said.reference]]
        if done
        else planned.known
    )
    wrong = [
        _wrong(visit.language, line, stopped.get(line.line.number))
        for line in planned.judged.lines
        if line.said is None or line.line.number in stopped
    ]
    page = FilePage(
        form=Form(),
        step="done" if done else "look",
        name=name,
        carried=_packed(table),
        fresh=[shown(one, codes.get(one.said.reference, "")) for one in good],
        known=[shown(one, one.code or codes.get(one.said.reference, "")) for one in known],
        wrong=wrong[:SHOWN_REFUSED],
        wrong_more=max(0, len(wrong) - SHOWN_REFUSED),
        unread=planned.judged.unread,
    )
    return visit.show("announce_file.html", page)


def _wrong(language: Language, line: JudgedLine, stopped: Problem | None) -> WrongLine:
    problems = [*line.problems, *([stopped] if stopped else [])]
    return WrongLine(
        number=line.line.number,
        reference=line.reference,
        words=[in_words(language, problem) for problem in problems],
    )


def in_words(language: Language, problem: Problem) -> str:
    """What is wrong, and what to do: where, what was read, and how it should be."""
    said = PROBLEMS.get(problem.code, PROBLEMS[""])
    words = language.gettext(said) % {"read": problem.read}
    column = COLUMN_WORDS.get(problem.column)
    return f"{language.gettext(column)}: {words}" if column else words


def _errors(visit: Visit, table: Table, refused: Sequence[JudgedLine], name: str) -> Response:
    """The refused lines as a file like the one that came, each with why: put it right, and send."""
    language = visit.language
    heads = {"nl": "waarom geweigerd"}.get(language.code, "why refused")
    known = [at for at, head in enumerate(table.header) if head.lower() != heads]
    rows: list[list[str]] = [[*(table.header[at] for at in known), heads]]
    for line in refused:
        cells = [line.line.cells[at] if at < len(line.line.cells) else "" for at in known]
        said = " ".join(in_words(language, problem) for problem in line.problems)
        rows.append([*cells, said])
    wrong = language.gettext(message("errors"))
    stem = f"{name.rpartition('.')[0] or name}-{wrong}".strip("-")
    if table.kind == "xlsx":
        widths = [*([18] * len(known)), WHY_WIDTH]
        content = workbook([Sheet(language.gettext(message("Errors")), rows, widths)])
        return _file(content, f"{stem}.xlsx", WORKBOOK)
    return _file(csv_file(rows, table.delimiter), f"{stem}.csv", CSV)


@router.get("/announce/template")
def template(
    visit: Visitor, db: ReadDb, kind: Annotated[str, Query(max_length=4)] = "xlsx"
) -> Response:
    """An empty file to fill in: typed columns, and a sheet that says what goes in each."""
    language = visit.language
    heads = [HEADS.get(language.code, HEADS["en"])[column] for column in COLUMNS]
    stem = language.gettext(message("announcement"))
    if kind == "csv":
        return _file(csv_file([heads], ";" if language.code == "nl" else ","), f"{stem}.csv", CSV)
    if kind != "xlsx":
        raise NotFound
    book = rulebook(db)
    lines = Sheet(
        language.gettext(message("Lines")),
        [heads],
        [WIDTHS[column] for column in COLUMNS],
        [FORMATS[column] for column in COLUMNS],
    )
    notes: list[list[str]] = [
        [language.gettext(message("Column")), language.gettext(message("What goes in it"))]
    ]
    notes += [
        [head, language.gettext(HELP[column])] for head, column in zip(heads, COLUMNS, strict=True)
    ]
    notes += [["", ""], *(["", language.gettext(note) % {"lines": LINES_MAX}] for note in NOTES)]
    for title, options in (
        (COLUMN_WORDS["supplier"], choices.suppliers(visit, book)),
        (COLUMN_WORDS["site"], choices.sites(visit, book)),
        (COLUMN_WORDS["article_group"], choices.groups(visit, book)),
    ):
        notes += [["", ""], [language.gettext(title), ""]]
        notes += [[code, name] for code, name in options]
    about = Sheet(language.gettext(message("Notes")), notes, [24, 90])
    return _file(workbook([lines, about]), f"{stem}.xlsx", WORKBOOK)


def _file(content: bytes, name: str, media_type: str) -> Response:
    safe = "".join(sign if sign.isalnum() or sign in "-._" else "-" for sign in name)
    plain = safe.encode("ascii", "ignore").decode() or "file"
    headers = {
        "Content-Disposition": f'attachment; filename="{plain}"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


def _packed(table: Table) -> str:
    """A table as the page carries it."""
    return json.dumps(
        {
            "kind": table.kind,
            "delimiter": table.delimiter,
            "header": table.header,
            "lines": [
                [line.number, *([one] if isinstance(one, Number) else one for one in line.cells)]
                for line in table.lines
            ],
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )


def _carried(carried: str) -> Table:
    """The table that a page carried. Raises Malformed for what no page of ours wrote."""
    try:
        said: Mapping[str, Any] = json.loads(carried)
        lines = [
            FileLine(int(line[0]), tuple(_plain(cell) for cell in line[1:]))
            for line in said["lines"]
        ]
        header = tuple(str(head) for head in said["header"])
        kind = "xlsx" if said["kind"] == "xlsx" else "csv"
        delimiter = str(said["delimiter"]) or ";"
        signs = "".join((*header, *(cell for line in lines for cell in line.cells)))
        if not (is_text(signs) and is_delimiter(delimiter)):
            raise ValueError("no file has such signs")
    except (ArithmeticError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise Malformed(field="file", problem="no lines") from error
    if not 0 < len(lines) <= LINES_MAX:
        raise Malformed(field="file", problem="no lines")
    return Table(kind=kind, delimiter=delimiter, header=header, lines=tuple(lines))


def _plain(cell: Any) -> str:
    """A cell as it was packed: a number stands in brackets."""
    if isinstance(cell, list):
        if not re.fullmatch(r"-?\d{1,20}(\.\d{1,6})?", cell[0]):
            raise ValueError("not a number")
        return Number(cell[0])
    if not isinstance(cell, str):
        raise TypeError("not a cell")
    return cell
