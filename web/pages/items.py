"""Items that are followed by number: of a batch, of all batches, noted many at once, destroyed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Final
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Path, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.responses import Response

from catalogue.errors import Malformed, Refusal
from catalogue.kinds import Security, StationKind
from catalogue.rulebook import Rulebook, rulebook
from intake.item_views import ListedItem, items_of_batches, list_items
from streams.queries import BatchRow, batch_by_code
from web.api.acts import perform
from web.api.wire import PLAIN
from web.api.wire_items import DestructionIn, ItemIn
from web.deps import ReadDb
from web.i18n import message
from web.pages import choices
from web.pages.booking import EMPTY, Body, Sent, Typed, fresh, moment_of, scan_id_of
from web.pages.forms import Form, Options
from web.pages.lists import PAGE, Wanted
from web.pages.naming import Names
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=60, pattern=PLAIN)]
LINES_MAX: Final = 200
TOO_MANY: Final = message("At most 200 numbers at once.")
DOCUMENT_MAX_BYTES: Final = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """An item in a list, in words."""

    number: str
    batch: str
    group: str
    noted_on: date
    noted_scan: str
    destroyed_on: date | None
    method: str | None
    step: str | None
    document: str | None
    photos: Sequence[str]
    destroyed_scan: str | None
    undone: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A number that was not booked, and why."""

    number: str
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsPage:
    """The items of a batch. open: whether the batch takes more of them."""

    code: str
    rows: Sequence[ItemLine]
    open: bool

    @property
    def waiting(self) -> int:
        return sum(row.destroyed_on is None for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllItemsPage:
    """The items of all batches that the viewer sees."""

    rows: Sequence[ItemLine]
    filter: Form
    first: str | None
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePage:
    """Note numbers, one a line. judged: those that were not right; done: how many were."""

    form: Form
    code: str
    stations: Options
    groups: Options
    gates: Options
    judged: Sequence[Judged] = ()
    done: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyPage:
    """Say how items of a batch were destroyed."""

    form: Form
    code: str
    rows: Sequence[ItemLine]
    stations: Options
    methods: Options
    gates: Options
    chosen: frozenset[str] = frozenset()
    judged: Sequence[Judged] = ()
    done: int = 0


@dataclass(slots=True)
class Sums:
    """What came of many numbers: each is booked, or refused, by itself."""

    done: int = 0
    judged: list[Judged] = field(default_factory=list)


@router.get("/items")
def all_items(visit: Visitor, db: ReadDb, wanted: Wanted) -> Response:
    book = rulebook(db)
    names = Names(visit.language, book)
    rows = list_items(db, book, visit.viewer, wanted)
    more = len(rows) == PAGE
    page = AllItemsPage(
        rows=[_line(names, row) for row in rows],
        filter=Form(values={"code": wanted.text or "", "state": wanted.state or ""}),
        first="/items" if wanted.after else None,
        next=f"/items?after={rows[-1].code}&state={wanted.state or ''}" if more else None,
    )
    return visit.show("items_all.html", page)


@router.get("/batches/{code}/items")
def items(visit: Visitor, db: ReadDb, code: Code) -> Response:
    book = rulebook(db)
    batch = batch_by_code(db, book, code, visit.viewer)
    page = ItemsPage(
        code=batch.code,
        rows=_of_batch(visit, db, book, batch),
        open=batch.state.value in ("received", "sorting") and not batch.held,
    )
    return visit.show("items.html", page)


@router.get("/batches/{code}/note-items")
def note_form(visit: Visitor, db: ReadDb, code: Code) -> Response:
    return _note_page(visit, db, code, fresh(visit), Sums())


@router.post("/batches/{code}/note-items")
def note(visit: Visitor, db: ReadDb, code: Code, sent: Sent) -> Response:
    """Each line is judged by itself: what is right is booked, the rest stays to be put right."""
    lines = _lines(sent.needed("numbers"))
    if not lines or len(lines) > LINES_MAX:
        errors = {"numbers": TOO_MANY if lines else EMPTY}
        return _note_page(visit, db, code, _again(visit, sent, errors=errors), Sums())
    at, sums = moment_of(visit, sent), Sums()
    for line in lines:
        body: Body = {
            "number": line,
            "station": sent.text("station"),
            "article_group": sent.text("article_group"),
            "gate": sent.text("gate"),
            "scanned_at": at,
        }
        _judge(visit, sums, line, "serial", code, ItemIn, _own(sent, line), body)
    if not sums.judged:
        return visit.go(f"/batches/{code}/items", "items_noted")
    left = "\n".join(one.number for one in sums.judged)
    return _note_page(visit, db, code, _again(visit, sent, numbers=left), sums)


@router.get("/batches/{code}/destroy-items")
def destroy_form(visit: Visitor, db: ReadDb, code: Code, number: str = "") -> Response:
    return _destroy_page(visit, db, code, fresh(visit), Sums(), frozenset({number}))


async def sent_with_paper(request: Request) -> tuple[Typed, str | None]:
    """A form with at most one file, of which only the SHA-256 is wanted."""
    limits = {"max_files": 1, "max_fields": 500, "max_part_size": DOCUMENT_MAX_BYTES}
    async with request.form(**limits) as form:
        paper = form.get("paper")
        content = await paper.read() if isinstance(paper, UploadFile) else b""
    return Typed(form), hashlib.sha256(content).hexdigest() if content else None


WithPaper = Annotated[tuple[Typed, str | None], Depends(sent_with_paper)]


@router.post("/batches/{code}/destroy-items")
def destroy(visit: Visitor, db: ReadDb, code: Code, both: WithPaper) -> Response:
    """Each item is judged by itself."""
    sent, document = both
    numbers = sent.many("number")
    if not numbers:
        errors = {"number": message("Choose at least one.")}
        return _destroy_page(
            visit, db, code, _again(visit, sent, errors=errors), Sums(), frozenset()
        )
    at, sums = moment_of(visit, sent), Sums()
    for number in numbers:
        body: Body = {
            "station": sent.text("station"),
            "method": sent.text("method"),
            "gate": sent.text("gate"),
            "document": document,
            "scanned_at": at,
        }
        own = _own(sent, number)
        _judge(visit, sums, number, "destroyed", number, DestructionIn, own, body)
    if not sums.judged:
        return visit.go(f"/batches/{code}/items", "item_destroyed")
    left = frozenset(one.number for one in sums.judged)
    return _destroy_page(visit, db, code, _again(visit, sent), sums, left)


def _lines(text: str) -> list[str]:
    """Numbers as they were scanned: one a line, and none twice."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _own(sent: Typed, number: str) -> str:
    """A scan number for each number, the same whenever the form is sent again."""
    return str(uuid5(UUID(scan_id_of(sent)), "".join(number.split()).upper()))


def _judge(
    visit: Visit,
    sums: Sums,
    number: str,
    kind: str,
    target: str,
    model: type[ItemIn | DestructionIn],
    scan_id: str,
    body: Body,
) -> None:
    try:
        perform(visit.call, kind, target, model.model_validate({"scan_id": scan_id, **body}))
        sums.done += 1
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        refusal = Malformed(field=where[:80], problem=first["msg"][:200])
        sums.judged.append(Judged(number, refusal))
    except Refusal as refused:
        sums.judged.append(Judged(number, refused))


def _again(
    visit: Visit, sent: Typed, *, errors: dict[str, str] | None = None, **changed: str
) -> Form:
    """The form as it was sent, under a new number: what was refused is kept under the old one."""
    return Form(values={**sent.values, **changed}, errors=errors or {}, at=visit.now.isoformat())


def _of_batch(visit: Visit, db: Session, book: Rulebook, batch: BatchRow) -> list[ItemLine]:
    names = Names(visit.language, book)
    return [_line(names, row) for row in items_of_batches(db, book, [batch.id])]


def _line(names: Names, row: ListedItem) -> ItemLine:
    site = names.book.sites[row.site]
    return ItemLine(
        number=row.number,
        batch=row.batch,
        group=names.group(site, row.group) or row.group,
        noted_on=row.noted_on,
        noted_scan=row.scan_id,
        destroyed_on=row.destroyed_on,
        method=names.reason(site, row.method),
        step=names.gate(site, row.step) if row.step else None,
        document=row.document,
        photos=row.photos,
        destroyed_scan=row.destruction_scan_id,
        undone=row.reversed,
    )


def _note_page(visit: Visit, db: Session, code: str, form: Form, sums: Sums) -> Response:
    book = rulebook(db)
    batch = batch_by_code(db, book, code, visit.viewer)
    names, operator = Names(visit.language, book), book.operator(batch.site)
    own = batch.group.security is Security.SERIAL
    groups = [
        pair
        for pair in names.groups(batch.site)
        if operator.groups[pair[0]].security is Security.SERIAL
    ]
    page = NotePage(
        form=form,
        code=batch.code,
        stations=choices.stations(visit, book, StationKind.SORTING, at=batch.site),
        groups=() if own else groups,
        gates=[(gate, names.gate(batch.site, gate)) for gate in operator.gates],
        judged=sums.judged,
        done=sums.done,
    )
    wrong = form.is_wrong or bool(sums.judged)
    return visit.show("forms/items_note.html", page, status=422 if wrong else 200)


def _destroy_page(
    visit: Visit, db: Session, code: str, form: Form, sums: Sums, chosen: frozenset[str]
) -> Response:
    book = rulebook(db)
    batch = batch_by_code(db, book, code, visit.viewer)
    names = Names(visit.language, book)
    rows = [row for row in _of_batch(visit, db, book, batch) if row.destroyed_on is None]
    page = DestroyPage(
        form=form,
        code=batch.code,
        rows=rows,
        stations=choices.stations(visit, book, StationKind.SORTING, at=batch.site),
        methods=names.reasons(batch.site, "destruction"),
        gates=[(gate, names.gate(batch.site, gate)) for gate in book.operator(batch.site).gates],
        chosen=chosen,
        judged=sums.judged,
        done=sums.done,
    )
    wrong = form.is_wrong or bool(sums.judged)
    return visit.show("forms/items_destroy.html", page, status=422 if wrong else 200)
