"""What the lines of a file announce, each judged on its own. Pure: cells in, a judgement out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, TypeAlias

from intake.announcing_files import CELL_MAX, FileLine, Number, Table
from streams.mass import HEAVIEST_G

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "supplier": ("supplier", "leverancier"),
    "site": ("site", "locatie"),
    "expected_on": ("expected_on", "expected_at", "expected", "day", "date", "verwacht_op",
                    "verwacht", "dag", "datum"),
    "time": ("time", "tijd"),
    "reference": ("reference", "own_reference", "referentie", "kenmerk", "eigen_nummer"),
    "article_group": ("article_group", "artikelgroep"),
    "containers": ("containers", "bakken"),
    "mass_kg": ("mass_kg", "kg", "weight_kg", "weight_in_kg", "estimated_kg", "gewicht_kg",
                "gewicht_in_kg", "geschat_kg"),
}  # fmt: skip
"""Each column with the heads it is known by, in any case, with spaces or underscores."""
NEEDED: Final = ("expected_on", "reference", "mass_kg")
WHY: Final = frozenset({"why_refused", "waarom_geweigerd"})
"""The column that an error file has more; it says nothing when it comes back."""
REFERENCE_MAX: Final = 60
CONTAINERS_MAX: Final = 10_000
DAYS_MAX: Final = 400
LINES_OF_ONE_MAX: Final = 200

Wrong: TypeAlias = Callable[[str, str], None]
"""Says of a column what is wrong in it, by its code."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line is refused. column: where; code: what, of `PROBLEMS` in the words of the web."""

    column: str
    code: str
    read: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What may be named: codes by what they can be written as, in lower case. suppliers and sites:
    also by name; groups: by site; a single supplier or site need not be named."""

    today: date
    suppliers: Mapping[str, str]
    sites: Mapping[str, str]
    groups: Mapping[str, Mapping[str, str]]
    own: str | None = None

    @staticmethod
    def single(names: Mapping[str, str]) -> str | None:
        codes = set(names.values())
        return codes.pop() if len(codes) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """A line as it was understood."""

    supplier: str
    site: str
    expected_on: date
    minutes: int | None
    reference: str
    article_group: str | None
    containers: int | None
    mass_g: int

    @property
    def head(self) -> tuple[str, str, date, int | None]:
        """What all lines of one delivery say alike."""
        return (self.supplier, self.site, self.expected_on, self.minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLine:
    """A line with what it says, or with what is wrong with it."""

    line: FileLine
    reference: str
    said: ReadLine | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadDelivery:
    """Lines with one reference: a delivery, announced whole or not at all."""

    supplier: str
    site: str
    expected_on: date
    minutes: int | None
    reference: str
    lines: tuple[ReadLine, ...]
    numbers: tuple[int, ...]

    @property
    def mass_g(self) -> int:
        return sum(line.mass_g for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A file, judged. unread: heads of columns that mean nothing here."""

    lines: tuple[JudgedLine, ...]
    deliveries: tuple[ReadDelivery, ...]
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where each column stands."""

    at: Mapping[str, int] = field(default_factory=dict)

    def cell(self, line: FileLine, column: str) -> str:
        place = self.at.get(column)
        return line.cells[place] if place is not None and place < len(line.cells) else ""

    def text(self, line: FileLine, column: str) -> str:
        return self.cell(line, column).strip()


def missing(table: Table) -> tuple[str, ...]:
    """Columns that a file needs and does not have."""
    at, _ = _columns(table)
    return tuple(column for column in NEEDED if column not in at)


def judge(table: Table, known: Known) -> Judged:
    """Judge every line of a file that lacks no column."""
    at, unread = _columns(table)
    columns = _Columns(at)
    mark = _decimal_mark([columns.cell(line, "mass_kg") for line in table.lines])
    judged = [_judge_line(line, columns, known, mark, len(table.header)) for line in table.lines]
    judged = _alike(judged)
    judged = _whole(judged)
    return Judged(lines=tuple(judged), deliveries=tuple(_deliveries(judged)), unread=unread)


def _columns(table: Table) -> tuple[dict[str, int], tuple[str, ...]]:
    names = {name: column for column, known in COLUMNS.items() for name in known}
    at: dict[str, int] = {}
    unread = []
    for place, head in enumerate(table.header):
        plain = re.sub(r"[\s_\-()]+", "_", head.lower()).strip("_*")
        column = names.get(plain)
        if column is not None and column not in at:
            at[column] = place
        elif head and plain not in WHY:
            unread.append(head)
    return at, tuple(unread)


def _judge_line(
    line: FileLine, columns: _Columns, known: Known, mark: str, width: int
) -> JudgedLine:
    problems: list[Problem] = []

    def wrong(column: str, code: str) -> None:
        problems.append(Problem(column, code, columns.text(line, column)[:40]))

    long = [name for name in columns.at if len(columns.text(line, name)) > CELL_MAX]
    for column in long:
        wrong(column, "too_long")
    if len(line.cells) > width:
        problems.append(Problem("", "more_cells"))
    said_supplier = columns.text(line, "supplier") or (known.own or "").lower()
    supplier = _named(said_supplier, known.suppliers, "supplier", wrong)
    site = _named(columns.text(line, "site"), known.sites, "site", wrong)
    day, within = _day(columns.text(line, "expected_on"), known.today, wrong)
    minutes = _minutes(columns.text(line, "time"), within, wrong)
    reference = columns.text(line, "reference")
    if not reference:
        wrong("reference", "empty")
    elif len(reference) > REFERENCE_MAX or not reference.isprintable():
        wrong("reference", "too_long")
    group = None
    if wanted := columns.text(line, "article_group"):
        group = known.groups.get(site or "", {}).get(wanted.lower())
        if group is None and site is not None:
            wrong("article_group", "unknown_group")
    containers = _count(columns.text(line, "containers"), wrong)
    mass_g = _mass_g(columns.cell(line, "mass_kg"), mark, wrong)
    if problems or supplier is None or site is None or day is None or mass_g is None:
        return JudgedLine(line=line, reference=reference, said=None, problems=tuple(problems))
    said = ReadLine(
        supplier=supplier,
        site=site,
        expected_on=day,
        minutes=minutes,
        reference=reference,
        article_group=group,
        containers=containers,
        mass_g=mass_g,
    )
    return JudgedLine(line=line, reference=reference, said=said)


def _alike(judged: Sequence[JudgedLine]) -> list[JudgedLine]:
    """Lines with one reference are one delivery: the first of them says where and when."""
    first: dict[tuple[str, str], ReadLine] = {}
    counted: dict[tuple[str, str], int] = {}

    def seen(one: JudgedLine) -> JudgedLine:
        if one.said is None:
            return one
        key = (one.said.supplier, one.reference.upper())
        head = first.setdefault(key, one.said)
        counted[key] = counted.get(key, 0) + 1
        if head.head != one.said.head:
            return _refused(one, "differs", one.reference[:40])
        if counted[key] > LINES_OF_ONE_MAX:
            return _refused(one, "too_many_lines", str(LINES_OF_ONE_MAX))
        return one

    return [seen(one) for one in judged]


def _refused(one: JudgedLine, code: str, read: str) -> JudgedLine:
    return replace(one, said=None, problems=(Problem("reference", code, read),))


def _whole(judged: Sequence[JudgedLine]) -> list[JudgedLine]:
    """A delivery waits while one of its lines is refused: else it would be announced in part."""
    refused: dict[str, int] = {}
    for one in judged:
        if one.said is None and one.reference:
            refused.setdefault(one.reference.upper(), one.line.number)
    return [
        _refused(one, "waits", str(refused[one.reference.upper()]))
        if one.said is not None and one.reference.upper() in refused
        else one
        for one in judged
    ]


def _deliveries(judged: Sequence[JudgedLine]) -> list[ReadDelivery]:
    of: dict[tuple[str, str], list[JudgedLine]] = {}
    for one in judged:
        if one.said is not None:
            of.setdefault((one.said.supplier, one.reference.upper()), []).append(one)
    found = []
    for lines in of.values():
        said = [one.said for one in lines if one.said is not None]
        head = said[0]
        numbers = tuple(one.line.number for one in lines)
        found.append(ReadDelivery(*head.head, head.reference, tuple(said), numbers))
    return found


def _named(text: str, names: Mapping[str, str], column: str, wrong: Wrong) -> str | None:
    if not text:
        single = Known.single(names)
        if single is None:
            wrong(column, "empty")
        return single
    found = names.get(text.lower())
    if found is None:
        wrong(column, f"unknown_{column}")
    return found


def _day(text: str, today: date, wrong: Wrong) -> tuple[date | None, str]:
    """The day, and what stands behind it."""
    if not text:
        wrong("expected_on", "empty")
        return None, ""
    written = re.fullmatch(
        r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}))(?:[ T](.*))?", text
    )
    if written is None:
        wrong("expected_on", "not_a_day")
        return None, ""
    year, month, day = written[1] or written[6], written[2] or written[5], written[3] or written[4]
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        wrong("expected_on", "not_a_day")
        return None, ""
    if abs(found - today) > timedelta(days=DAYS_MAX):
        wrong("expected_on", "far_away")
        return None, ""
    return found, (written[7] or "").strip()


def _minutes(text: str, within: str, wrong: Wrong) -> int | None:
    """Minutes after midnight, from the column or from what stands behind the day."""
    said = text or within
    if not said:
        return None
    written = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?::\d{2})?", said)
    if written is None or int(written[1]) > 23 or int(written[2]) > 59:
        wrong("time" if text else "expected_on", "not_a_time")
        return None
    return int(written[1]) * 60 + int(written[2])


def _count(text: str, wrong: Wrong) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) > CONTAINERS_MAX:
        wrong("containers", "not_a_count")
        return None
    return int(text)


_MARKED: Final = re.compile(r"\d+([.,])(\d{1,3})")
_KILOGRAMS: Final = re.compile(r"(\d{1,9})(?:\.(\d{1,3}))?", re.ASCII)
_THOUSANDS: Final = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*(?:([.,])\d{1,3})?")


def _decimal_mark(cells: Sequence[str]) -> str:
    """The mark that parts kilograms from grams in this file: "," or "."; both or none say nothing.

    Only a cell that cannot be read otherwise shows it: one or two digits behind a mark.
    """
    shown = set()
    for cell in cells:
        written = None if isinstance(cell, Number) else _MARKED.fullmatch(_bare(cell))
        if written is not None and len(written[2]) < 3:
            shown.add(written[1])
        whole = None if isinstance(cell, Number) else _THOUSANDS.fullmatch(_bare(cell))
        if whole is not None and whole[2] and whole[1] != whole[2]:
            shown.add(whole[2])
    return shown.pop() if len(shown) == 1 else ""


def _bare(cell: str) -> str:
    return re.sub(r"\s*kg\s*$", "", cell.strip(), flags=re.IGNORECASE)


def _mass_g(cell: str, mark: str, wrong: Wrong) -> int | None:
    """Whole grams. "1.200" is refused as long as the file does not show what its point means."""
    text = _bare(cell)
    if not text:
        wrong("mass_kg", "empty")
        return None
    if not isinstance(cell, Number):
        written = _MARKED.fullmatch(text)
        whole = _THOUSANDS.fullmatch(text)
        if written is not None and len(written[2]) == 3 and whole is not None and not mark:
            wrong("mass_kg", "ambiguous")
            return None
        if whole is not None and whole[1] != mark and (not whole[2] or whole[2] != whole[1]):
            text = text.replace(whole[1], "")
        text = text.replace(",", ".")
    written = _KILOGRAMS.fullmatch(text)
    if written is None:
        wrong("mass_kg", "not_a_mass")
        return None
    mass_g = int(written[1]) * 1000 + int((written[2] or "0").ljust(3, "0"))
    if not 0 < mass_g < HEAVIEST_G:
        wrong("mass_kg", "too_heavy" if mass_g > 0 else "not_a_mass")
        return None
    return mass_g
