"""Two periods beside each other: per supplier, article group and destination, and where it fell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from catalogue.access import require
from catalogue.errors import BadInput, Malformed
from catalogue.kinds import Stream
from catalogue.rulebook import Rulebook, rulebook
from reporting import access, comparing
from reporting.changes import Change, Key, by_change, changes, fell_most, year_so_far
from reporting.comparing import Cell
from reporting.periods import Period, period
from reporting.questions import Question
from reporting.shares import split
from web.api.wire import PLAIN
from web.deps import ReadDb
from web.pages import choices
from web.pages.forms import Form, Options
from web.pages.naming import Names
from web.pages.visiting import Visit, Visitor

router = APIRouter(include_in_schema=False)

CROSS_SHOWN: Final = 12
LEAST_OF_SUPPLIER: Final = 30
"""Permille of what was sorted of a supplier; a group with less says nothing by its share."""

Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One part, before and now. name, other: of the supplier and (where both count) the group;
    href: where it is taken apart; permille and points: of the stream that is looked at."""

    name: str
    other: str = ""
    href: str = ""
    before_permille: int | None
    now_permille: int | None
    points: int | None
    before_g: int
    now_g: int
    is_small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationLine:
    """A destination, before and now. permille: its share of all that was sorted."""

    name: str
    stream: str
    before_permille: int | None
    now_permille: int | None
    points: int | None
    before_g: int
    now_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage:
    """Two periods. fell: the supplier whose share fell most, with in_group: where it fell most of
    its groups; about: the supplier whose groups are shown; whole: everything together."""

    form: Form
    suppliers: Options
    stream: str
    rising: bool
    turned: str
    first: date
    last: date
    before_first: date
    before_last: date
    whole: ChangeLine
    fell: ChangeLine | None
    in_group: ChangeLine | None
    about: str
    per_supplier: Sequence[ChangeLine]
    per_group: Sequence[ChangeLine]
    of_about: Sequence[ChangeLine]
    cross: Sequence[ChangeLine]
    destinations: Sequence[DestinationLine]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, from the address."""

    now: Period
    before: Period
    stream: Stream
    rising: bool
    supplier: str

    def address(self, **other: str) -> str:
        said = {
            "from": self.now.first.isoformat(),
            "to": self.now.end.isoformat(),
            "from2": self.before.first.isoformat(),
            "to2": self.before.end.isoformat(),
            "stream": self.stream.value,
            "order": "rise" if self.rising else "",
            "supplier": self.supplier,
        }
        query = urlencode({name: text for name, text in {**said, **other}.items() if text})
        return f"/compare?{query}"


@router.get("/compare")
def compare(
    visit: Visitor,
    db: ReadDb,
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    end: Annotated[str, Query(alias="to", max_length=10)] = "",
    first_before: Annotated[str, Query(alias="from2", max_length=10)] = "",
    end_before: Annotated[str, Query(alias="to2", max_length=10)] = "",
    stream: Text = "",
    order: Text = "",
    supplier: Text = "",
) -> Response:
    typed = {
        "from": first, "to": end, "from2": first_before, "to2": end_before,
        "stream": stream, "order": order, "supplier": supplier,
    }  # fmt: skip
    book = rulebook(db)
    today = visit.today(book)
    try:
        wanted = _wanted(typed, today)
        page = compare_page(visit, db, book, wanted, Form(values=typed))
        return visit.show("compare.html", page)
    except BadInput as refusal:
        form = Form(values=typed, refusal=refusal)
        page = compare_page(visit, db, book, _wanted({}, today), form)
        return visit.show("compare.html", page, status=422)


def _wanted(typed: Mapping[str, str], today: date) -> Wanted:
    """Raises Malformed with the field."""
    now = year_so_far(today.year, today)
    if typed.get("from") or typed.get("to"):
        now = period(typed.get("from"), typed.get("to"), today=today)
    before = now.a_year_earlier()
    if typed.get("from2") or typed.get("to2"):
        before = period(typed.get("from2"), typed.get("to2"), today=today)
    said = typed.get("stream") or Stream.REUSE.value
    if said not in list(Stream):
        raise Malformed(field="stream", problem=f"must be one of {', '.join(Stream)}")
    rising, supplier = typed.get("order") == "rise", typed.get("supplier", "")
    return Wanted(now, before, Stream(said), rising, supplier)


def compare_page(
    visit: Visit, db: Session, book: Rulebook, wanted: Wanted, form: Form
) -> ComparePage:
    """Two statements, one for each period. Raises NotFound for a supplier of others."""
    seen = access.scope(book, visit.viewer, Question(period=wanted.now))
    before = comparing.cells(db, book, seen, wanted.before)
    now = comparing.cells(db, book, seen, wanted.now)
    look = _Look(Names(visit.language, book), wanted, before, now)
    per_supplier = look.beside(comparing.by_supplier)
    fell = fell_most(per_supplier, wanted.stream)
    about = _about(visit, book, wanted, fell, per_supplier)
    of_about = look.beside(
        lambda cell: cell.group if cell.supplier in about and cell.destination else None,
        least_permille=LEAST_OF_SUPPLIER,
    )
    in_group = fell_most(of_about, wanted.stream) if fell and fell.key in about else None
    cross = look.ranked(look.beside(_supplier_and_group))
    return ComparePage(
        form=_filled(form, wanted),
        suppliers=choices.suppliers(visit, book),
        stream=wanted.stream.value,
        rising=wanted.rising,
        turned=wanted.address(order="" if wanted.rising else "rise"),
        first=wanted.now.first,
        last=wanted.now.last,
        before_first=wanted.before.first,
        before_last=wanted.before.last,
        whole=look.line(look.beside(lambda _: "")[0], "") if now or before else _NOTHING,
        fell=look.of_supplier(fell) if fell else None,
        in_group=look.of_group(in_group) if in_group else None,
        about=look.names.organisation(next(iter(about), None)),
        per_supplier=[look.of_supplier(one) for one in look.ranked(per_supplier)],
        per_group=[look.of_group(one) for one in look.ranked(look.beside(comparing.by_group))],
        of_about=[look.of_group(one) for one in look.ranked(of_about)],
        cross=[look.of_both(one) for one in cross if not one.is_small][:CROSS_SHOWN],
        destinations=look.destinations(),
    )


_NOTHING: Final = ChangeLine(
    name="", before_permille=None, now_permille=None, points=None, before_g=0, now_g=0
)


def _about(
    visit: Visit,
    book: Rulebook,
    wanted: Wanted,
    fell: Change[str] | None,
    every: Sequence[Change[str]],
) -> frozenset[str]:
    """The supplier that was asked for, or who fell most, or the largest."""
    if wanted.supplier:
        row = book.organisation(wanted.supplier)
        operator = book.operators.get(visit.viewer.operator_id or 0)
        require(operator is not None and row.id in operator.partners)
        return frozenset({row.code})
    if fell is not None:
        return frozenset({fell.key})
    largest = max(every, key=lambda one: one.now.sorted_g, default=None)
    return frozenset() if largest is None else frozenset({largest.key})


def _supplier_and_group(cell: Cell) -> tuple[str, str] | None:
    return (cell.supplier, cell.group) if cell.destination else None


def _filled(form: Form, wanted: Wanted) -> Form:
    """The form with what is shown, unless what was typed was refused."""
    if form.refusal is not None:
        return form
    shown = {
        "from": wanted.now.first.isoformat(),
        "to": wanted.now.end.isoformat(),
        "from2": wanted.before.first.isoformat(),
        "to2": wanted.before.end.isoformat(),
        "stream": wanted.stream.value,
    }
    return Form(values={**form.values, **shown})


class _Look:
    """The cells of both periods, and how they are said."""

    def __init__(
        self, names: Names, wanted: Wanted, before: Sequence[Cell], now: Sequence[Cell]
    ) -> None:
        self.names, self.wanted = names, wanted
        self._before, self._now = before, now
        operators = names.book.operators.values()
        self._groups = {row.code: row.names for one in operators for row in one.groups.values()}

    def beside(
        self, key: Callable[[Cell], Key | None], least_permille: int | None = None
    ) -> list[Change[Key]]:
        before, now = comparing.summed(self._before, key), comparing.summed(self._now, key)
        if least_permille is None:
            return changes(before, now)
        return changes(before, now, least_permille=least_permille)

    def ranked(self, found: Sequence[Change[Key]]) -> list[Change[Key]]:
        return by_change(found, self.wanted.stream, rising=self.wanted.rising)

    def line(self, one: Change[Key], name: str, *, other: str = "", href: str = "") -> ChangeLine:
        stream = self.wanted.stream
        return ChangeLine(
            name=name,
            other=other,
            href=href,
            before_permille=one.before.share(stream),
            now_permille=one.now.share(stream),
            points=one.points(stream),
            before_g=one.before.sorted_g,
            now_g=one.now.sorted_g,
            is_small=one.is_small,
        )

    def of_supplier(self, one: Change[str]) -> ChangeLine:
        href = f"{self.wanted.address(supplier=one.key)}#groups"
        return self.line(one, self.names.organisation(one.key), href=href)

    def of_group(self, one: Change[str]) -> ChangeLine:
        return self.line(one, self._group(one.key))

    def of_both(self, one: Change[tuple[str, str]]) -> ChangeLine:
        supplier, group = one.key
        href = f"{self.wanted.address(supplier=supplier)}#groups"
        name = self.names.organisation(supplier)
        return self.line(one, name, other=self._group(group), href=href)

    def _group(self, code: str) -> str:
        return self.names.language.own(self._groups.get(code, {}), code)

    def destinations(self) -> list[DestinationLine]:
        """Per destination its share of all that was sorted; what changed most first."""
        named = comparing.destination_names([*self._before, *self._now])
        found = {one.key: one for one in self.beside(comparing.by_destination)}
        now = split({key: one.now.sorted_g for key, one in found.items()}) or {}
        before = split({key: one.before.sorted_g for key, one in found.items()}) or {}
        lines = [
            DestinationLine(
                name=self.names.language.own(named[key], key[1]),
                stream=key[0],
                before_permille=before.get(key),
                now_permille=now.get(key),
                points=now[key] - before[key] if key in now and key in before else None,
                before_g=one.before.sorted_g,
                now_g=one.now.sorted_g,
            )
            for key, one in found.items()
        ]
        turn = -1 if self.wanted.rising else 1
        return sorted(lines, key=lambda one: (one.points is None, turn * (one.points or 0)))
